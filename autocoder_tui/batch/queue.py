"""The queue: which job is next, and what may become of each. Pure: no clock, no disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from autocoder_tui.batch.job import BatchJob, Status

ENDED = frozenset[Status]({"done", "failed", "cancelled"})


class JobQueue:
    """The jobs of a batch in their order, each `waiting` -> `running` -> `done`, `failed` or
    `cancelled`; what failed or was cancelled may be put back to `waiting`, and so is a job that
    was interrupted.

    A job that writes a file after another (`after`) waits until that one is done.
    """

    def __init__(self, jobs: Sequence[BatchJob]) -> None:
        self.jobs = {job.number: job for job in jobs}
        self.paused = False
        self._order = [job.number for job in jobs]
        self._status: dict[int, Status] = dict.fromkeys(self._order, "waiting")
        self._counts = Counter[Status]({"waiting": len(self._order)})
        self._begin = 0
        """In the order nothing waits before it."""

    @property
    def order(self) -> Sequence[int]:
        """The numbers of the jobs, the next first."""
        return self._order

    def status(self, number: int) -> Status:
        return self._status[number]

    def count(self, *statuses: Status) -> int:
        """How many jobs stand so."""
        return sum(self._counts[status] for status in statuses)

    def those(self, *statuses: Status) -> list[int]:
        """The numbers of the jobs that stand so, in order."""
        return [number for number in self._order if self._status[number] in statuses]

    @property
    def over(self) -> bool:
        """Whether every job has ended."""
        return not self.count("waiting", "running")

    def following(self) -> int | None:
        """The job to start next, None while there is none: the queue is paused, or empty, or what
        waits does so for others."""
        if self.paused or not self._counts["waiting"]:
            return None
        while self._status[self._order[self._begin]] != "waiting":
            self._begin += 1
        for number in self._order[self._begin :]:
            if self._status[number] == "waiting" and self._is_free(number):
                return number
        return None

    def _is_free(self, number: int) -> bool:
        before = self.jobs[number].after
        return not before or self._status[before] == "done"

    def blocked(self) -> list[int]:
        """The jobs that wait for one that has ended without a result."""
        return [
            number
            for number in self.those("waiting")
            if self.jobs[number].after
            and self._status[self.jobs[number].after] in ("failed", "cancelled")
        ]

    # ------------------------------------------------------------------ what becomes of them

    def start(self, number: int) -> None:
        self._change(number, ("waiting",), "running")

    def end(self, number: int, status: Status) -> None:
        """A running job has ended, or one that waited is given up."""
        assert status in ENDED
        self._change(number, ("waiting", "running"), status)

    def spoil(self, number: int) -> None:
        """What was done turns out to be of no use."""
        self._change(number, ("done",), "failed")

    def put_back(self, number: int) -> None:
        """Have a job wait again that was interrupted, or is to be tried once more."""
        self._change(number, ("running", "failed", "cancelled"), "waiting")
        self._begin = 0

    def retry(self, numbers: Iterable[int] | None = None) -> list[int]:
        """Put back what failed or was cancelled, of `numbers` or of all; returns which."""
        wanted = self._order if numbers is None else numbers
        back = [number for number in wanted if self._status[number] in ("failed", "cancelled")]
        for number in back:
            self.put_back(number)
        return back

    def move(self, number: int, by: int) -> bool:
        """Let a waiting job change places with the waiting one before it (`by` -1) or after it
        (1); whether there is one."""
        waiting = self.those("waiting")
        if number not in waiting:
            return False
        at = waiting.index(number) + by
        if not 0 <= at < len(waiting):
            return False
        here, there = self._order.index(number), self._order.index(waiting[at])
        self._order[here], self._order[there] = self._order[there], self._order[here]
        self._begin = 0
        return True

    def put_in_order(self, order: Sequence[int]) -> None:
        """Take over an order of all jobs; one of other numbers is left aside."""
        if sorted(order) == sorted(self._order):
            self._order = list(order)
            self._begin = 0

    def _change(self, number: int, before: tuple[Status, ...], after: Status) -> None:
        now = self._status[number]
        if now not in before:
            raise ValueError(f"job {number} is {now}, not {' or '.join(before)}")
        self._status[number] = after
        self._counts[now] -= 1
        self._counts[after] += 1
