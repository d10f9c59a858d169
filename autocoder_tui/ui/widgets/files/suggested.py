"""Below the tree, where there is room: files that go with the picks, and what each weighs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from autocoder_tui.ui.widgets.files.finder_rows import FileRow

TALL_FROM: Final = 32
"""Rows of the terminal; in a lower one the tree has them all."""
MOST: Final = 10
_SHARE: Final = 4
"""The part of the terminal's rows that may be taken: one in so many."""
_HEAD: Final = "Suggested · Ctrl+F picks them"


class SuggestedFiles(Widget):
    """Not there where nothing is suggested. A click on a row picks its file."""

    DEFAULT_CSS = """
    SuggestedFiles { height: auto; display: none; border-top: solid $primary-muted; }
    SuggestedFiles.-there { display: block; }
    """

    @dataclass
    class Chosen(Message):
        """The file of `row` is to be picked."""

        row: FileRow

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[FileRow] = ()
        self._weight: Callable[[str], int | None] = lambda _: None

    @property
    def has_room(self) -> bool:
        """Whether what is suggested would be seen."""
        return self.app.size.height >= TALL_FROM

    def show(self, rows: Sequence[FileRow], weight: Callable[[str], int | None]) -> None:
        """Suggest the files of `rows`, the best first; `weight` gives the tokens of a path."""
        self._rows, self._weight = rows, weight
        self._arrange()

    def on_mount(self) -> None:
        self.border_title = _HEAD

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        there = bool(self._rows) and self.has_room
        if there != self.has_class("-there"):
            self.set_class(there, "-there")
        self.refresh(layout=True)

    @property
    def _shown(self) -> Sequence[FileRow]:
        return self._rows[: min(MOST, self.app.size.height // _SHARE)]

    def render(self) -> Content:
        # All that finding takes: wanted when something is suggested.
        from autocoder_tui.ui.widgets.files.finder_rows import RowLook, drawn

        width = self.content_size.width
        return Content("\n").join(
            drawn(row, RowLook(width, weight=self._weight(row.path))) for row in self._shown
        )

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset_capture(self).y
        if 0 <= at < len(self._shown):
            self.post_message(self.Chosen(self._shown[at]))
