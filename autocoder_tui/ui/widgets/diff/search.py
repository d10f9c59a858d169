"""Searching in a diff: matches are marked where they stand, and gone through by key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message

from autocoder_tui.review import FileReview
from autocoder_tui.review.rows.search import Match, find
from autocoder_tui.ui.widgets.diff.canvas import DiffCanvas
from autocoder_tui.ui.widgets.diff.place import Place
from autocoder_tui.ui.widgets.diff.text import Found


class SearchedDiff(DiffCanvas):
    """A diff with a text looked for in it. Finding runs in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "next_match(1)", "Next match", id="review.next_match", show=False),
        Binding("F", "next_match(-1)", "Previous match", id="review.previous_match", show=False),
        Binding("escape", "end_search", "End the search", id="review.end_search", show=False),
    ]

    @dataclass
    class FoundChanged(Message):
        """What is looked for, the match one is at (from 0, -1 for none) and how many there are.

        `text` is "" when nothing is looked for any more.
        """

        text: str
        at: int
        total: int

    sought = ""
    """The text that is looked for; "" for none."""

    matches: tuple[Match, ...] = ()
    """Where it stands, in reading order."""

    _match = -1
    _origin = -1

    def search(self, text: str) -> None:
        """Look for `text` in this file and those shown after it; "" ends the search.

        A text that goes on being typed is looked for from where the first letter was.
        """
        if not self.sought:
            self._origin = self.cursor
        self.sought = text
        self._find(keep_place=False)

    def draw_review(self, review: FileReview, cursor: int, place: Place | None = None) -> None:
        super().draw_review(review, cursor, place)
        self._search_again()

    def redraw_review(self, review: FileReview) -> None:
        other_hunks = self._review is None or self._review.hunks != review.hunks
        super().redraw_review(review)
        if other_hunks:
            self._search_again()

    def watch_arrangement(self) -> None:
        super().watch_arrangement()
        self._search_again()

    def _search_again(self) -> None:
        self.matches, self._match = (), -1
        if self.sought and self.is_attached:
            self._find(keep_place=True)

    @work(exclusive=True, group="diff-search", exit_on_error=False)
    async def _find(self, keep_place: bool) -> None:
        review, text = self._review, self.sought
        if review is None or not text:
            self.matches, self._match = (), -1
            self._mark_matches()
            return
        self.matches = await asyncio.to_thread(
            find, review.diff, review.hunks, text, side_by_side=self.side_by_side
        )
        self._match = -1
        if self.matches and not keep_place:
            self._go_to(self._first_from_here())
        else:
            self._mark_matches()

    def _first_from_here(self) -> int:
        """The first match in or below the hunk the cursor was on when the search began."""
        if self._review is None or not 0 <= self._origin < len(self._review.hunks):
            return 0
        hunk = self._review.hunks[self._origin]
        starts = (hunk.old_start, hunk.new_start)
        below = (at for at, match in enumerate(self.matches) if match.line >= starts[match.side])
        return next(below, 0)

    def _mark_matches(self) -> None:
        by_line: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for match in self.matches:
            by_line.setdefault(match[:2], []).append(match[2:])
        found = {place: Found(tuple(spans)) for place, spans in by_line.items()}
        if 0 <= self._match < len(self.matches):
            match = self.matches[self._match]
            found[match[:2]] = found[match[:2]]._replace(current=match[2:])
        self._found = found
        self._new_painter()
        self.post_message(self.FoundChanged(self.sought, self._match, len(self.matches)))

    def _go_to(self, at: int) -> None:
        self._match = at
        match = self.matches[at]
        row = self._row_showing(match.side, match.line)
        if row is not None:
            self._show_match(row, match)
        self._mark_matches()

    def _row_showing(self, side: int, line: int) -> int | None:
        """The row of a line, unfolded if need be; None where nothing is laid out yet."""
        rows = self._rows
        if rows is None:
            return None
        row = rows.row_of_line(side, line)
        if row is None:
            self.open_stretch(rows.stretch_of_line(line))
            assert self._rows is not None, "it was laid out again"
            row = self._rows.row_of_line(side, line)
        return row

    def go_to_line(self, side: int, line: int) -> None:
        """Bring line `line` (from 0) of the old text (`side` 0) or the new one (1) into view, and
        the cursor to its hunk."""
        row = self._row_showing(side, line)
        if row is not None:
            self._bring_into_view(row)

    def _bring_into_view(self, row: int) -> None:
        assert self._rows is not None, "a row was found in it"
        hunk = self._rows[row].hunk
        if hunk is not None:
            self.cursor = hunk
        top, height = self.scroll_offset.y, self.size.height
        if not top <= row < top + height - 1:
            self._scroll_to_row(row - height // 3)

    def _show_match(self, row: int, match: Match) -> None:
        self._bring_into_view(row)
        if not self.wrap:
            room = self._geometry().left
            x = 0 if match.end < room else match.start - room // 2
            self.scroll_to(x=x, animate=False, force=True)

    def action_next_match(self, step: int) -> None:
        """Go to the next or previous match, around the ends."""
        if self.matches:
            at = self._match + step if self._match >= 0 else (0 if step > 0 else -1)
            self._go_to(at % len(self.matches))
        else:
            text = "Nothing is found." if self.sought else "/ looks for a text."
            self.app.notify(text, markup=False)

    def action_end_search(self) -> None:
        """Look for nothing any more."""
        self.search("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Escape stops a run; it is taken only while there is a search to end.
        return action != "end_search" or bool(self.sought)
