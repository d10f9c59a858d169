"""The diff between the files of two runs: nothing in it is to be decided."""

from __future__ import annotations

from rich.segment import Segment

from autocoder_tui.review import Verdict
from autocoder_tui.ui.widgets.diff.canvas import DiffCanvas
from autocoder_tui.ui.widgets.diff.rows import RowPainter


class _Painter(RowPainter):
    def _margin(
        self, verdict: Verdict | None, selected: bool, first: bool, sign: str
    ) -> list[Segment]:
        return super()._margin(None, selected, first, sign)


class ComparedDiff(DiffCanvas):
    """A diff with a cursor on its hunks, which have no verdicts."""

    PAINTER = _Painter

    def step_hunk(self, by: int) -> None:
        """To the next hunk or the one before."""
        count = 0 if self._review is None else len(self._review.hunks)
        if count:
            self.cursor = max(0, min(self.cursor + by, count - 1))
            self.reveal_cursor()
