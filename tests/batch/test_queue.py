"""The queue's states, whatever is done with it in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from autocoder_tui.batch.job import BatchJob, Status
from autocoder_tui.batch.queue import ENDED, JobQueue
from autocoder_tui.runs.setup import Task
from tests.effort import examples

STATUSES: tuple[Status, ...] = ("waiting", "running", "done", "failed", "cancelled")


def jobs(after: list[int]) -> list[BatchJob]:
    return [
        BatchJob(number, f"job {number}", Task(), after=before)
        for number, before in enumerate(after, start=1)
    ]


class QueueMachine(RuleBasedStateMachine):
    """A model beside it: a status for each job, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = JobQueue([])
        self.model: dict[int, Status] = {}
        self.after: dict[int, int] = {}

    @initialize(chains=st.lists(st.booleans(), min_size=1, max_size=8))
    def fill(self, chains: list[bool]) -> None:
        after = [number if chained and number else 0 for number, chained in enumerate(chains)]
        self.queue = JobQueue(jobs(after))
        self.model = dict.fromkeys(range(1, len(chains) + 1), "waiting")
        self.after = dict(enumerate(after, start=1))

    @rule()
    def start(self) -> None:
        number = self.queue.following()
        if number is None:
            free = [
                number
                for number, status in self.model.items()
                if status == "waiting"
                and (not self.after[number] or self.model[self.after[number]] == "done")
            ]
            assert self.queue.paused or not free
            return
        assert not self.queue.paused
        before = self.after[number]
        assert not before or self.model[before] == "done"
        waiting = [one for one in self.queue.order if self.model[one] == "waiting"]
        for earlier in waiting[: waiting.index(number)]:
            assert self.model[self.after[earlier]] != "done"
        self.queue.start(number)
        self.model[number] = "running"

    @precondition(lambda self: "running" in self.model.values())
    @rule(data=st.data(), status=st.sampled_from(sorted(ENDED)))
    def end(self, data: st.DataObject, status: Status) -> None:
        number = data.draw(st.sampled_from(self.queue.those("running")))
        self.queue.end(number, status)
        self.model[number] = status

    @precondition(lambda self: "running" in self.model.values())
    @rule(data=st.data())
    def interrupt(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.queue.those("running")))
        self.queue.put_back(number)
        self.model[number] = "waiting"

    @rule(data=st.data())
    def cancel_waiting(self, data: st.DataObject) -> None:
        waiting = self.queue.those("waiting")
        if waiting:
            number = data.draw(st.sampled_from(waiting))
            self.queue.end(number, "cancelled")
            self.model[number] = "cancelled"

    @rule()
    def retry(self) -> None:
        back = self.queue.retry()
        wanted = {n for n, status in self.model.items() if status in ("failed", "cancelled")}
        assert set(back) == wanted
        self.model.update(dict.fromkeys(back, "waiting"))

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.queue.paused = paused

    @rule(number=st.integers(1, 9), by=st.sampled_from([-1, 1]))
    def move(self, number: int, by: int) -> None:
        before = self.queue.those("waiting")
        others = [one for one in self.queue.order if one not in before]
        places = [self.queue.order.index(one) for one in others]
        moved = self.queue.move(number, by)
        after = self.queue.those("waiting")
        assert [self.queue.order.index(one) for one in others] == places
        if moved:
            at = before.index(number)
            before[at], before[at + by] = before[at + by], before[at]
        assert after == before

    @rule(data=st.data())
    def refuse_what_makes_no_sense(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.model)))
        if self.model[number] != "waiting":
            with pytest.raises(ValueError):
                self.queue.start(number)
        if self.model[number] in ENDED:
            with pytest.raises(ValueError):
                self.queue.end(number, "done")

    @invariant()
    def all_jobs_are_there_once_and_counted(self) -> None:
        assert sorted(self.queue.order) == sorted(self.model)
        for number, status in self.model.items():
            assert self.queue.status(number) == status
        for status in STATUSES:
            assert self.queue.count(status) == list(self.model.values()).count(status)
        assert self.queue.over == all(status in ENDED for status in self.model.values())
        for number in self.queue.blocked():
            assert self.model[self.after[number]] in ("failed", "cancelled")


TestQueue = QueueMachine.TestCase
TestQueue.settings = examples(1000)
