"""`run --check`: nothing is written or printed before the project's commands have passed on it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from autocoder_tui.check.check import CheckResult, CommandResult, check
from autocoder_tui.check.layout import ChangedFile
from autocoder_tui.check.sandbox import Sandbox, sandbox_here
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.console import say
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.runs.proof import Commands, commands_of, in_words, plan_of, report
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.project_checks import CheckBases
from autocoder_tui.workspace.output_path import Refused

_TOLD_LINES = 40


class CheckFailed(AutocoderError):
    """The proposal did not pass; nothing was written."""

    kind = "check_failed"


class HeadlessCheck:
    """The checks of one run. `rounds` counts how often failures may still go back."""

    def __init__(self, setup: Setup, outcome: Outcome) -> None:
        self._setup = setup
        self._outcome = outcome
        self._sandbox = Sandbox()
        self._commands: Commands | None = None
        self._bases = CheckBases(setup.places.state if setup.places.keeps else None)
        self.rounds = setup.result.fix

    @property
    def wanted(self) -> bool:
        """Whether anything is to be tried; known once `prepare` has been called."""
        return self._commands is not None

    async def prepare(self) -> None:
        """Find out what to check with, before anything is sent.

        Raises Refused where there are no commands, or some that nobody has said yes to.
        """
        options = self._setup.result
        self._sandbox = await asyncio.to_thread(sandbox_here)
        given = options.check_commands or (_demo_commands() if self._setup.demo else ())
        commands = await asyncio.to_thread(commands_of, self._setup, self._sandbox, given)
        for problem in commands.problems:
            say(problem)
        wanted = options.check_commands or options.file_checks or options.fix
        if options.check is None and not wanted:
            if self._setup.demo or not commands.settings.check_before_accept:
                return
        if options.check is False:
            return
        if not commands.texts:
            offered = f" Perhaps: {', '.join(commands.suggested)}." if commands.suggested else ""
            raise Refused(
                "There is nothing to check with, so nothing was sent: name the project's commands "
                f"with --check-command.{visible(offered)}"
            )
        if commands.asked:
            listed = ", ".join(visible(command) for command in commands.asked)
            raise Refused(
                f"Nobody has said yes to these commands, {commands.origin}, so nothing was sent: "
                f"{listed}. Name them with --check-command, or say yes to them on the screen (C "
                "in the review)."
            )
        self._commands = commands

    async def run(self, root: Path, changes: Sequence[ChangedFile]) -> CheckResult:
        """Try the project at `root` with `changes`. Raises CannotCheck."""
        assert self._commands is not None, "it is wanted"
        plan = plan_of(root, self._commands.settings, changes)
        result = await check(plan, self, self._setup.environ, self._bases, self._sandbox)
        self._outcome.checks.append(dict(report(result)))
        for remark in result.remarks:
            say(remark)
        say(in_words(result))
        return result

    def failed(self, result: CheckResult) -> CheckFailed:
        """What to say where nothing goes back any more."""
        rounds = self._setup.result.fix
        sent = f" after {rounds} rounds of mending" if rounds > 1 else ""
        sent = " after one round of mending" if rounds == 1 else sent
        return CheckFailed(
            f"The check failed{sent}, so nothing was written. {in_words(result)[2:]}."
        )

    # ------------------------------------------------------------------ as a listener

    def check_began(self, sandbox: Sandbox) -> None:
        say(sandbox.words, 1)

    def command_began(self, command: str, *, base: bool) -> None:
        say(f"$ {command}{' (without the proposal, to compare)' if base else ''}", 1)

    def command_printed(self, data: bytes) -> None:
        """The end of it is told when the command is over."""

    def command_ended(self, result: CommandResult) -> None:
        if result.passed:
            return
        for line in redacted(result.ended.output).rstrip("\n").split("\n")[-_TOLD_LINES:]:
            say(f"  {line}", 1)


def _demo_commands() -> tuple[str, ...]:
    from autocoder_tui.demo.sample import DEMO_CHECKS

    return DEMO_CHECKS
