"""A proposal tried before it is written, in the plain mode: what it prints is shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from autocoder_tui.check.check import CheckResult, CommandResult, check
from autocoder_tui.check.sandbox import Sandbox, sandbox_here
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.runs.proof import (
    Checked,
    Commands,
    Tried,
    commands_of,
    plan_of,
    question,
    tried_part,
)
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.store.project_checks import CheckBases, ProjectChecks

_MOST_LINES: Final = 200
"""Lines of what a command printed that are shown."""


def check_proposal(desk: Desk, _: str) -> None:
    """Try what is accepted, or all that is not rejected, with the project's commands."""
    session = desk.session
    if session is None or not session.review.files:
        desk.talk.tell("There is nothing to check: no proposal is under review.")
        return
    sandbox = sandbox_here()
    commands = _commands(desk, sandbox)
    if commands is None:
        desk.talk.tell("Nothing was run.")
        return
    tried = tried_part(session.reviewable, session.review)
    if not tried.changes:
        desk.talk.tell("There is nothing to check: every hunk is rejected.")
        return
    desk.talk.tell(f"The check of {tried.words} begins. Ctrl+C stops it.")
    result = desk.do(_checked(desk, commands, tried, sandbox))
    if result is None:
        desk.talk.tell("Stopped: nothing is left of the copy.")
        return
    session.checked = Checked(session.review, tried, result)
    for remark in result.remarks:
        desk.talk.tell(remark)
    failed = [each for each in result.commands if not each.passed]
    for each in failed:
        desk.talk.tell(f"{each.words}: {each.command}")
    how = f"failed, {len(failed)} of {len(result.commands)} commands" if failed else "passed"
    desk.talk.tell(f"The check of {tried.words} {how}, in {result.seconds:.1f} s.")


def may_write(desk: Desk, session: ReviewSession) -> bool:
    """Whether what is accepted may be written: it has passed, or nobody asks for that."""
    settings = commands_of(desk.setup, Sandbox()).settings
    if not settings.check_before_accept or not session.review.counts.accepted:
        return True
    if not session.check_holds:
        check_proposal(desk, "")
    checked = session.checked
    if checked is not None and session.check_holds and checked.result.passed:
        return True
    desk.talk.tell("Nothing is written before a check has passed, unless you say so.")
    return desk.talk.agrees("Write it all the same?")


async def _checked(
    desk: Desk, commands: Commands, tried: Tried, sandbox: Sandbox
) -> CheckResult | None:
    setup = desk.setup
    plan = plan_of(setup.root, commands.settings, tried.changes)
    bases = CheckBases(setup.places.state if setup.places.keeps else None)
    try:
        return await check(plan, _Listener(desk), setup.environ, bases, sandbox)
    except asyncio.CancelledError:
        return None


def _commands(desk: Desk, sandbox: Sandbox) -> Commands | None:
    """The commands, named and said yes to; None where somebody said no."""
    talk = desk.talk
    commands = commands_of(desk.setup, sandbox)
    for problem in commands.problems:
        talk.tell(problem)
    if not commands.texts:
        for suggested in commands.suggested:
            talk.show(f"suggested: {suggested}")
        text = talk.lines("What is this project checked with? One command a line, or none.")
        named = tuple(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
        if not named:
            return None
        settings = replace(commands.settings, commands=named)
        commands = replace(commands, settings=settings, origin="chosen by you", asked=named)
    if not commands.asked:
        return commands
    talk.show(question(commands, sandbox))
    if not talk.agrees("Run them?"):
        return None
    places = desk.setup.places
    if places.keeps and not desk.setup.demo:
        passed = commands.settings.pass_environment
        try:
            ProjectChecks(places.state, desk.setup.root).confirm(
                commands.texts, passed, closed=sandbox.closed
            )
        except OSError:
            talk.tell("That can't be remembered: the next start will ask again.")
    return commands


class _Listener:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def check_began(self, sandbox: Sandbox) -> None:
        self._desk.talk.tell(sandbox.words)

    def command_began(self, command: str, *, base: bool) -> None:
        self._desk.talk.tell(f"Runs{' without the proposal' if base else ''}: {command}")

    def command_printed(self, data: bytes) -> None:
        """What it printed is shown when it is over, and only where it failed."""

    def command_ended(self, result: CommandResult) -> None:
        self._desk.talk.tell("It passed." if result.passed else "It failed. It printed:")
        if not result.passed:
            lines = redacted(result.ended.output).rstrip("\n").split("\n")
            for line in lines[-_MOST_LINES:]:
                self._desk.talk.show(line)
