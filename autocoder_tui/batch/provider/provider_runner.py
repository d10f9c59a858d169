"""Jobs whose requests go out in batches: frozen, sent in rounds, and played with what came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from autocoder_tui.batch.budget import SharedBudget
from autocoder_tui.batch.job import BatchJob
from autocoder_tui.batch.local_runner import LocalRunner, setup_of
from autocoder_tui.batch.provider.frozen_job import FrozenJob, batch_priced
from autocoder_tui.batch.provider.record import BatchRecord, NoSuchBatch
from autocoder_tui.batch.provider.requests import finder
from autocoder_tui.batch.provider.rounds import FIRST_POLL, Place, RoundProgress, Rounds
from autocoder_tui.batch.runner import JobOrder
from autocoder_tui.engine.provider.batches import BatchApi
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model
from autocoder_tui.safety.sanitize import visible


class NotSent(AutocoderError):
    kind = "not_sent"


class ProviderRunner(LocalRunner):
    """A `JobRunner` for jobs that a batch answers. After `freeze`, or `reopen`, its `rounds` are
    seen through; then the jobs are run like any others, and nothing is sent any more.
    """

    _record: BatchRecord | None = None
    _rounds: Rounds | None = None
    _show: Callable[[RoundProgress], object] = staticmethod(lambda _: None)
    _first_poll = FIRST_POLL

    def show_rounds(self, show: Callable[[RoundProgress], object], first_poll: float) -> None:
        """`show` is told how far a round is, which is first asked after `first_poll` seconds."""
        self._show, self._first_poll = show, first_poll

    @property
    def record(self) -> BatchRecord:
        """The batch on disk. Raises NotSent before there is one."""
        if self._record is None:
            raise NotSent("This job was not sent.")
        return self._record

    @property
    def rounds(self) -> Rounds:
        if self._rounds is None:
            self._rounds = Rounds(
                self.record, self._api, self.tell, self._show, first_poll=self._first_poll
            )
        return self._rounds

    async def chosen(self, setup: Setup) -> ChosenModel:
        chosen = await super().chosen(setup)
        return replace(chosen, model=batch_priced(chosen.model, chosen.endpoint.provider))

    async def freeze(
        self, jobs: Sequence[BatchJob], cap: Decimal | None, *, begun: bool = False
    ) -> None:
        """Write the jobs down as they are now, as many as `cap` US dollars have room for. Of jobs
        that may have been `begun` before those are left out whose result is in history.

        Nothing is sent yet. Raises AutocoderError where a job can't be prepared, and OSError.
        """
        state = self.setup.places.state
        record = await asyncio.to_thread(BatchRecord.create, state, self.batch_id)
        budget = SharedBudget(cap)
        for job in jobs:
            order = JobOrder(job, begun=begun)
            if cap is not None:
                most = await self.weigh(order)
                if not budget.fits(job.number, most):
                    self.tell(f"{visible(job.name)} is not sent: the cap has no room for it.")
                    continue
                budget.reserve(job.number, most)
                order = replace(order, most=most)
            prepared = await self.prepare(order)
            if prepared is None:
                continue
            learnt = (await self.chosen(setup_of(self.setup, job))).capabilities
            # What the server is nobody asks: a run that is played again must not learn it midway.
            known = {**learnt.to_dict(), "server": learnt.server or ""}
            frozen = FrozenJob.of(job.number, job.name, prepared, known)
            await asyncio.to_thread(record.add_job, frozen)
        await asyncio.to_thread(record.begin)
        self._record = record

    async def clear(self) -> None:
        """Everything is in history: what was kept of the requests goes."""
        if self._record is not None:
            await asyncio.to_thread(self._record.remove)

    async def reopen(self, retried: Iterable[int] = ()) -> bool:
        """Go on with a batch that was frozen; False where it never was. What failed of the jobs
        `retried` is sent again. Raises OSError."""
        try:
            state = self.setup.places.state
            record = await asyncio.to_thread(BatchRecord.open, state, self.batch_id)
        except NoSuchBatch:
            return False
        for number in retried:
            await asyncio.to_thread(record.forgive, number)
        self._record = record
        return True

    async def at_hand(self, order: JobOrder) -> Prepared | None:
        number = order.job.number
        if self._record is None:
            return None  # it is being frozen
        frozen = await asyncio.to_thread(self.record.job, number)
        if frozen is None:
            raise NotSent(
                "It was not sent, for the cap of the batch had no room for it. Run it by itself, "
                "or make a batch of it."
            )
        results, lost = self.rounds.results, self.rounds.lost
        return frozen.prepared(finder(self.record.id, number, results, lost))

    def _api(self, place: Place) -> BatchApi:
        """Raises AutocoderError where there is no such model any more, or no key for it."""
        base_url, name = place
        chosen = choose_model(self.setup, name, base_url)
        return BatchApi(chosen.endpoint, chosen.model)
