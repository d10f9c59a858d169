"""The same job without the screen: progress on stderr, code or one JSON object on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from autocoder_tui.check.check import CheckResult
from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import (
    Event,
    PartFinished,
    PartJoined,
    RequestStarted,
    RunCancelled,
    RunFailed,
    RunFinished,
)
from autocoder_tui.engine.purpose import ASIDES
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import RunState, reason_at_end
from autocoder_tui.headless.answer import (
    deliver_answer,
    file_options,
    no_question,
    prepare_follow_up,
)
from autocoder_tui.headless.answers import answers_of
from autocoder_tui.headless.check import HeadlessCheck
from autocoder_tui.headless.clarify import HeadlessClarify
from autocoder_tui.headless.console import say
from autocoder_tui.headless.demo_task import prepare_demo
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.headless.feedback import HeadlessFeedback
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.headless.output import Delivery
from autocoder_tui.headless.progress import Progress
from autocoder_tui.headless.shutdown import HeadlessShutdown
from autocoder_tui.review.review import Review
from autocoder_tui.runs.clarification import weigh_questions
from autocoder_tui.runs.destination import output_here, output_in_project
from autocoder_tui.runs.estimate import weigh
from autocoder_tui.runs.event_text import narrate, summary
from autocoder_tui.runs.fallback import limits_after, run_with_fallback
from autocoder_tui.runs.key_scan import keys_in
from autocoder_tui.runs.preparation import Job, Prepared, prepare_task, task_of
from autocoder_tui.runs.proof import note_of
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.restore import KEPT, events_of, model_as_sent, model_of, prepared_of
from autocoder_tui.runs.rework import rework
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model, obstacle
from autocoder_tui.runs.sole_model import served_model
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.runs.window_probe import ask_beforehand
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.workspace.output_path import Refused


class HeadlessRun:
    def __init__(self, setup: Setup, outcome: Outcome, log: DebugLog) -> None:
        self._setup = setup
        self._log = log
        self._outcome = outcome
        self._progress = Progress(enabled=sys.stderr.isatty() and 0 < setup.debug_level < 3)
        self._keeping = RunRecorder(setup)
        self._supervisor = RunSupervisor(
            self._keeping,
            partial(crash.report_of_run, state=setup.places.state, environ=setup.environ),
            trace=log.trace,
        )
        self._check = HeadlessCheck(setup, outcome)
        self._chosen: ChosenModel | None = None
        self._asked_about: Job | None = None
        """What questions are asked about before it is done."""
        self._again: KeptRun | None = None
        """A run that ended well and is only to be delivered once more."""
        self._feedback: HeadlessFeedback | None = None
        self._earlier: Review | None = None
        """The review that the run goes on with."""
        self.ending = HeadlessShutdown()

    async def go(self) -> None:
        self.ending.begin()
        async with AsyncExitStack() as stack:
            if self._setup.task.mode != "query":
                await self._check.prepare()
            try:
                prepared, output = await self._prepare(stack)
            except asyncio.CancelledError:
                self._stopped()
                return
            self._outcome.is_answer = prepared.request.purpose == "query"
            delivered = False
            try:
                if self._again is None:
                    prepared = await self._listen_to_any(prepared)
                else:
                    self._tell_again(events_of(self._again))
                if self._outcome.status == "done":
                    delivered = await self._deliver(prepared, output)
            except asyncio.CancelledError:
                self._stopped()
            finally:
                await self._keep(delivered=delivered)
                if self._feedback is not None:
                    self._outcome.feedback = await asyncio.to_thread(self._feedback.report)

    async def _deliver(self, prepared: Prepared, output: Path | None) -> bool:
        """Hand out what was proposed, once it has passed where it is to be tried; what fails goes
        back as often as was said. Whether it left the program."""
        if prepared.request.purpose == "query":
            return deliver_answer(self._setup, self._outcome)
        earlier = self._earlier
        while True:
            delivery = Delivery(self._setup, self._outcome, earlier)
            if self._check.wanted:
                earlier, tried = delivery.tried(prepared, output)
                result = await self._check.run(prepared.root, tried.changes)
                if not result.passed:
                    prepared = await self._mend(prepared, earlier, result)
                    if self._outcome.status != "done":
                        return False
                    continue
            return delivery.deliver(prepared, output)

    async def _mend(self, prepared: Prepared, review: Review, result: CheckResult) -> Prepared:
        """Run again with what failed. Raises CheckFailed where that is not to be."""
        chosen, rounds = self._chosen, self._check.rounds
        if rounds < 1 or chosen is None or not chosen.ready:
            raise self._check.failed(result)
        self._check.rounds -= 1
        limits = await self._finish_for_next()
        say(f"Sending what failed back to {chosen.model.name}, {rounds} at most.")
        again = await asyncio.to_thread(rework, prepared, review, note_of(result), chosen)
        self._again = None
        return await self._listen_to_any(again.for_model(chosen, limits=limits))

    async def _finish_for_next(self) -> Limits:
        """Keep the run that is over and make room for one that takes up where it left off;
        the limits that are left for that."""
        outcome = self._outcome
        if outcome.state.usage is not None:
            outcome.earlier.append(outcome.state.usage)
        spent = sum((used.cost_usd or Decimal(0) for used in outcome.earlier), Decimal(0))
        await self._keeping.close(outcome.state, delivered=False)
        outcome.model += 1
        outcome.state, outcome.error = RunState(), None
        outcome.status, outcome.exit_code = "failed", EXIT_FAILED
        return limits_after(self._setup.limits, spent)

    async def estimate(self) -> str:
        """What the run would send and cost, as text or JSON. Needs no key, sends nothing."""
        async with AsyncExitStack() as stack:
            if self._setup.task.mode == "feedback":
                history, trace = self._keeping.history, self._log.trace
                kept, chosen = await self._complained_of(key_needed=False)
                feedback = HeadlessFeedback(self._setup, history, trace)
                weighed = await feedback.estimated(kept, chosen)
            else:
                prepared, _ = await self._prepare(stack, key_needed=False)
                weighed = weigh(prepared.request)
            if self._asked_about is not None and self._chosen is not None:
                weighed = weigh_questions(weighed, self._setup, self._asked_about, self._chosen)
        return json.dumps(weighed.report()) if self._setup.result.json else weighed.text()

    async def _prepare(
        self, stack: AsyncExitStack, *, key_needed: bool = True
    ) -> tuple[Prepared, Path | None]:
        setup = self._setup
        task = setup.task
        if task.resume is not None and task.mode == "query" and task.requirements.strip():
            return await self._prepare_follow_up(task.resume, key_needed=key_needed), None
        if task.mode == "feedback":
            return await self._prepare_feedback(key_needed=key_needed)
        if setup.task.resume is not None:
            return await self._prepare_resumed(setup.task.resume, stack, key_needed=key_needed)
        if setup.demo:
            prepared, self._chosen, output = await prepare_demo(setup, stack)
            return prepared, output
        output, target = output_in_project(setup)
        chosen = self._checked(
            choose_model(setup, await served_model(setup, say)), key_needed=key_needed
        )
        self._chosen = chosen
        job = task_of(setup, target, say)
        prepared = prepare_task(setup, chosen, target, say, job=job)
        self._warn_of_keys(prepared, key_needed=key_needed)
        if setup.task.mode == "clarify":
            self._asked_about = job
            if key_needed:
                prepared = await self._clarified(job, chosen, target)
        for warning in prepared.guesses:
            self._outcome.warnings.append(warning)
            say(f"warning: {warning}")
        return await ask_beforehand(prepared, chosen, say), output

    async def _prepare_follow_up(self, reference: str, *, key_needed: bool) -> Prepared:
        """The question after a kept run."""
        setup, history = self._setup, self._keeping.history
        kept = await asyncio.to_thread(history.get, reference)
        self._chosen = chosen = self._checked(model_of(setup, kept), key_needed=key_needed)
        prepared = await asyncio.to_thread(prepare_follow_up, setup, kept, history, chosen, say)
        self._warn_of_keys(prepared, key_needed=key_needed)
        return await ask_beforehand(prepared, chosen, say)

    async def _clarified(self, job: Job, chosen: ChosenModel, target: str | None) -> Prepared:
        """The run with what its questions came to. Raises AutocoderError."""
        answers = answers_of(self._setup)
        asking = HeadlessClarify(self._setup, chosen, self._outcome, answers, self._log.trace)
        job = await asking.settle(job)
        made = await asyncio.to_thread(
            prepare_task, self._setup, chosen, target, lambda _: None, job=job
        )
        spent = sum((used.cost_usd or Decimal(0) for used in self._outcome.earlier), Decimal(0))
        limits = limits_after(self._setup.limits, spent)
        return replace(made, request=replace(made.request, limits=limits))

    def _warn_of_keys(self, prepared: Prepared, *, key_needed: bool) -> None:
        for key in keys_in(prepared.request) if key_needed else ():
            warning = f"{key}, and it is sent to the model."
            self._outcome.warnings.append(warning)
            say(f"warning: {warning}")

    def _checked(self, chosen: ChosenModel, *, key_needed: bool) -> ChosenModel:
        """The model, once what there is to say of it is said. Raises Refused without a key."""
        for warning in chosen.warnings:
            say(warning)
        problem = obstacle(chosen, self._setup.limits) if key_needed else None
        if problem is not None:
            raise Refused(problem)
        return chosen

    async def _prepare_feedback(self, *, key_needed: bool) -> tuple[Prepared, Path | None]:
        """The run that does a kept one again with what is wrong with it."""
        kept, chosen = await self._complained_of(key_needed=key_needed)
        output, target = output_in_project(self._setup)
        self._feedback = feedback = HeadlessFeedback(
            self._setup, self._keeping.history, self._log.trace
        )
        prepared, self._earlier = await feedback.prepared(kept, chosen)
        if target is not None:
            prepared = replace(prepared, request=replace(prepared.request, target=target))
        usage = None if feedback.state is None else feedback.state.usage
        spent = Decimal(0) if usage is None else usage.cost_usd or Decimal(0)
        limits = limits_after(self._setup.limits, spent)
        self._warn_of_keys(prepared, key_needed=key_needed)
        return prepared.for_model(chosen, limits=limits), output

    async def _complained_of(self, *, key_needed: bool) -> tuple[KeptRun, ChosenModel]:
        """The run that is to be done again, and the model to do it. Raises Refused."""
        setup = self._setup
        if setup.task.resume is None:
            raise Refused(
                "Name the run that something is wrong with: --resume last, or its id "
                "(autocoder-tui history list)."
            )
        kept = await asyncio.to_thread(self._keeping.history.get, setup.task.resume)
        if kept.snapshot.demo:
            raise Refused("That is a run of the demo, whose replies are recorded. Name another.")
        self._chosen = chosen = self._checked(model_of(setup, kept), key_needed=key_needed)
        return kept, chosen

    async def _prepare_resumed(
        self, reference: str, stack: AsyncExitStack, *, key_needed: bool
    ) -> tuple[Prepared, Path | None]:
        """A kept run as it was sent, going on with its text; one that ended well needs no model
        any more."""
        from autocoder_tui.demo.session import demo_model, remove_untouched

        setup = self._setup
        kept = await asyncio.to_thread(self._keeping.history.get, reference)
        if kept.snapshot.purpose in ASIDES:
            raise Refused(
                f"Run {kept.run_id} only asked something for another run, so there is nothing to "
                "go on with: run again what it was for."
            )
        is_answer = kept.snapshot.purpose == "query"
        if setup.task.mode == "query" and not is_answer:
            raise no_question(kept)
        if is_answer and (given := file_options(setup)):
            raise Refused(f"Run {kept.run_id} is an answer: leave out {', '.join(given)}.")
        if kept.status == "finished" and (kept.files or (is_answer and kept.reply)):
            self._again, key_needed = kept, False
        if kept.snapshot.demo:
            self._setup = setup = replace(setup, demo=True)
            stack.callback(remove_untouched, setup.root)
            output, target = output_here(setup), kept.snapshot.target
            chosen = await stack.enter_async_context(demo_model(tokens_per_second=0))
        else:
            output, target = output_in_project(setup)
            chosen = model_as_sent(kept) if self._again else model_of(setup, kept)
            chosen = self._checked(chosen, key_needed=key_needed)
        self._chosen = chosen
        if target is not None and kept.snapshot.target not in (None, target):
            name = visible(str(kept.snapshot.target))
            raise Refused(f"This run writes {name}; name it with -o, or leave out -o.")
        ended = None if self._again else reason_at_end(kept.parts, kept.reply)
        prepared = prepared_of(kept, chosen, setup.limits, root=setup.root)
        return prepared.going_on(chosen, kept.reply, ended=ended, target=target), output

    async def _listen_to_any(self, prepared: Prepared) -> Prepared:
        """Run, with fallback models where the model is not available."""
        prepared, taken = await run_with_fallback(
            self._setup, prepared, self._listen, self._finish_for_next, say
        )
        self._chosen = taken or self._chosen
        return prepared

    async def _listen(self, prepared: Prepared) -> RunState:
        state = self._outcome.state
        try:
            await self._supervisor.run(lambda: prepared, state, self)
        finally:
            if state.stats.chunks:
                self._progress.clear()
                say(summary(state), 1)
        return state

    def _tell_again(self, events: Sequence[Event]) -> None:
        for event in events:
            self._outcome.state.apply(event, time.monotonic())
        self.run_brought(events, self._outcome.state)

    def run_began(self, prepared: Prepared) -> None:
        """Nothing stands on a screen that would have to make room."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            self._heard(event)

    def run_told(self, message: str) -> None:
        say(message)

    def run_remarked(self, remark: str) -> None:
        say(remark, 1)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next run reads it from the state folder."""

    def _heard(self, event: Event) -> None:
        outcome = self._outcome
        match event:
            case RequestStarted():
                outcome.requests += 1
            case PartJoined():
                outcome.joins[outcome.model, event.part] = event.proof
            case PartFinished():
                # A batch may hold the ends of several.
                before = sum(model == outcome.model for model, *_ in outcome.parts)
                came = outcome.state.extrapolations[before]
                outcome.parts.append((outcome.model, event, came))
            case RunFinished():
                outcome.status, outcome.exit_code = "done", EXIT_OK
            case RunFailed(error):
                refused = error.kind in ("input_too_large", "unknown_model")
                outcome.status = "refused" if refused else "failed"
                outcome.error = {"kind": error.kind, "message": error.message}
            case RunCancelled():
                outcome.status = "cancelled"
        line = narrate(event)
        if line is None:
            self._progress.show(outcome.state)
        elif line[0] <= self._log.level:
            self._progress.clear()
            self._log.write(*line)

    def _stopped(self) -> None:
        if not self._outcome.state.ended:
            self._outcome.state.apply(RunCancelled(), time.monotonic())
        self._outcome.status = "cancelled"
        self._outcome.error = {"kind": "cancelled", "message": "The run was stopped."}
        self._outcome.exit_code = 128 + self.ending.signal

    async def _keep(self, *, delivered: bool) -> None:
        """Put the run into history, and say how to get at what was not delivered."""
        state = self._outcome.state
        kept = await self._keeping.close(state, delivered=delivered) or self._again is not None
        self._progress.clear()
        if delivered or not state.text:
            return
        if kept:
            say(KEPT.format(run=state.run_id or "last"))
            return
        # Nowhere to keep it: whoever reads our output is the last to have it.
        self._outcome.text = state.text
        say("The text so far can't be kept anywhere, so it is printed.")
        Delivery(self._setup, self._outcome).print(state.text.encode("utf-8", "surrogatepass"))
