"""What a project's steps need, without the screen: progress on stderr, answers from a file or
the terminal, and nothing written or run that was not said yes to."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.clarification import Clarification, Round
from autocoder_tui.engine.events import Event, RequestStarted
from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.headless.answers import GivenAnswers, TypedAnswers, answers_of, typed_line
from autocoder_tui.headless.console import say
from autocoder_tui.headless.project_delivery import ProjectDelivery
from autocoder_tui.runs.event_text import narrate
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import Setup
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.runs.text_call import call
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.context import Proposed, ScriptEnded
from autocoder_tui.steps.face import Consent, Proposal, ScriptPlace
from autocoder_tui.steps.progress import ProjectProgress, StepProgress
from autocoder_tui.system.terminal_modes import kept_terminal
from autocoder_tui.values import dataclass

_NO_ANSWER = "no answer"
"""What is said to be assumed where a step assumes nothing."""
_ENDED = ("done", "failed", "stopped", "skipped")


@dataclass(slots=True)
class Told:
    """What the report says besides the steps."""

    warnings: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


class HeadlessProjectFace:
    """The face of one project. `run_scripts`: commands, scripts and the project's own steps run
    without being asked about. `to_patch`: proposals are for the patch at the end."""

    def __init__(
        self, setup: Setup, trace: Trace, *, run_scripts: bool, writes: bool, to_patch: bool
    ) -> None:
        self._setup = setup
        self._run_scripts = run_scripts
        self._to_patch = to_patch
        self._answers: GivenAnswers | TypedAnswers | None = None
        self._states: dict[int, str] = {}
        self._passed_over = 0
        self.outcome = Told()
        self._keeping = RunRecorder(setup)
        report = partial(crash.report_of_run, state=setup.places.state, environ=setup.environ)
        self._supervisor = RunSupervisor(self._keeping, report, trace=trace)
        self._delivery = ProjectDelivery(
            setup, self._keeping, self._supervisor, self.outcome, writes=writes
        )

    # ------------------------------------------------------------------ requests

    async def run(self, make_request: Callable[[], Prepared], state: RunState) -> None:
        await call(self._supervisor, self._keeping, make_request, self, state)

    def run_began(self, prepared: Prepared) -> None:
        """Nothing has to make room."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            line = narrate(event)
            if line is not None:
                say(safe_line(line[1]), 1 if isinstance(event, RequestStarted) else max(line[0], 2))

    def run_told(self, message: str) -> None:
        say(message)

    def run_remarked(self, remark: str) -> None:
        say(remark, 1)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next request reads it from the state folder."""

    # ------------------------------------------------------------------ the person

    def pass_over(self, count: int) -> None:
        """So many questions were answered before the program was started."""
        self._passed_over = count

    async def answer(self, question: str, suggestions: Sequence[str], assume: str) -> str | None:
        if self._answers is None:
            self._answers = await asyncio.to_thread(self._someone)
        made = Clarification("", (Round(question, tuple(suggestions), assume or _NO_ANSWER),))
        (asked,) = (await self._answers.settle(made, 0, 1)).rounds
        return None if asked.state == "assumed" else asked.outcome

    def _someone(self) -> GivenAnswers | TypedAnswers:
        task = self._setup.task
        if task.answers is None and not task.assume and not _at_terminal():
            return GivenAnswers("")
        found = answers_of(self._setup)
        if isinstance(found, GivenAnswers):
            found.pass_over(self._passed_over)
        assert isinstance(found, GivenAnswers | TypedAnswers)
        return found

    async def consents(self, consent: Consent) -> bool:
        if self._run_scripts:
            self._show(consent)
            say(f"{consent.title} Yes (--run-scripts).")
            return True
        return await self._agreed(consent, "[y/N]") == "y"

    async def script_place(self, consent: Consent) -> ScriptPlace | None:
        if self._run_scripts:
            self._show(consent)
            say(f"{consent.title} Yes, in the check's place (--run-scripts).")
            return "closed"
        said = await self._agreed(consent, "[y: in the check's place, t: in this terminal, N]")
        places: dict[str, ScriptPlace] = {"y": "closed", "t": "terminal"}
        return places.get(said)

    def _show(self, consent: Consent) -> None:
        """What is about to run, whole."""
        for line in consent.shown.rstrip("\n").split("\n"):
            say(f"  {line}", 1)

    async def _agreed(self, consent: Consent, choices: str) -> str:
        """What is typed, in one letter; "" where nobody is there."""
        if not _at_terminal() or self._setup.task.assume:
            say(f"{consent.title} No: nobody is asked here.")
            return ""
        for text in (consent.title, consent.shown, consent.question, f"{choices} "):
            if text:
                print(visible(text, lines=True), file=sys.stderr, flush=True)
        line = await typed_line()
        return (line or "").strip().lower()[:1]

    async def run_in_terminal(self, command: Sequence[str], folder: Path) -> ScriptEnded:
        with kept_terminal():
            process = await asyncio.create_subprocess_exec(*command, cwd=folder)
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                raise
        return ScriptEnded(code, f"{visible(command[-1])} ended with exit code {code}.")

    # ------------------------------------------------------------------ results

    async def propose(self, proposal: Proposal) -> Proposed:
        if self._to_patch:
            return Proposed((), open=True)
        return await self._delivery.deliver(proposal, self)

    def progressed(self, progress: ProjectProgress) -> None:
        for number, step in enumerate(progress.steps):
            if self._states.get(number) != step.state:
                known = self._states.get(number) is not None
                self._states[number] = step.state
                if known or step.state == "running":
                    say(_line(number, len(progress.steps), step), 1)

    def told(self, message: str) -> None:
        say(message)


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _line(number: int, count: int, step: StepProgress) -> str:
    place = f"{number + 1}/{count} {step.name}: {step.state}"
    if step.state not in _ENDED or not step.requests:
        return f"{place}{f' ({step.detail})' if step.state == 'stale' else ''}"
    sent, came = map(format_tokens, step.tokens)
    cost = "" if step.cost_usd is None else f", {format_usd(step.cost_usd)}"
    return f"{place} ({sent} tokens in, {came} out{cost}, {step.seconds:.1f} s)"
