"""The commands of the plain mode, and the loop that takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Final

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.command import recover
from autocoder_tui.headless.console import saying
from autocoder_tui.headless.exit_codes import EXIT_OK
from autocoder_tui.headless.plain import job, past, review, run, write
from autocoder_tui.headless.plain.check import check_proposal
from autocoder_tui.headless.plain.commit import commit_write
from autocoder_tui.headless.plain.conversation import (
    begin_anew,
    go_back,
    next_branch,
    show_conversation,
)
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.headless.plain.first_steps import tell_first_steps
from autocoder_tui.headless.plain.talk import GivenUp, Left
from autocoder_tui.runs.setup import Setup


@dataclass(frozen=True, slots=True)
class Command:
    """`usage` is its name with what may stand behind it, `says` what it does."""

    usage: str
    says: str
    do: Callable[[Desk, str], None]

    @property
    def name(self) -> str:
        return self.usage.split()[0]


COMMANDS: Final = (
    Command("status", "say how everything stands", job.tell_status),
    Command("files", "list the picked files", job.tell_files),
    Command("add NAMES", "pick files, folders or patterns", job.add_files),
    Command("find LETTERS", "find files by letters of their names, pick by number", job.find_files),
    Command("drop NAMES", "pick these no more; drop all for none", job.drop_files),
    Command("ask TEXT", "say what you want; without a text on several lines",
            job.write_requirements),
    Command("edit", "write the requirements in your editor", job.edit_requirements),
    Command("target FILE", "the one file to write; without one whatever is proposed",
            job.choose_target),
    Command("mode NAME", "generate writes files, clarify asks you before, query answers a question",
            job.choose_mode),
    Command("model NAME URL", "choose a model, by URL one of your own server; alone list them",
            job.choose),
    Command("estimate", "say what a run would send and cost", run.tell_estimate),
    Command("run", "send it, after saying what it costs", run.run),
    Command("lines on/off", "show the lines of a reply as they come, or not", run.toggle_lines),
    Command("more", "go on with a run that was stopped or failed", run.go_on),
    Command("review", "decide hunk by hunk", review.review),
    Command("diff", "show the whole proposal", review.show_diff),
    Command("check", "try the proposal with the project's commands", check_proposal),
    Command("write", "write what is accepted", write.write),
    Command("back TEXT", "have it done again with what is wrong, or failed in the check",
            run.send_back),
    Command("undo", "take back what was written last", write.undo_write),
    Command("redo", "write again what was taken back", write.redo_write),
    Command("commit MESSAGE", "commit what was written last; without a message one is proposed",
            commit_write),
    Command("thread", "show the questions and answers of this conversation", show_conversation),
    Command("from NUMBER", "ask on from an earlier question; 0 is before the first", go_back),
    Command("branch", "go to the next branch, where a question was asked anew", next_branch),
    Command("new", "begin another conversation with the next question", begin_anew),
    Command("history WORDS", "list runs, or those with these words", past.list_history),
    Command("resume RUN", "take up a kept run; without one the last", past.resume),
)  # fmt: skip


def run_plain(setup: Setup) -> int:
    """The program line by line; returns the exit code."""
    with saying(setup) as log, asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            return _session(setup, log, runner, stack)
        finally:
            runner.run(stack.aclose())


def _session(setup: Setup, log: DebugLog, runner: asyncio.Runner, stack: AsyncExitStack) -> int:
    chosen = None
    if setup.demo:
        from autocoder_tui.demo.replies import NOTICE
        from autocoder_tui.demo.session import demo_model, demo_setup, remove_untouched

        setup = demo_setup(setup)
        stack.callback(remove_untouched, setup.root)
        chosen = runner.run(stack.enter_async_context(demo_model()))
    desk = Desk(setup, log, runner)
    desk.chosen = chosen
    talk = desk.talk
    talk.tell("autocoder-tui, plain mode. help lists the commands, quit leaves.")
    if setup.demo:
        talk.tell(NOTICE)
    for problem in setup.problems:
        talk.tell(problem)
    recover(setup)
    with suppress(Left):
        _guarded(desk, lambda: _begin(desk))
        while True:
            try:
                line = talk.line("> ").strip()
            except GivenUp:
                talk.tell("quit leaves.")
                continue
            word, _, rest = line.partition(" ")
            if word in ("quit", "exit") and not rest:
                break
            _guarded(desk, lambda: _obey(desk, word, rest.strip()))  # noqa: B023
    with suppress(KeyboardInterrupt):
        desk.leave()
    session = desk.session
    if session is not None and session.unwritten:
        talk.tell(f"{session.unwritten} The next start says how to take it up.")
    return EXIT_OK


def _begin(desk: Desk) -> None:
    """Set up what was asked for, and say what there is."""
    task = desk.setup.task
    job.begin(desk)
    if task.resume is not None:
        past.resume(desk, task.resume)
    elif task.reply is not None:
        run.take_reply(desk, task.reply)
    else:
        past.offer(desk)
        job.tell_status(desk, "")
        tell_first_steps(desk)


def _guarded(desk: Desk, work: Callable[[], None]) -> None:
    """Do a command; what goes wrong with it is said, and ends nothing but the command."""
    try:
        work()
    except Left:
        raise
    except GivenUp:
        desk.talk.tell("Given up.")
    except KeyboardInterrupt:
        # In the middle of a write, maybe: that is finished, or taken back.
        _guarded(desk, lambda: write.recover_writes(desk))
        desk.talk.tell("Given up.")
    except AutocoderError as error:
        desk.talk.tell(error.message)
    except OSError as error:
        desk.talk.tell(f"That could not be done: {error.strerror or 'unknown reason'}.")
    except Exception as error:
        places = desk.setup.places
        report = crash.write_report(places.state, error, desk.setup.environ)
        desk.talk.tell(crash.sentence(error, report))


def _obey(desk: Desk, word: str, rest: str) -> None:
    if not word:
        return
    if "\n" in word or "\n" in rest:
        desk.talk.tell("Several lines were pasted, so nothing was done. ask takes a text.")
        return
    if word in ("help", "?"):
        _help(desk)
        return
    exact = [command for command in COMMANDS if command.name == word]
    found = exact or [command for command in COMMANDS if command.name.startswith(word)]
    if len(found) == 1:
        found[0].do(desk, rest)
    elif found:
        desk.talk.tell(f"{word} may be {', '.join(command.name for command in found)}.")
    else:
        desk.talk.tell(f"There is no command {word}: help lists them.")


def _help(desk: Desk) -> None:
    for command in COMMANDS:
        desk.talk.show(f"{command.usage}: {command.says}")
    desk.talk.show("quit: leave; what is not written is offered at the next start")
    desk.talk.show("The beginning of a name is enough. Ctrl+C stops a run, or gives up a question.")
