"""Who does the jobs: this process, or whatever else can do one and say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from autocoder_tui.batch.job import BatchJob, JobProgress, JobResult
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job to be done now.

    `begun`: it may have been begun before, so that there may be parts of it already, or all.
    `again`: it failed before and is to be tried once more. `most` is what is reserved for it in
    US dollars, None where there is no cap. `prior` is the run whose result it goes on from, "".
    """

    job: BatchJob
    begun: bool = False
    again: bool = False
    most: Decimal | None = None
    prior: str = ""


class JobRunner(Protocol):
    """Does one job at a time for each call; several calls may be under way."""

    async def weigh(self, order: JobOrder) -> Decimal:
        """What the job may cost at most in all, with what it has cost already, in US dollars.

        Raises AutocoderError where that can't be told, or the job can't be sent.
        """

    async def run(self, order: JobOrder, hear: Callable[[JobProgress], object]) -> JobResult:
        """Do the job; `hear` is told how far it is. What was received of it before is not asked
        for again. Cancelling keeps what came. Raises nothing but that cancellation.
        """

    async def stopped(self, order: JobOrder) -> JobResult:
        """What a job came to that was cancelled, in the figures of a cancelled one."""
