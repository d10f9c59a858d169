"""`run --mode query`: a question, and the one after it, answered without the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autocoder_tui.engine.steps import answer_of
from autocoder_tui.headless.delivery import print_result
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.runs.conversation import Conversation, conversation_of
from autocoder_tui.runs.fitting_turns import left_out_in_words
from autocoder_tui.runs.preparation import Prepared, prepare_task, task_of
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.workspace.output_path import Refused


def usage_problem(setup: Setup) -> str | None:
    """Why a question can't be asked as it was, None if it can: options that are about files."""
    if setup.task.mode != "query":
        return None
    given = file_options(setup)
    if given:
        return f"an answer is printed, and no file is written: leave out {', '.join(given)}"
    if setup.demo:
        return "the demo plays recorded replies, which write files: leave out --mode query"
    return None


def file_options(setup: Setup) -> list[str]:
    """The options that were given and mean nothing to an answer."""
    result = setup.result
    checks = result.check or result.check_commands or result.file_checks
    options = {
        "-o": setup.task.output is not None,
        "-f": result.force,
        "--patch": result.patch,
        "--check": bool(checks),
        "--fix": bool(result.fix),
        "--despite-warnings": result.despite_warnings,
    }
    return [name for name, is_given in options.items() if is_given]


def no_question(kept: KeptRun) -> Refused:
    """What is said where a run is no part of a conversation."""
    return Refused(
        f"Run {kept.run_id} asked for files and is no question: leave out --mode query, or name a "
        "run of a conversation (autocoder-tui history list)."
    )


def conversation_at(history: History, kept: KeptRun) -> Conversation:
    """The conversation up to a run. Blocking; raises Refused where it was no question."""
    if kept.snapshot.purpose != "query":
        raise no_question(kept)
    thread = kept.snapshot.thread or kept.run_id
    return conversation_of(thread, history.thread(thread), kept.run_id)


def prepare_follow_up(
    setup: Setup, kept: KeptRun, history: History, chosen: ChosenModel, say: Callable[[str], object]
) -> Prepared:
    """The next question of a conversation: about the files that are named now, or those that the
    last one was about, as they are on disk. Blocking; raises as `prepare_task` does."""
    conversation = conversation_at(history, kept)
    task = setup.task
    setup = replace(setup, task=replace(task, inputs=task.inputs or kept.snapshot.picks))
    prepared = prepare_task(
        setup, chosen, None, say, job=conversation.job(task_of(setup, None, say))
    )
    if prepared.request.left_out:
        say(left_out_in_words(prepared.request.left_out))
    return prepared


def deliver_answer(setup: Setup, outcome: Outcome) -> bool:
    """Print the answer; whether it left the program: with --json alone it does not."""
    if setup.result.json:
        return False
    text = answer_of(outcome.state.text)
    ended = text if text.endswith("\n") else text + "\n"
    print_result(ended.encode("utf-8", "surrogatepass"))
    return True
