"""The rows in which a diff is shown, side by side or unified, with unchanged stretches folded.

Nothing is laid out row by row: a stretch of unchanged lines is one entry however long it
is, so the cost is that of the hunks, and a row is worked out when it is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff
from autocoder_tui.review.rows.pairing import Pairs, pair_lines
from autocoder_tui.values import dataclass

CONTEXT = 3
"""Unchanged lines shown above and below a hunk."""

_LEAST_HIDDEN = 3
_PAIRING_BUDGET, _LARGEST_PAIRED = 15_000, 2_500

RowKind = Literal["same", "changed", "fold", "empty"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `old` and `new` are line numbers from 0, None where a side has no line here.

    `mate` is, for a changed line shown alone (unified), the line on the other side it is
    to be compared with. For a fold `hidden` unchanged lines begin at `old` and `new`, and
    `stretch` is what opens it. "empty" stands for a hunk without lines: a new, empty file.
    `part` counts the rows that one wrapped line takes, from 0.
    """

    kind: RowKind
    old: int | None
    new: int | None
    hunk: int | None = None
    mate: int | None = None
    hidden: int = 0
    stretch: int | None = None
    part: int = 0


class Rows:
    """All rows of a diff, worked out on demand.

    `stretch` k is the unchanged text before hunk k (after the last hunk, for k = number of
    hunks); those in `opened` are not folded, and with `context` None nothing is.
    """

    def __init__(
        self,
        diff: Diff,
        hunks: Sequence[Hunk] | None = None,
        *,
        side_by_side: bool,
        context: int | None = CONTEXT,
        opened: frozenset[int] = frozenset(),
    ) -> None:
        self.diff = diff
        self.hunks = tuple(diff.hunks if hunks is None else hunks)
        self.side_by_side = side_by_side
        self._pairs: dict[int, Pairs] = {}
        self._starts: list[int] = []
        self._parts: list[tuple[RowKind, int, int, int]] = []  # kind, old, new, hunk or stretch
        self._hunk_rows: list[int] = []
        self._heights: list[int] = []
        self._length = 0
        self._lay_out(context, opened)

    def _lay_out(self, context: int | None, opened: frozenset[int]) -> None:
        budget = _PAIRING_BUDGET
        i = j = 0
        for number, hunk in enumerate(self.hunks):
            self._add_stretch(i, j, hunk.old_start - i, number, context, opened)
            comparisons = hunk.removed * hunk.added
            if 1 < comparisons <= min(budget, _LARGEST_PAIRED):
                budget -= comparisons
                old = self.diff.old_lines[hunk.old_start : hunk.old_end]
                new = self.diff.new_lines[hunk.new_start : hunk.new_end]
                self._pairs[number] = pair_lines(old, new)
            if hunk.removed == hunk.added == 0:
                height = 1
            elif self.side_by_side:
                pairs = self._pairs.get(number)
                height = len(pairs) if pairs is not None else max(hunk.removed, hunk.added)
            else:
                height = hunk.removed + hunk.added
            self._hunk_rows.append(self._length)
            self._heights.append(height)
            self._add(("changed", hunk.old_start, hunk.new_start, number), height)
            i, j = hunk.old_end, hunk.new_end
        rest = len(self.diff.old_lines) - i
        self._add_stretch(i, j, rest, len(self.hunks), context, opened)

    def _add(self, part: tuple[RowKind, int, int, int], height: int) -> None:
        self._starts.append(self._length)
        self._parts.append(part)
        self._length += height

    def _add_stretch(
        self, i: int, j: int, length: int, number: int, context: int | None, opened: frozenset[int]
    ) -> None:
        if length == 0:
            return
        above = 0 if number == 0 else (context or 0)
        below = 0 if number == len(self.hunks) else (context or 0)
        hidden = length - above - below
        if context is None or number in opened or hidden < _LEAST_HIDDEN:
            self._add(("same", i, j, number), length)
            return
        if above:
            self._add(("same", i, j, number), above)
        self._add(("fold", i + above, j + above, number), 1)
        if below:
            self._add(("same", i + length - below, j + length - below, number), below)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Row]:
        return (self[at] for at in range(len(self)))

    def __getitem__(self, at: int) -> Row:
        """The row at `at`, counted from 0; IndexError outside."""
        if not 0 <= at < self._length:
            raise IndexError(at)
        part = bisect_right(self._starts, at) - 1
        kind, old, new, number = self._parts[part]
        by = at - self._starts[part]
        if kind == "same":
            return Row("same", old + by, new + by)
        if kind == "fold":
            return Row("fold", old, new, hidden=self._hidden(part), stretch=number)
        return self._changed(number, by)

    def _hidden(self, part: int) -> int:
        _, old, _, _ = self._parts[part]
        if part + 1 < len(self._parts):
            return self._parts[part + 1][1] - old
        return len(self.diff.old_lines) - old

    def _changed(self, number: int, by: int) -> Row:
        hunk = self.hunks[number]
        if hunk.removed == hunk.added == 0:
            return Row("empty", None, None, number)
        pairs = self._pairs.get(number)
        if self.side_by_side:
            if pairs is not None:
                i, j = pairs[by]
            else:
                i = by if by < hunk.removed else None
                j = by if by < hunk.added else None
            return Row(
                "changed",
                None if i is None else hunk.old_start + i,
                None if j is None else hunk.new_start + j,
                number,
            )
        if by < hunk.removed:
            mate = self._mate(pairs, by, 0, hunk.added)
            place = None if mate is None else hunk.new_start + mate
            return Row("changed", hunk.old_start + by, None, number, mate=place)
        by -= hunk.removed
        mate = self._mate(pairs, by, 1, hunk.removed)
        place = None if mate is None else hunk.old_start + mate
        return Row("changed", None, hunk.new_start + by, number, mate=place)

    @staticmethod
    def _mate(pairs: Pairs | None, by: int, side: int, others: int) -> int | None:
        if pairs is None:
            return by if by < others else None
        return next((pair[1 - side] for pair in pairs if pair[side] == by), None)

    def hunk_rows(self, hunk: int) -> range:
        """The rows of hunk number `hunk`."""
        start = self._hunk_rows[hunk]
        return range(start, start + self._heights[hunk])

    def fold_near(self, hunk: int) -> int | None:
        """The folded stretch next to a hunk: the one above it, or else the one below."""
        folded = {number for kind, _, _, number in self._parts if kind == "fold"}
        return next((number for number in (hunk, hunk + 1) if number in folded), None)

    def row_of_line(self, side: int, line: int) -> int | None:
        """The (first) row that shows a line of the old (0) or new (1) side; None if folded."""
        at = bisect_right(self._parts, line, key=lambda part: (part[1], part[2])[side]) - 1
        while at >= 0:
            kind, old, new, number = self._parts[at]
            by = line - (old, new)[side]
            if kind == "fold":
                return None
            if kind == "same":
                return self._starts[at] + by
            hunk = self.hunks[number]
            if by < (hunk.removed, hunk.added)[side]:
                return self._starts[at] + self._row_in_hunk(number, side, by)
            at -= 1  # the hunk has no lines on this side: it begins where the line does
        return None

    def _row_in_hunk(self, number: int, side: int, by: int) -> int:
        if not self.side_by_side:
            return by + side * self.hunks[number].removed
        pairs = self._pairs.get(number)
        if pairs is None:
            return by
        return next(at for at, pair in enumerate(pairs) if pair[side] == by)

    def stretch_of_line(self, line: int) -> int:
        """The unchanged stretch that line `line` of the new text stands in, or would follow."""
        return bisect_right(self.hunks, line, key=lambda hunk: hunk.new_end)

    def row_of_stretch(self, stretch: int) -> int | None:
        """The first row of an unchanged stretch."""
        for start, (kind, _, _, number) in zip(self._starts, self._parts, strict=True):
            if kind != "changed" and number == stretch:
                return start
        return None
