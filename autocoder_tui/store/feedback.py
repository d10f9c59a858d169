"""What was asked for at first, and every round of feedback on what came of it."""

from __future__ import annotations

from autocoder_tui.review.returned import RejectedChange
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class FeedbackRound:
    """What a person said was wrong with the run `run_id`, in their words, and the `instruction`
    that was sent for it; `about` is the one file that it is about, "" for all. `rejected` is
    what they had rejected."""

    complaint: str
    instruction: str
    about: str = ""
    rejected: tuple[RejectedChange, ...] = ()
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The `requirements` before any feedback, and the rounds, oldest first."""

    requirements: str
    rounds: tuple[FeedbackRound, ...] = ()

    @property
    def rejected(self) -> tuple[tuple[int, RejectedChange], ...]:
        """All that was rejected, with the number of the round, from 1, that told of it."""
        return tuple(
            (number, change)
            for number, round_ in enumerate(self.rounds, 1)
            for change in round_.rejected
        )
