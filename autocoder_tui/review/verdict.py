"""What a person decides on a hunk."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """What was decided on a hunk. Undecided hunks are not written."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    REJECTED = "rejected"

    @property
    def mark(self) -> str:
        """One character that tells the verdicts apart without colour."""
        return _MARKS[self]


_MARKS = {Verdict.UNDECIDED: "·", Verdict.ACCEPTED: "✓", Verdict.REJECTED: "✗"}
