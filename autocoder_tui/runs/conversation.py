"""A conversation: questions and answers, each a run, with branches where one was asked anew.

Plain values: what is asked next goes on from the run at the `end` of the branch that is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from autocoder_tui.engine.request import Turn
from autocoder_tui.runs.preparation import Job
from autocoder_tui.store.history.kept_run import Status
from autocoder_tui.store.history.summary import ThreadRun
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what has come of it, which is the run `run_id`. `parent` is the run it goes
    on from, "" for none. `tokens` is None where nobody counted."""

    run_id: str
    parent: str
    question: str
    answer: str = ""
    status: Status = "running"
    model: str = ""
    tokens: int | None = None
    cost_usd: Decimal | None = None

    @property
    def is_answered(self) -> bool:
        """Whether there is anything of an answer, or may be soon."""
        return bool(self.answer.strip()) or self.status == "running"


@dataclass(frozen=True)
class Conversation:
    """All that was asked in it, in order, and which branch is shown: the one that leads to the
    run `end`, "" for the place before the first question."""

    thread: str = ""
    asked: tuple[Asked, ...] = ()
    end: str = ""

    @cached_property
    def _by_id(self) -> dict[str, Asked]:
        return {one.run_id: one for one in self.asked}

    @cached_property
    def path(self) -> tuple[Asked, ...]:
        """What is shown: from a first question to the end."""
        return self._path_to(self.end)

    def _path_to(self, run_id: str) -> tuple[Asked, ...]:
        found: dict[str, Asked] = {}
        at = self._by_id.get(run_id)
        # A run whose parent was deleted begins the branch; a damaged one may name itself.
        while at is not None and at.run_id not in found:
            found[at.run_id] = at
            at = self._by_id.get(at.parent)
        return tuple(reversed(found.values()))

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """What the next question follows. One that was never answered is no part of it."""
        return tuple(Turn(one.question, one.answer) for one in self.path if one.answer.strip())

    @property
    def parent(self) -> str:
        """The run that the next question goes on from."""
        return next((one.run_id for one in reversed(self.path) if one.answer.strip()), "")

    # ------------------------------------------------------------------ what is asked

    def job(self, job: Job) -> Job:
        """`job`, which is a question, asked here."""
        return replace(job, turns=self.turns, thread=self.thread, parent=self.parent)

    def begun(self, one: Asked, thread: str) -> Conversation:
        """With a question that is under way now; one that goes on keeps its place."""
        if one.run_id in self._by_id:
            parent = one.parent or self._by_id[one.run_id].parent
            return replace(self._with(replace(one, parent=parent)), end=one.run_id)
        if thread != self.thread:
            return Conversation(thread, (one,), one.run_id)
        return replace(self, asked=(*self.asked, one), end=one.run_id)

    def came(self, one: Asked) -> Conversation:
        """With what has come of a question."""
        return self._with(one) if one.run_id in self._by_id else self

    def _with(self, one: Asked) -> Conversation:
        asked = tuple(one if one.run_id == other.run_id else other for other in self.asked)
        return replace(self, asked=asked)

    # ------------------------------------------------------------------ branches

    def before(self, run_id: str) -> Conversation:
        """Where `run_id` was asked: what is asked next is another branch beside it."""
        one = self._by_id.get(run_id)
        return self if one is None else replace(self, end=self._known(one.parent))

    def _known(self, run_id: str) -> str:
        return run_id if run_id in self._by_id else ""

    def siblings(self, run_id: str) -> tuple[str, ...]:
        """What was asked at the same place, itself included, in order."""
        one = self._by_id.get(run_id)
        if one is None:
            return ()
        parent = self._known(one.parent)
        return tuple(
            other.run_id
            for other in self.asked
            if self._known(other.parent) == parent and (other.is_answered or other is one)
        )

    @property
    def ends(self) -> tuple[str, ...]:
        """The last question of every branch."""
        parents = {one.parent for one in self.asked if one.is_answered}
        leaves = [one for one in self.asked if one.run_id not in parents]
        answered = tuple(one.run_id for one in leaves if one.is_answered)
        return answered or tuple(one.run_id for one in leaves)

    def next_branch(self, step: int = 1) -> Conversation:
        """The branch after the one that is shown; from a place within one, that which leads on
        from it."""
        ends = self.ends
        if not ends:
            return self
        if self.end in ends:
            at = (ends.index(self.end) + step) % len(ends)
            return replace(self, end=ends[at])
        onward = [
            each
            for each in ends
            if not self.end or any(one.run_id == self.end for one in self._path_to(each))
        ]
        return replace(self, end=(onward or ends)[-1])


def conversation_of(thread: str, runs: Sequence[ThreadRun], end: str = "") -> Conversation:
    """The conversation that these runs of history are, at the run `end` or the newest."""
    asked = tuple(_asked(runs))
    known = [one.run_id for one in asked]
    if end not in known:
        answered = [one.run_id for one in asked if one.is_answered]
        end = (answered or known or [""])[-1]
    return Conversation(thread, asked, end)


def _asked(runs: Iterable[ThreadRun]) -> Iterable[Asked]:
    for run in runs:
        summary = run.summary
        if summary.purpose == "query":
            counted = summary.prompt_tokens + summary.completion_tokens
            parent = summary.parent
            for number, turn in enumerate(run.earlier, 1):
                # Said elsewhere, in no run: the ids are of no other.
                run_id = f"{summary.run_id}.{number}"
                yield Asked(run_id, parent, turn.question, turn.answer, "finished")
                parent = run_id
            yield Asked(
                run_id=summary.run_id,
                parent=parent,
                question=run.question,
                answer=run.answer,
                status="interrupted" if summary.status == "running" else summary.status,
                model=summary.model,
                tokens=counted if summary.prompt_tokens else None,
                cost_usd=summary.cost_usd,
            )
