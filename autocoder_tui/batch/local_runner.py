"""The jobs of a batch done in this process, each as a run of its own with journal and history."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from autocoder_tui.batch.job import BatchJob, JobProgress, JobResult
from autocoder_tui.batch.kept_result import is_whole, result_of
from autocoder_tui.batch.rate import LONGEST_PAUSE, Rates
from autocoder_tui.batch.runner import JobOrder
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event, RunCancelled
from autocoder_tui.engine.metering.server_tokenizer import ServerCounts
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.retry import WaitQuestion, duration
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.estimate import weigh
from autocoder_tui.runs.fallback import UNAVAILABLE, limits_after, run_with_fallback
from autocoder_tui.runs.key_scan import keys_in
from autocoder_tui.runs.preparation import Prepared, prepare_task
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.restore import prepared_of
from autocoder_tui.runs.setup import ChosenModel, Setup, as_known_now, choose_model, obstacle
from autocoder_tui.runs.sole_model import served_model
from autocoder_tui.runs.supervision import Engine, RunSupervisor
from autocoder_tui.runs.window_probe import (
    AskedWindow,
    ask_beforehand,
    ask_window,
    needs_asking,
)
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import History, UnknownRun
from autocoder_tui.store.history.kept_run import KeptRun

_GONE_ON_WITH: Final = UNAVAILABLE | {
    "key_rejected",
    "payment_required",
    "run_timed_out",
    "spending_cap",
    "too_many_parts",
    "empty_reply",
    "worker_lost",
    "name_not_found",
    "proxy_unusable",
    "tls_failed",
}
"""Kinds of failures after which the text so far is worth going on with."""


def setup_of(setup: Setup, job: BatchJob) -> Setup:
    """The setup of one job: that of the batch with what the job says."""
    return replace(setup, task=job.task, model=job.model, limits=job.limits, result=job.result)


class LocalRunner:
    """A `JobRunner`. `setup` is that of the batch; `report` and `trace` are as for the supervisor
    of a run; `tell` hears sentences that are to be known besides the results."""

    def __init__(
        self,
        setup: Setup,
        batch_id: str,
        rates: Rates,
        report: Callable[[Exception], str],
        tell: Callable[[str], object],
        trace: Trace | None = None,
    ) -> None:
        self.setup = setup
        self.batch_id = batch_id
        self.rates = rates
        self.report = report
        self.tell = tell
        self.trace = trace
        self.history = History(setup.places.state)
        self.writes = asyncio.Lock()
        """One run goes into history at a time: the others would only wait for the database."""
        self._chosen: dict[tuple[str | None, str | None], ChosenModel] = {}
        self._windows: dict[tuple[str, str], AskedWindow] = {}
        self._counts = ServerCounts()
        self._told: set[str] = set()

    async def weigh(self, order: JobOrder) -> Decimal:
        run = _JobRun(self, order, lambda _: None)
        return await run.most()

    async def run(self, order: JobOrder, hear: Callable[[JobProgress], object]) -> JobResult:
        run = _JobRun(self, order, hear)
        try:
            return await run.result()
        except AutocoderError as error:
            return run.failed(error.kind, " ".join([*run.said, error.message]))
        except Exception as error:
            return run.failed("internal", self.report(error))

    async def stopped(self, order: JobOrder) -> JobResult:
        kept = await self.kept(order.job.run_id)
        return JobResult("cancelled") if kept is None else result_of(kept, "cancelled")

    async def prepare(self, order: JobOrder) -> Prepared | None:
        """What the job sends, None where it is done already. Raises AutocoderError."""
        return await _JobRun(self, order, lambda _: None).prepared()

    def obstacle(self, chosen: ChosenModel, limits: Limits) -> str | None:
        """Why a job can't be sent to this model, as a sentence; None where it can."""
        return obstacle(chosen, limits)

    def engine(self, order: JobOrder) -> Engine | None:
        """What makes the events of the job's run; None where it runs here."""
        return None

    async def at_hand(self, order: JobOrder) -> Prepared | None:
        """The job with the answers to its requests, where they were sent another way; None where
        it is to be sent now. Raises AutocoderError where it may not be."""
        return None

    async def kept(self, run_id: str) -> KeptRun | None:
        """The run as history has it, None where there is none."""
        try:
            return await asyncio.to_thread(self.history.get, run_id)
        except UnknownRun:
            return None

    async def chosen(self, setup: Setup) -> ChosenModel:
        """The model of a job, as it is known by now. Raises AutocoderError."""
        key = (setup.model.name, setup.model.base_url)
        if key not in self._chosen:
            name = await served_model(setup, self.tell_once)
            chosen = await asyncio.to_thread(choose_model, setup, name)
            for warning in chosen.warnings:
                self.tell_once(warning)
            self._chosen[key] = chosen
        return await asyncio.to_thread(as_known_now, setup, self._chosen[key])

    async def asked(self, prepared: Prepared, chosen: ChosenModel) -> Prepared:
        """What the server says of the run; of its window it is asked once."""
        place = (chosen.endpoint.provider.base_url, chosen.model.name)
        if place not in self._windows and needs_asking(chosen):
            self._windows[place] = await ask_window(chosen)
        return await ask_beforehand(
            prepared,
            chosen,
            self.tell_once,
            asked=self._windows.get(place),
            counts=self._counts,
        )

    def tell_once(self, text: str) -> None:
        """Tell what is the same for many jobs."""
        if text not in self._told:
            self._told.add(text)
            self.tell(text)


class _JobRun:
    """One job being done. Hears its run as a `RunListener`."""

    def __init__(
        self, runner: LocalRunner, order: JobOrder, hear: Callable[[JobProgress], object]
    ) -> None:
        self._runner = runner
        self._order = order
        self._hear = hear
        self._setup = setup_of(runner.setup, order.job)
        self._keeping = RunRecorder(self._setup)
        self._state = RunState()
        self._earlier: KeptRun | None = None
        self._capped = Limits()
        self._spent = Decimal(0)
        """By the models that were not available any more."""
        self._begun = time.monotonic()
        self.said: list[str] = []

    # ------------------------------------------------------------------ before it is sent

    async def most(self) -> Decimal:
        """See `JobRunner.weigh`."""
        prepared = await self.prepared()
        spent = Decimal(0)
        if self._earlier is not None:
            spent = self._earlier.cost_usd or Decimal(0)
        if prepared is None or prepared.reply is not None:
            return spent
        own = prepared.request.limits.max_cost_usd
        if prepared.answers is not None and own is not None:
            return own  # of all that was sent for it, in whichever try
        figure = (await asyncio.to_thread(weigh, prepared.request)).estimate.most_usd
        if own is not None:
            figure = own if figure is None else min(figure, own)
        if figure is None:
            raise AutocoderError(
                "What this job costs at most can't be told, so the cap of the batch can't hold: "
                "the length of a reply is not limited, or the price is not known. Give it "
                "max_output, or a max_cost of its own."
            )
        return spent + figure

    async def prepared(self) -> Prepared | None:
        """What is to be sent; None where the job is done already. Raises AutocoderError."""
        order, setup = self._order, self._setup
        kept = await self._runner.kept(order.job.run_id) if order.begun else None
        self._earlier = kept
        if kept is not None and kept.status == "finished" and kept.files:
            return None
        at_hand = await self._runner.at_hand(order)
        if at_hand is not None:
            return replace(at_hand, batch=self._runner.batch_id)
        chosen = await self._runner.chosen(setup)
        problem = self._runner.obstacle(chosen, setup.limits)
        if problem is not None:
            raise AutocoderError(problem)
        if kept is not None and kept.reply and self._goes_on(kept):
            prepared = prepared_of(kept, chosen, setup.limits, setup.root)
            if is_whole(kept):
                prepared = prepared.answered_by(kept.reply)
        else:
            texts = await self._texts()
            prepared = await asyncio.to_thread(
                prepare_task, setup, chosen, order.job.output, self.said.append, texts
            )
            for warning in (*prepared.guesses, *_keys(prepared)):
                self._runner.tell(f"{order.job.name}: {warning}")
            prepared = await self._runner.asked(prepared, chosen)
        request = replace(prepared.request, run_id=order.job.run_id, limits=self._limits(prepared))
        return replace(prepared, request=request, batch=self._runner.batch_id)

    def _goes_on(self, kept: KeptRun) -> bool:
        """Whether the text that came is gone on with; else the job is begun anew."""
        if not self._order.again or kept.status != "failed":
            return kept.status != "finished"
        return kept.error is not None and kept.error.kind in _GONE_ON_WITH

    async def _texts(self) -> Mapping[str, str]:
        """What the job before it made of the file they share."""
        output = self._order.job.output
        prior = await self._runner.kept(self._order.prior) if self._order.prior else None
        for file in () if prior is None or output is None else prior.files:
            if file.path == output:
                return {output: file.after}
        return {}

    def _limits(self, prepared: Prepared) -> Limits:
        """No more is spent than what is reserved."""
        limits, most = prepared.request.limits, self._order.most
        if most is None:
            return limits
        left = most - ((self._earlier and self._earlier.cost_usd) or Decimal(0))
        own = limits.max_cost_usd
        return replace(limits, max_cost_usd=left if own is None else min(own, left))

    # ------------------------------------------------------------------ while it runs

    async def result(self) -> JobResult:
        """See `JobRunner.run`. Raises AutocoderError, and CancelledError."""
        prepared = await self.prepared()
        if prepared is None:
            assert self._earlier is not None
            return result_of(self._earlier, "done", self._seconds)
        runner = self._runner
        supervisor = RunSupervisor(
            self._keeping,
            runner.report,
            ask_wait=_wait_for_all,
            trace=runner.trace,
            pace_of=runner.rates.of,
            engine=runner.engine(self._order),
        )

        async def once(prepared: Prepared) -> RunState:
            await supervisor.run(lambda: prepared, self._state, self)
            return self._state

        try:
            if prepared.answers is not None:
                await once(prepared)
                return self._ended()
            self._capped = prepared.request.limits
            setup = replace(self._setup, limits=self._capped)
            await run_with_fallback(setup, prepared, once, self._renewed, self.run_told)
        except asyncio.CancelledError:
            if not self._state.ended:
                self._state.apply(RunCancelled(), time.monotonic())
            raise
        finally:
            await self._close()
        return self._ended()

    async def _renewed(self) -> Limits:
        """Put the run away that is over; the limits that are left for the next."""
        if self._state.usage is not None:
            self._spent += self._state.usage.cost_usd or Decimal(0)
        await self._close()
        self._state = RunState()
        return limits_after(self._capped, self._spent)

    async def _close(self) -> None:
        async with self._runner.writes:
            await self._keeping.close(self._state, delivered=False)

    def _ended(self) -> JobResult:
        state, kept = self._state, self._keeping.kept
        error = state.error
        if kept is None:
            # Nothing can be kept: what is in memory is all there is.
            usage = state.usage
            return JobResult(
                "failed" if error else "done",
                error.kind if error else "",
                error.message if error else "",
                state.requests,
                len(state.extrapolations),
                0 if usage is None else usage.prompt_tokens,
                state.completion_tokens,
                None if usage is None else usage.cost_usd,
                self._seconds,
                tuple(file.path for file in state.files),
            )
        if error is not None:
            result = result_of(kept, "failed", self._seconds)
            return replace(result, kind=error.kind, error=error.message)
        partial = [file.path for file in state.files if not file.complete]
        result = result_of(kept, "done", self._seconds)
        if partial or not state.files:
            what = f"{', '.join(map(visible, partial))} did not arrive complete"
            return replace(
                result,
                status="failed",
                kind="refused",
                error=f"{what if partial else 'The reply holds no file'}. Look at it: "
                f"autocoder-tui history show {kept.run_id} --reply",
            )
        return result

    def failed(self, kind: str, message: str) -> JobResult:
        """The job failed before or outside its run."""
        if self._earlier is None:
            return JobResult("failed", kind, message, seconds=self._seconds)
        result = result_of(self._earlier, "failed", self._seconds)
        return replace(result, kind=kind, error=message)

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._begun

    # ------------------------------------------------------------------ what its run tells

    def run_began(self, prepared: Prepared) -> None:
        """The next thing is a batch of events."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        wait = state.waiting
        self._hear(
            JobProgress(
                state.part,
                state.completion_tokens,
                None if state.usage is None else state.usage.cost_usd,
                "" if wait is None else f"waits {duration(wait.delay_seconds)}",
            )
        )

    def run_told(self, message: str) -> None:
        self._runner.tell(f"{self._order.job.name}: {message}")

    def run_remarked(self, remark: str) -> None:
        self._runner.tell_once(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next job reads it from the state folder."""


def _keys(prepared: Prepared) -> list[str]:
    return [f"{key}, and it is sent to the model." for key in keys_in(prepared.request)]


async def _wait_for_all(question: WaitQuestion) -> float | None:
    """All jobs of the provider wait together, but not for ever."""
    return question.seconds if question.seconds <= LONGEST_PAUSE else None
