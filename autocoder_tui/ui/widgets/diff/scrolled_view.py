"""Rows that are scrolled by keys, at once and without any drifting."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.scroll_view import ScrollView

_SIDE_STEP: Final = 8


class ScrolledView(ScrollView, can_focus=True):
    """Moves over its rows with the keys of a pager."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", id="review.up", show=False),
        Binding("down,j", "scroll_down", "Down", id="review.down", show=False),
        Binding("pageup,b", "page_up", "Page up", id="review.page_up", show=False),
        Binding("pagedown,space", "page_down", "Page down", id="review.page_down", show=False),
        Binding("home,g", "scroll_home", "Start", id="review.start", show=False),
        Binding("end,G", "scroll_end", "End", id="review.end", show=False),
        Binding("left,h", "scroll_left", "Left", id="review.left", show=False),
        Binding("right,l", "scroll_right", "Right", id="review.right", show=False),
    ]

    def _scroll_to_row(self, row: int) -> None:
        self.scroll_to(y=max(0, row), animate=False, force=True)

    def _scroll_by(self, *, rows: int = 0, columns: int = 0) -> None:
        x, y = self.scroll_offset
        self.scroll_to(x + columns, y + rows, animate=False)

    def action_scroll_up(self) -> None:
        self._scroll_by(rows=-1)

    def action_scroll_down(self) -> None:
        self._scroll_by(rows=1)

    def action_page_up(self) -> None:
        self._scroll_by(rows=1 - self.size.height)

    def action_page_down(self) -> None:
        self._scroll_by(rows=self.size.height - 1)

    def action_scroll_left(self) -> None:
        self._scroll_by(columns=-_SIDE_STEP)

    def action_scroll_right(self) -> None:
        self._scroll_by(columns=_SIDE_STEP)

    def action_scroll_home(self) -> None:
        self.scroll_to(0, 0, animate=False)

    def action_scroll_end(self) -> None:
        self.scroll_to(y=self.virtual_size.height, animate=False)
