"""The rows of a diff whose long lines go on below instead of out of sight."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff
from autocoder_tui.review.rows.rows import CONTEXT, Row, Rows

Tall = tuple[Mapping[int, int], Mapping[int, int]]
"""How many rows the lines of the old and of the new text take, where that is more than one."""


class WrappedRows(Rows):
    """Rows where one line may take several, each a `Row` of its own with its `part`.

    The cost above that of `Rows` is that of the lines in `tall` alone.
    """

    def __init__(
        self,
        diff: Diff,
        hunks: Sequence[Hunk] | None = None,
        *,
        tall: Tall,
        side_by_side: bool,
        context: int | None = CONTEXT,
        opened: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(diff, hunks, side_by_side=side_by_side, context=context, opened=opened)
        more: dict[int, int] = {}
        for side, heights in enumerate(tall):
            for line, height in heights.items():
                at = super().row_of_line(side, line)
                if at is not None:
                    more[at] = max(more.get(at, 0), height - 1)
        self._tall = sorted(more)
        self._before = [0]
        """Rows added above each tall row, and above the end."""
        for at in self._tall:
            self._before.append(self._before[-1] + more[at])
        self._tops = [at + added for at, added in zip(self._tall, self._before, strict=False)]

    def _top(self, at: int) -> int:
        """Where the unwrapped row `at` begins."""
        return at + self._before[bisect_left(self._tall, at)]

    def __len__(self) -> int:
        return super().__len__() + self._before[-1]

    def __getitem__(self, at: int) -> Row:
        number = bisect_right(self._tops, at) - 1
        if number < 0 or at < 0:
            return super().__getitem__(at)
        part = at - self._tops[number]
        if part <= self._before[number + 1] - self._before[number]:
            return replace(super().__getitem__(self._tall[number]), part=part)
        return super().__getitem__(at - self._before[number + 1])

    def hunk_rows(self, hunk: int) -> range:
        span = super().hunk_rows(hunk)
        return range(self._top(span.start), self._top(span.stop))

    def row_of_line(self, side: int, line: int) -> int | None:
        at = super().row_of_line(side, line)
        return None if at is None else self._top(at)

    def row_of_stretch(self, stretch: int) -> int | None:
        at = super().row_of_stretch(stretch)
        return None if at is None else self._top(at)
