"""`run --mode feedback --resume RUN`: a kept run is done again with what is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event
from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.console import say
from autocoder_tui.review.returned import rejected_changes
from autocoder_tui.review.review import Review
from autocoder_tui.runs.estimate import Weighed, weigh
from autocoder_tui.runs.event_text import narrate
from autocoder_tui.runs.guidance import Guidance, load_guidance
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.refinement import (
    instruction_of,
    known_instruction,
    refinement,
    refines,
)
from autocoder_tui.runs.restore import prepared_of
from autocoder_tui.runs.review_record import kept_notes, reopen_run
from autocoder_tui.runs.rework import Complaint, rework
from autocoder_tui.runs.rounds import proposal_before, rounds_of
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.runs.text_call import call
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.output_path import Refused


@dataclass(frozen=True, slots=True)
class _Subject:
    """The run complained of, how its proposal stands, and what was said."""

    prepared: Prepared
    review: Review
    complaint: Complaint
    chosen: ChosenModel
    guidance: Guidance


class HeadlessFeedback:
    """One round. What it took is in `state`, what was sent for the complaint in `instruction`."""

    def __init__(self, setup: Setup, history: History, trace: Trace | None) -> None:
        self._setup = setup
        self._history = history
        self._trace = trace
        self._thread = ""
        self.state: RunState | None = None
        self.complaint = ""
        self.instruction = ""

    def _subject(self, kept: KeptRun, chosen: ChosenModel) -> _Subject:
        """Blocking. Raises Refused where there is nothing to complain of."""
        setup = self._setup
        if not writes_files(kept.snapshot.purpose):
            raise Refused(
                "This run proposed no files: there is nothing to do again. Name one that did with "
                "--resume (autocoder-tui history list)."
            )
        before = prepared_of(kept, chosen, setup.limits, root=setup.root)
        # Its text is complete, or as far as it came; what is sent now goes on from none.
        before = replace(before, request=replace(before.request, partial=""))
        earlier = proposal_before(self._history, before)
        review = reopen_run(setup.root, kept, before, earlier).reviewable.review
        notes = kept_notes(kept)
        text = setup.task.requirements.strip()
        if not text:
            said = rejected_changes(review, notes)
            text = "\n".join(change.note for change in said if change.note)
        if not text:
            raise Refused("Say what is wrong with the run: -r TEXT, or -r @FILE.")
        complaint = Complaint(text, notes=notes)
        self._thread = before.thread or before.request.run_id
        self.complaint = text
        return _Subject(before, review, complaint, chosen, load_guidance(setup))

    async def prepared(self, kept: KeptRun, chosen: ChosenModel) -> tuple[Prepared, Review]:
        """The run that follows `kept`, and the review it goes on with; asks for the instruction
        first. Raises Refused, and AutocoderError where that could not be had."""
        subject = await asyncio.to_thread(self._subject, kept, chosen)
        for problem in subject.guidance.problems:
            say(problem)
        self.instruction = subject.complaint.text
        if self._refines(subject.prepared):
            self.instruction = await self._refined(subject)
        again = await asyncio.to_thread(_again, subject, self.instruction)
        return again, subject.review

    async def estimated(self, kept: KeptRun, chosen: ChosenModel) -> Weighed:
        """What the run would send and cost, the request for the instruction with it."""
        subject = await asyncio.to_thread(self._subject, kept, chosen)
        weighed = weigh((await asyncio.to_thread(_again, subject, subject.complaint.text)).request)
        if not self._refines(subject.prepared):
            return weighed
        return weighed.with_request_before(weigh(self._request(subject).request).estimate)

    def _refines(self, prepared: Prepared) -> bool:
        return refines(self._setup, prepared)

    def _request(self, subject: _Subject) -> Prepared:
        return refinement(
            subject.prepared,
            subject.review,
            subject.complaint,
            subject.chosen,
            self._setup.limits,
            subject.guidance,
        )

    async def _refined(self, subject: _Subject) -> str:
        asked = self._request(subject)
        known = await asyncio.to_thread(
            known_instruction, self._history, asked.request, asked.thread, asked.parent
        )
        if known:
            say(f"Instruction, as made of the same complaint before: {known}")
            return known
        setup, state = self._setup, RunState()
        self.state = state
        keeping = RunRecorder(setup)
        report = partial(crash.report_of_run, state=setup.places.state, environ=setup.environ)
        supervisor = RunSupervisor(keeping, report, trace=self._trace)
        await call(supervisor, keeping, lambda: asked, _Listener(), state)
        if state.error is not None:
            raise AutocoderError(
                f"No instruction could be made of the complaint: {state.error.message} With "
                "--no-refine it is sent as it is."
            )
        made = instruction_of(state.text) or subject.complaint.text
        say(f"Instruction: {made}")
        return made

    def report(self) -> dict[str, Any]:
        """For `--json`: what was said, what was sent for it, and what each round cost as far as
        history has it. Blocking."""
        rounds: list[dict[str, Any]] = []
        try:
            for one in rounds_of(self._history, self._thread):
                rounds.append(
                    {
                        "run": one.run.run_id,
                        "complaint": one.said,
                        "instruction": one.instruction,
                        "cost_usd": None if one.run.cost_usd is None else float(one.run.cost_usd),
                        "refine_cost_usd": None if one.asked_usd is None else float(one.asked_usd),
                        "tokens": one.tokens,
                    }
                )
        except AutocoderError:
            rounds = []
        usage = None if self.state is None else self.state.usage
        cost = None if usage is None or usage.cost_usd is None else float(usage.cost_usd)
        return {
            "complaint": self.complaint,
            "instruction": self.instruction,
            "refined": self.instruction != self.complaint,
            "refine": None
            if usage is None
            else {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "cost_usd": cost,
            },
            "rounds": rounds,
        }


def _again(subject: _Subject, instruction: str) -> Prepared:
    return rework(
        subject.prepared,
        subject.review,
        instruction,
        subject.chosen,
        subject.complaint,
        subject.guidance,
    )


class _Listener:
    """Tells stderr of the short request as of a run."""

    def run_began(self, prepared: Prepared) -> None:
        say("Asking for an instruction made of the complaint.", 1)

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            line = narrate(event)
            if line is not None and line[0] > 1:
                say(line[1], line[0])

    def run_told(self, message: str) -> None:
        say(message)

    def run_remarked(self, remark: str) -> None:
        say(remark, 1)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The run that follows reads it from the state folder."""
