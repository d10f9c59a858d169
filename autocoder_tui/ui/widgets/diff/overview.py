"""The margin at the right edge: where the hunks are, what was decided, what is in view."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from autocoder_tui.review import Verdict
from autocoder_tui.review.rows.rows import Rows
from autocoder_tui.ui.widgets.diff.colours import DiffPalette

OVERVIEW_WIDTH = 2

# Where several hunks share a cell, what still wants a decision shows.
_RANK = {Verdict.ACCEPTED: 1, Verdict.REJECTED: 2, Verdict.UNDECIDED: 3}
_SIGNS = {Verdict.ACCEPTED: "✓", Verdict.REJECTED: "✗", Verdict.UNDECIDED: "•"}


class Overview:
    """The whole diff in a column of `height` cells. Drawn anew when verdicts or rows change."""

    def __init__(self, rows: Rows, verdicts: Sequence[Verdict], height: int) -> None:
        self._source = rows
        # Few are different, and one that was filtered is not filtered again.
        self._strips: dict[tuple[str, Style, str, Style], Strip] = {}
        self._rows, self._height = len(rows), max(1, height)
        self._marks: dict[int, Verdict] = {}
        for hunk, verdict in enumerate(verdicts):
            for cell in self._cells(rows.hunk_rows(hunk)):
                known = self._marks.get(cell)
                if known is None or _RANK[verdict] > _RANK[known]:
                    self._marks[cell] = verdict

    def _cells(self, rows: range) -> range:
        if self._rows <= self._height:
            return rows
        scale = self._height / self._rows
        return range(int(rows.start * scale), int((rows.stop - 1) * scale) + 1)

    def row_at(self, cell: int) -> int:
        """The row in the middle of what a cell stands for."""
        if self._rows <= self._height:
            return cell
        return int((cell + 0.5) * self._rows / self._height)

    def cells(self, cell: int, top: int, cursor: int, palette: DiffPalette) -> Strip:
        """What to draw at `cell` while row `top` is the first in view: a bar, and the hunks."""
        bar = " "
        if self._rows > self._height:
            view = self._cells(range(top, min(self._rows, top + self._height)))
            bar = "▕" if cell in view else " "
        verdict = self._marks.get(cell)
        mark, style = " ", palette.thumb
        if verdict is not None:
            mark = _SIGNS[verdict]
            here = cursor >= 0 and cell in self._cells(self._source.hunk_rows(cursor))
            style = palette.cursor if here else palette.verdicts[verdict]
        key = (bar, palette.base + palette.thumb, mark, palette.base + style)
        strip = self._strips.get(key)
        if strip is None:
            segments = [Segment(*key[:2]), Segment(*key[2:])]
            strip = self._strips[key] = Strip(segments, OVERVIEW_WIDTH)
        return strip
