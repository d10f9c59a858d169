"""`run --mode clarify`: the model's questions answered from a file, by a person, or assumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.engine.events import Event, RequestStarted
from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.answers import Answers
from autocoder_tui.headless.console import say
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.runs.clarification import after_reply, prepare_question, writing_job
from autocoder_tui.runs.event_text import narrate
from autocoder_tui.runs.fallback import limits_after
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Job, Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.runs.text_call import call
from autocoder_tui.safety.redaction import safe_line


class NotAsked(AutocoderError):
    """A request for a question failed."""

    def __init__(self, message: str, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class HeadlessClarify:
    """Asks until nothing is left; every answer is said, and `outcome` has them all."""

    def __init__(
        self, setup: Setup, chosen: ChosenModel, outcome: Outcome, answers: Answers, trace: Trace
    ) -> None:
        self._setup = setup
        self._chosen = chosen
        self._outcome = outcome
        self._answers = answers
        self._trace = trace
        self._guidance = load_guidance(setup)

    async def settle(self, job: Job) -> Job:
        """`job` with all that was settled. Raises NotAsked."""
        made, limit = Clarification(job.requirements), self._setup.task.clarify_limit
        while not made.ended:
            made = await self._asked(job, made)
            while not made.ended and (at := made.open_round) is not None:
                made = await self._answers.settle(made, at, limit)
            self._outcome.clarification = made = made.ended_by(limit)
        cost = "" if made.cost_usd is None else f", {format_usd(made.cost_usd)}"
        sent, came = map(format_tokens, made.tokens)
        count = len(made.rounds)
        say(
            f"{count} question{'s' * (count != 1)} asked, in {made.calls} "
            f"request{'s' * (made.calls != 1)}: {sent} tokens in, {came} out{cost}.",
            1,
        )
        return writing_job(job, made)

    async def _asked(self, job: Job, made: Clarification) -> Clarification:
        setup, outcome, state = self._setup, self._outcome, RunState()
        spent = sum((used.cost_usd or Decimal(0) for used in outcome.earlier), Decimal(0))
        make: Callable[[], Prepared] = partial(
            prepare_question,
            job,
            made,
            self._chosen,
            limits_after(setup.limits, spent),
            temperature=setup.model.temperature,
            guidance=self._guidance,
        )
        keeping = RunRecorder(setup)
        report = partial(crash.report_of_run, state=setup.places.state, environ=setup.environ)
        supervisor = RunSupervisor(keeping, report, trace=self._trace)
        await call(supervisor, keeping, make, self, state)
        if state.error is not None:
            outcome.state = state
            raise NotAsked(
                f"The question before writing did not come: {state.error.message}",
                state.error.kind,
            )
        if state.usage is not None:
            outcome.earlier.append(state.usage)
        return after_reply(made, state)

    # ------------------------------------------------------------------ a listener of runs

    def run_began(self, prepared: Prepared) -> None:
        """Nothing has to make room."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            if isinstance(event, RequestStarted):
                self._outcome.requests += 1
            line = narrate(event)
            if line is not None:
                say(safe_line(line[1]), max(line[0], 2))

    def run_told(self, message: str) -> None:
        say(message)

    def run_remarked(self, remark: str) -> None:
        say(remark, 1)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next request reads it from the state folder."""
