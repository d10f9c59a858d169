"""How much a proposal changes, and how many of its hunks stand where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff
from autocoder_tui.review.line_ends import changed_ends


class Counts(NamedTuple):
    """How many hunks stand where."""

    accepted: int
    rejected: int
    undecided: int

    @property
    def total(self) -> int:
        return self.accepted + self.rejected + self.undecided

    def __str__(self) -> str:
        return (
            f"{self.accepted} of {self.total} accepted, "
            f"{self.rejected} rejected, {self.undecided} undecided"
        )


class LineCounts(NamedTuple):
    """Lines added and removed, and lines of which only the end is another: those count there
    alone."""

    added: int
    removed: int
    ends: int = 0

    def __str__(self) -> str:
        ends = f"{self.ends} line end{'s' if self.ends != 1 else ''}" if self.ends else ""
        lines = f"+{self.added} −{self.removed}" if self.added or self.removed or not ends else ""
        return ", ".join(part for part in (lines, ends) if part)


def line_counts(diff: Diff, hunks: Iterable[Hunk]) -> LineCounts:
    return sum_lines(_hunk_lines(diff, hunk) for hunk in hunks)


def _hunk_lines(diff: Diff, hunk: Hunk) -> LineCounts:
    old = diff.old_lines[hunk.old_start : hunk.old_end]
    new = diff.new_lines[hunk.new_start : hunk.new_end]
    if old and new and (ends := changed_ends("".join(old), "".join(new))):
        return LineCounts(0, 0, ends.total())
    return LineCounts(hunk.added, hunk.removed)


def sum_lines(counts: Iterable[LineCounts]) -> LineCounts:
    counts = tuple(counts)
    return LineCounts(
        sum(c.added for c in counts), sum(c.removed for c in counts), sum(c.ends for c in counts)
    )
