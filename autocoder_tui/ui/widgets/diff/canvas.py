"""A diff drawn line by line: layout, colours and scrolling. What is decided is not its matter."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from itertools import chain
from typing import Literal, TypeAlias

from rich.segment import Segment
from textual import events, work
from textual.geometry import Region, Size, Spacing
from textual.reactive import reactive
from textual.strip import Strip
from textual.theme import Theme

from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.review.returned import RejectedChange, returned_in
from autocoder_tui.review.rows.rows import CONTEXT, Rows
from autocoder_tui.review.rows.wrapping import Tall, WrappedRows
from autocoder_tui.ui.widgets.diff.ansi_palette import palette_of
from autocoder_tui.ui.widgets.diff.colours import (
    Colours,
    DiffPalette,
    colours_kept,
    lex_sides,
    too_large_to_colour,
)
from autocoder_tui.ui.widgets.diff.overview import OVERVIEW_WIDTH, Overview
from autocoder_tui.ui.widgets.diff.place import Place, place_in, row_of
from autocoder_tui.ui.widgets.diff.rows import Geometry, Highlights, RowPainter, marks_of
from autocoder_tui.ui.widgets.diff.scrolled_view import ScrolledView
from autocoder_tui.ui.widgets.diff.text import NO_ENDING_MARKS, tall_lines, widest

Arrangement: TypeAlias = Literal["auto", "side-by-side", "unified"]

SIDE_BY_SIDE_FROM = 100
"""Columns from which "auto" puts the two texts side by side."""

_MOST_STRIPS = 2_000

_IN_PLACES = "Not compared as a whole: the hunks are where changes go, long lines in pieces."


class DiffCanvas(ScrolledView):
    """Paints rows of a review as they come into view, and moves over them.

    What a frame costs depends on the screen, not on the file. Text comes plain first; its
    syntax colours follow from a thread.
    """

    # The overview stands in for the vertical bar, and "›" for the horizontal one.
    DEFAULT_CSS = """
    DiffCanvas {
        height: 1fr;
        overflow: auto auto;
        scrollbar-size: 0 0;
    }
    """
    ALLOW_SELECT = False
    FOLDS = True
    """Whether unchanged stretches begin folded."""
    PAINTER: type[RowPainter] = RowPainter

    rejected_before: Sequence[RejectedChange] = ()
    """What is marked where it comes back in the review that is drawn next."""

    cursor: reactive[int] = reactive(-1, repaint=False)
    """The number of the hunk under the cursor; -1 where there is none."""

    arrangement: reactive[Arrangement] = reactive[Arrangement]("auto", repaint=False)
    """Side by side, unified, or whichever the width suits."""

    wrap: reactive[bool] = reactive(False, repaint=False)
    """Whether long lines go on in the rows below instead of out of sight."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._review: FileReview | None = None
        self._rows: Rows | None = None
        self._opened: frozenset[int] = frozenset()
        self._folding = self.FOLDS
        self._colours: Colours = (None, None)
        self._widest = 0
        self._marks = NO_ENDING_MARKS
        self._notice = ""
        self._found: Highlights = {}
        self._tall: tuple[int, Tall] | None = None
        self._painter: RowPainter | None = None
        self._palette: DiffPalette | None = None
        self._overview: Overview | None = None
        self._strips: dict[tuple[int, int, bool, Verdict | None], Strip] = {}
        self._reveal_pending = False
        self._wanted: Place | None = None
        """Where to go as soon as there is a size to lay it out in."""
        self._coloured_at = self._colouring_took = 0.0

    # ------------------------------------------------------------------ what is shown

    @property
    def side_by_side(self) -> bool:
        """Whether the two texts stand side by side now."""
        wanted = self.suited_arrangement if self.arrangement == "auto" else self.arrangement
        return wanted == "side-by-side" and not self.one_sided

    @property
    def one_sided(self) -> bool:
        """Whether there is an old text only, or a new one: it has the whole width."""
        review = self._review
        return review is not None and not (review.before and review.after)

    @property
    def suited_arrangement(self) -> Arrangement:
        """What "auto" means at this width."""
        return "side-by-side" if self.size.width >= SIDE_BY_SIDE_FROM else "unified"

    @property
    def coloured(self) -> bool:
        """Whether syntax colours have arrived for what is shown."""
        return self._colours != (None, None)

    @property
    def review(self) -> FileReview | None:
        """What is shown, as decided so far."""
        return self._review

    @property
    def place(self) -> Place | None:
        """What stands at the top, to be gone to again; None where nothing is laid out."""
        if self._rows is None:
            return self._wanted
        return place_in(self._rows, self.scroll_offset.y, self.max_scroll_y)

    def draw_review(self, review: FileReview, cursor: int, place: Place | None = None) -> None:
        """Draw `review`, another than before, with the cursor on a hunk of it. With a `place` it
        is another text of the same file, which is held there."""
        known, self._review = self._review, review
        self._colours = colours_kept(self._colours, known, review) if place else (None, None)
        if place is None:
            self._opened, self._folding, self._widest = frozenset(), self.FOLDS, 0
            self.scroll_to(0, 0, animate=False)
        self._marks = NO_ENDING_MARKS
        self._notice = _IN_PLACES if review.diff.in_places else ""
        self._found, self._tall = {}, None
        self._rows = None
        self.set_reactive(DiffCanvas.cursor, cursor)
        self._reveal_pending, self._wanted = place is None, place
        self._lay_out()
        if self.is_attached and (place is None or self._may_lex()):
            self._read_sides()

    def _may_lex(self) -> bool:
        """Whether a later text of the file may be coloured anew right now."""
        return True

    def redraw_review(self, review: FileReview) -> None:
        """Draw a later state of the review shown, holding the place still."""
        known, self._review = self._review, review
        if known is None or known.hunks != review.hunks:
            self._lay_out()
        elif self._painter is not None:
            # Strips are kept by verdict, so those already painted stay good.
            self._painter.review = review
            self._overview = None
            self.refresh()

    @work(exclusive=True, group="diff-colours", exit_on_error=False)
    async def _read_sides(self) -> None:
        """Do in a thread what takes the longer the larger the file: measure and colour it."""
        review = self._review
        assert review is not None, "there is something to draw"
        stop = threading.Event()
        try:
            self._marks = await asyncio.to_thread(marks_of, review)
            self._widest = await asyncio.to_thread(_widest, review)
            if self.wrap:
                self._tall = None
                self._lay_out()
            self._set_virtual_size()
            self._new_painter()
            if await asyncio.to_thread(too_large_to_colour, review):
                large = "This file is large: it is shown without syntax colours."
                self._notice = self._notice or large
                self._set_virtual_size()
                self.refresh()
                return
            began = time.monotonic()
            self._colours = await asyncio.to_thread(lex_sides, review, stop)
            self._coloured_at = time.monotonic()
            self._colouring_took = self._coloured_at - began
            self._new_painter()
        finally:
            stop.set()

    # ------------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        """Make rows and painter anew, for other hunks, folds, width or arrangement."""
        review = self._review
        if review is None or not self.size.width:
            return
        anchor = self._anchor()
        self._rows = self._make_rows(review)
        self._new_painter()
        self._set_virtual_size()
        if anchor is not None:
            hunk, below_top = anchor
            if hunk < len(review.hunks):
                self._scroll_to_row(self._rows.hunk_rows(hunk).start - below_top)
        if self._wanted is not None:
            self._scroll_to_row(row_of(self._rows, self._wanted))
            self._wanted = None
        elif self._reveal_pending:
            self._reveal_pending = False
            self.reveal_cursor()

    def _make_rows(self, review: FileReview) -> Rows:
        context = CONTEXT if self._folding else None
        diff, hunks, side_by_side = review.diff, review.hunks, self.side_by_side
        if not self.wrap:
            return Rows(
                diff, hunks, side_by_side=side_by_side, context=context, opened=self._opened
            )
        geometry = self._geometry()
        if self._tall is None or self._tall[0] != geometry.left:
            widths = (geometry.left, geometry.right if side_by_side else geometry.left)
            old = tall_lines(diff.old_lines, widths[0], self._marks)
            new = tall_lines(diff.new_lines, widths[1], self._marks)
            self._tall = (geometry.left, (old, new))
        return WrappedRows(
            diff,
            hunks,
            tall=self._tall[1],
            side_by_side=side_by_side,
            context=context,
            opened=self._opened,
        )

    def _anchor(self) -> tuple[int, int] | None:
        """The hunk to hold still, and how far below the top it starts: the cursor's if in view."""
        rows, top = self._rows, self.scroll_offset.y
        if rows is None or not rows.hunks:
            return None
        spans = [rows.hunk_rows(hunk) for hunk in range(len(rows.hunks))]
        hunk = min(max(0, self.cursor), len(spans) - 1)
        if spans[hunk].stop <= top or spans[hunk].start >= top + self.size.height:
            hunk = max((h for h, span in enumerate(spans) if span.start <= top), default=0)
        return hunk, spans[hunk].start - top

    def _geometry(self) -> Geometry:
        assert self._review is not None, "there is something to draw"
        diff = self._review.diff
        digits = max(3, len(str(max(len(diff.old_lines), len(diff.new_lines)))))
        width = self.size.width - OVERVIEW_WIDTH
        return Geometry(width, digits, self.side_by_side, single=self.one_sided)

    def _set_virtual_size(self) -> None:
        if self._rows is not None:
            beyond = 0 if self.wrap else max(0, self._widest - self._geometry().left + 1)
            rows = len(self._rows) + bool(self._notice)
            self.virtual_size = Size(self.size.width + beyond, rows)

    def _new_painter(self) -> None:
        """Forget what was painted. The next frame makes the painter, with the styles of then."""
        self._painter = None
        self._strips.clear()
        self._overview = None
        self.refresh()

    def _make_painter(self, review: FileReview, rows: Rows) -> RowPainter:
        if self._palette is None:
            self._palette = palette_of(self)
        return self.PAINTER(
            review,
            rows,
            self._geometry(),
            self._palette,
            self._colours,
            self._marks,
            self._found,
            wrap=self.wrap,
            returned=returned_in(review, self.rejected_before),
        )

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        if self._review is not None:
            self.draw_review(self._review, self.cursor)

    def _theme_changed(self, _theme: Theme) -> None:
        self.notify_style_update()

    def notify_style_update(self) -> None:
        """Colours may be others now: those of the theme, or of a focused or dimmed view."""
        super().notify_style_update()
        self._palette = None
        self._new_painter()

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def watch_arrangement(self) -> None:
        self._lay_out()

    def watch_wrap(self) -> None:
        self._lay_out()

    # ------------------------------------------------------------------ painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """Past Textual's own row cache, which would style and filter each row anew."""
        if self._review is None or self.styles.gutter != Spacing() or self.opacity != 1:
            return super().render_lines(crop)
        background, filters, lines = self.background_colors[1], self.get_line_filters(), []
        for y in crop.line_range:
            parts = self._drawn(y)
            for line_filter in filters:
                parts = [part.apply_filter(line_filter, background) for part in parts]
            lines.append(Strip.join(parts))
        return [line.crop(crop.x, crop.right) for line in lines]

    def render_line(self, y: int) -> Strip:
        return Strip.join(self._drawn(y))

    def _drawn(self, y: int) -> list[Strip]:
        """A row and what is beside it. The same rows are the same strips."""
        review, rows, width = self._review, self._rows, self.size.width
        if review is None or rows is None:
            return [Strip.blank(width, self.rich_style)]
        painter = self._painter = self._painter or self._make_painter(review, rows)
        x, top = self.scroll_offset
        if self._overview is None:
            self._overview = Overview(rows, review.verdicts, self.size.height)
        palette, base = painter.palette, painter.palette.base
        if self._notice and y == self.size.height - 1:
            ground = base + palette.fold
            note = Strip([Segment(f" {self._notice}", ground + palette.note)])
            return [note.adjust_cell_length(width, ground)]
        margin = self._overview.cells(y, top, self.cursor, palette)
        if top + y >= len(rows):
            return [Strip.blank(width - OVERVIEW_WIDTH, base), margin]
        return [self._strip(top + y, x, review, rows, painter), margin]

    def _strip(self, at: int, x: int, review: FileReview, rows: Rows, painter: RowPainter) -> Strip:
        row = rows[at]
        selected = row.hunk is not None and row.hunk == self.cursor
        verdict = None if row.hunk is None else review.verdicts[row.hunk]
        key = (at, x, selected, verdict)
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) >= _MOST_STRIPS:
                self._strips.clear()
            first = row.hunk is not None and at == rows.hunk_rows(row.hunk).start
            strip = painter.paint(row, x=x, selected=selected, first=first)
            self._strips[key] = strip
        return strip

    def watch_cursor(self) -> None:
        self.refresh()

    # ------------------------------------------------------------------ moving

    def reveal_cursor(self) -> None:
        """Scroll so that the hunk under the cursor is in view, with what is around it."""
        if self._rows is None or not 0 <= self.cursor < len(self._rows.hunks):
            return
        span = self._rows.hunk_rows(self.cursor)
        top, height = self.scroll_offset.y, self.size.height - bool(self._notice)
        if top <= span.start and span.stop <= top + height:
            return
        room = min(height // 4, max(CONTEXT + 1, height - len(span)))
        self._scroll_to_row(span.start - room)

    def open_stretch(self, stretch: int) -> None:
        """Unfold one stretch of unchanged lines."""
        self._opened |= {stretch}
        self._lay_out()

    def action_toggle_folds(self) -> None:
        """Fold all unchanged stretches, or none."""
        self._folding, self._opened = not self._folding, frozenset()
        self._lay_out()

    def action_open_fold(self) -> None:
        """Unfold the unchanged lines above the hunk under the cursor, or else those below."""
        if self._rows is not None and self.cursor >= 0:
            stretch = self._rows.fold_near(self.cursor)
            if stretch is not None:
                self.open_stretch(stretch)


def _widest(review: FileReview) -> int:
    """Cells of the widest line of both sides."""
    if review.diff.in_places:
        return widest(chain(review.diff.old_lines, review.diff.new_lines))
    return widest({*review.diff.old_lines, *review.diff.new_lines})
