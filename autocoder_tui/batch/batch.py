"""A batch under way: starts what may start, writes down what came of it, and stops in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final, Protocol, TypeAlias

from autocoder_tui.batch.budget import SharedBudget
from autocoder_tui.batch.job import BatchJob, JobProgress, JobResult, Status
from autocoder_tui.batch.journal import BatchJournal, KeptBatch
from autocoder_tui.batch.queue import ENDED, JobQueue
from autocoder_tui.batch.rate import LONGEST_PAUSE, Rates
from autocoder_tui.batch.report import report_lines
from autocoder_tui.batch.runner import JobOrder, JobRunner
from autocoder_tui.batch.time_left import TimeLeft
from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible

_HOLDS: Final = frozenset({"key_rejected", "payment_required"})
"""Failures that every further job of the same provider would have."""

Deliver: TypeAlias = Callable[[BatchJob, JobResult], Awaitable[JobResult]]
"""Does with the result of a job what the batch is for; returns it as it then stands."""


class BatchListener(Protocol):
    """Who shows a batch. All of it is called in the event loop."""

    def job_changed(self, number: int) -> None:
        """A job has another status, or has come further."""

    def batch_told(self, message: str) -> None:
        """A sentence to be known."""


class Batch:
    """The jobs of `kept`, done by `runner`; `journal` has every change before the next is begun.

    Belongs to one event loop. `run` may be called again when it has returned, after `resume` or
    `retry`.
    """

    def __init__(
        self,
        kept: KeptBatch,
        journal: BatchJournal,
        runner: JobRunner,
        rates: Rates,
        listener: BatchListener,
        *,
        deliver: Deliver | None = None,
        again: bool = False,
    ) -> None:
        """`again`: the batch was run before, so its jobs may have been begun."""
        self.head = kept.head
        self.jobs = {job.number: job for job in kept.jobs}
        self.queue = JobQueue(kept.jobs)
        self.results = dict(kept.results)
        self.progress: dict[int, JobProgress] = {}
        self.opened = set(kept.opened)
        self.budget = SharedBudget(kept.head.max_cost)
        self.held = ""
        """Why the queue was paused though nobody paused it, as a sentence."""
        self.rates = rates
        self._journal = journal
        self._runner = runner
        self._listener = listener
        self._deliver = deliver
        self._begun = set(self.jobs) if again else set[int]()
        self._again: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._started: dict[int, float] = {}
        self._cancelled: set[int] = set()
        self._so_far: dict[int, JobResult] = {}
        """What jobs have come to that were interrupted and wait again."""
        self._left = TimeLeft()
        self._wake = asyncio.Event()
        self._depends = any(job.after for job in kept.jobs)
        self.queue.put_in_order(kept.order)
        for number, result in self.results.items():
            self.queue.end(number, result.status)
            self.budget.settle(number, result.cost_usd, paid=result.paid)

    # ------------------------------------------------------------------ what is known of it

    def seconds(self, number: int) -> float:
        """How long a job has run, or took."""
        if number in self._started:
            return time.monotonic() - self._started[number]
        result = self.results.get(number)
        return 0.0 if result is None else result.seconds

    @property
    def counts(self) -> dict[Status, int]:
        """How many jobs stand how."""
        kinds: tuple[Status, ...] = ("done", "failed", "cancelled", "running", "waiting")
        return {kind: self.queue.count(kind) for kind in kinds}

    @property
    def spent(self) -> Decimal:
        """US dollars that are known to be spent, those of running jobs too."""
        running = (progress.cost_usd or Decimal(0) for progress in self.progress.values())
        return self.budget.spent + sum(running, Decimal(0))

    @property
    def seconds_left(self) -> float | None:
        """An honest guess, None while there is nothing to go by, or the queue is paused."""
        if self.queue.paused:
            return None
        rates = self.rates.each()
        at_once = sum(rate.at_once for rate in rates) if rates else self.head.at_once
        running = [self.seconds(number) for number in self._started]
        left = self._left.of(self.queue.count("waiting"), running, min(self.head.at_once, at_once))
        pause = max((rate.pause for rate in rates), default=0.0)
        return None if left is None else left + (pause if left else 0.0)

    @property
    def all_done(self) -> bool:
        """Whether every job succeeded."""
        return self.queue.count("done") == len(self.jobs)

    def report(self) -> Iterable[str]:
        """The lines of the report as things stand."""
        statuses = {number: self.queue.status(number) for number in self.jobs}
        results = {**self._so_far, **self.results}
        return report_lines(self.jobs.values(), statuses, results, self.counts)

    # ------------------------------------------------------------------ running

    async def run(self) -> None:
        """Do the jobs until none is left, or the queue is paused and nothing is under way.

        Cancelling stops in order: what came of the jobs under way is kept, and they wait again.
        """
        await self._count_earlier()
        try:
            while True:
                self._wake.clear()
                await self._give_up_blocked()
                if not await self._start_following():
                    if not self._tasks:
                        return
                    await self._wake.wait()
        finally:
            tasks = list(self._tasks.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _count_earlier(self) -> None:
        """What was spent on jobs that were interrupted counts before any other may start."""
        if self.budget.cap is None:
            return
        for number in self.queue.those("waiting"):
            if number in self._begun:
                spent = await self._runner.stopped(JobOrder(self.jobs[number], begun=True))
                self.budget.settle(number, spent.cost_usd, paid=False)

    async def _start_following(self) -> bool:
        """Start the job that is next, or end it where it can't be; whether there is more to do."""
        number = self.queue.following()
        if number is None or len(self._tasks) >= self.head.at_once:
            return False
        order = self._order(number)
        if self.budget.cap is not None:
            try:
                order = replace(order, most=await self._runner.weigh(order))
            except AutocoderError as error:
                await self._refuse(order, error.kind, error.message)
                return True
            if self.queue.following() != number:
                return True  # meanwhile cancelled, moved, or paused
            assert order.most is not None
            if not self.budget.fits(number, order.most):
                if self.budget.reserved and self.budget.could_fit(number, order.most):
                    return False
                await self._refuse(order, "spending_cap", self._over_cap(order.most))
                return True
            self.budget.reserve(number, order.most)
        self.queue.start(number)
        self._started[number] = time.monotonic()
        self._tasks[number] = asyncio.create_task(self._one(order), name=f"job {number}")
        self._listener.job_changed(number)
        return True

    def _order(self, number: int) -> JobOrder:
        job = self.jobs[number]
        prior = ""
        if job.after and self.head.deliver != "apply":
            prior = self.jobs[job.after].run_id
        begun = number in self._begun
        self._begun.add(number)
        return JobOrder(job, begun=begun, again=number in self._again, prior=prior)

    async def _one(self, order: JobOrder) -> None:
        number = order.job.number
        try:
            result = await self._runner.run(order, partial(self._heard, number))
            if result.status == "done" and self._deliver is not None:
                result = await self._delivered(order.job, result)
            await self._end(number, result)
            self._hold_after(result)
        except asyncio.CancelledError:
            if number in self._cancelled:
                await self._end(number, await self._runner.stopped(order))
            else:
                self.queue.put_back(number)
                self.budget.settle(number, None, paid=False)
                self._so_far[number] = await self._runner.stopped(order)
        finally:
            self._cancelled.discard(number)
            self._started.pop(number, None)
            self._tasks.pop(number, None)
            self.progress.pop(number, None)
            self._listener.job_changed(number)
            self._wake.set()

    async def _delivered(self, job: BatchJob, result: JobResult) -> JobResult:
        assert self._deliver is not None
        try:
            return await self._deliver(job, result)
        except (AutocoderError, OSError) as error:
            # A job without an end would be left out of the report.
            said = error.message if isinstance(error, AutocoderError) else str(error)
            return replace(result, status="failed", kind="undelivered", error=visible(said))

    def _heard(self, number: int, progress: JobProgress) -> None:
        self.progress[number] = progress
        self._listener.job_changed(number)

    async def _end(self, number: int, result: JobResult) -> None:
        """Write down how a job ended, then count it."""
        await asyncio.to_thread(self._journal.write, ended=number, result=result.to_data())
        self.results[number] = result
        self._so_far.pop(number, None)
        self.queue.end(number, result.status)
        self.budget.settle(number, result.cost_usd, paid=result.paid)
        if result.status == "done" and result.requests:
            self._left.ended(result.seconds)
        self._again.discard(number)
        self._listener.job_changed(number)

    async def _give_up_blocked(self) -> None:
        """Jobs that were to go on from a result that there is none of."""
        while self._depends and (blocked := self.queue.blocked()):
            for number in blocked:
                before = self.jobs[self.jobs[number].after]
                await self._end(
                    number,
                    JobResult(
                        "failed",
                        "blocked",
                        f"It goes on from the result of job {before.number} "
                        f"({visible(before.name)}), which has none. Retry both.",
                    ),
                )

    async def _refuse(self, order: JobOrder, kind: str, message: str) -> None:
        """End a job that can't be sent; what earlier tries cost stays counted."""
        result = await self._runner.stopped(order) if order.begun else JobResult("cancelled")
        await self._end(
            order.job.number, replace(result, status="failed", kind=kind, error=message)
        )

    def _over_cap(self, most: Decimal) -> str:
        cap, left = self.budget.cap or Decimal(0), self.budget.left or Decimal(0)
        return (
            f"It may cost up to {format_usd(most)} and {format_usd(max(left, Decimal(0)))} of the "
            f"cap of {format_usd(cap)} is left, so it was not sent. Raise --max-cost, or give the "
            "job a lower max_output, max_parts or max_cost."
        )

    def _hold_after(self, result: JobResult) -> None:
        """Pause where every further job would end as this one did."""
        long = result.kind == "rate_limited" and any(
            rate.pause >= LONGEST_PAUSE * 0.9 for rate in self.rates.each()
        )
        if result.kind in _HOLDS or long:
            self.queue.paused = True
            self.held = result.error
            self._listener.batch_told(f"Paused, for the other jobs would fail too: {result.error}")

    # ------------------------------------------------------------------ what a person does

    def pause(self) -> None:
        """Start nothing more; what is under way goes on."""
        self.queue.paused = True

    def resume(self) -> None:
        self.queue.paused, self.held = False, ""
        self._wake.set()

    async def cancel(self, number: int) -> bool:
        """Give a job up, stopping it where it runs; whether it had not ended yet."""
        status = self.queue.status(number)
        if status in ENDED:
            return False
        if status == "running":
            self._cancelled.add(number)
            self._tasks[number].cancel()
        else:
            await self._end(number, JobResult("cancelled"))
        self._wake.set()
        return True

    async def retry(self, numbers: Iterable[int] | None = None) -> list[int]:
        """Put back what failed or was cancelled, of `numbers` or of all; returns which."""
        back = self.queue.retry(numbers)
        for number in back:
            self._again.add(number)
            self._begun.add(number)
            self.results.pop(number, None)
        if back:
            await asyncio.to_thread(self._journal.write, back=back)
        for number in back:
            self._listener.job_changed(number)
        self._wake.set()
        return back

    async def move(self, number: int, by: int) -> bool:
        """Move a waiting job up (-1) or down (1) among those that wait; whether it moved."""
        moved = self.queue.move(number, by)
        if moved:
            await asyncio.to_thread(self._journal.write, order=list(self.queue.order))
        return moved

    async def fail(self, number: int, kind: str, message: str) -> None:
        """A result that can't be handed out is none; it stays in history."""
        failed = replace(self.results[number], status="failed", kind=kind, error=message)
        self.queue.spoil(number)
        await asyncio.to_thread(self._journal.write, ended=number, result=failed.to_data())
        self.results[number] = failed
        self._listener.job_changed(number)

    async def open_result(self, number: int) -> None:
        """Somebody looks at the result of a job."""
        if number not in self.opened:
            self.opened.add(number)
            await asyncio.to_thread(self._journal.write, opened=number)
