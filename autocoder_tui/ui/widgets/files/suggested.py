"""Below the tree, where there is room: what is picked, wherever it is in the tree, files that go
with it, and what each weighs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import with_keys

if TYPE_CHECKING:
    from autocoder_tui.ui.widgets.files.finder_rows import FileRow

TALL_FROM: Final = 32
"""Rows of the terminal; in a lower one the tree has them all."""
MOST: Final = 10
_SHARE: Final = 4
"""The part of the terminal's rows for suggestions: one in so many; the picks have as much again."""
PICKS_FROM: Final = 50
"""Rows of the terminal; in a lower one the picks are found in the tree alone."""
_LEAST_REASON: Final = 10
"""Cells of a reason, with the gap before it, that says something."""
_HEAD: Final = "Suggested · {files.find} picks them"
_HEAD_OF_BOTH: Final = "Picked and suggested · {files.find}"


class SuggestedFiles(Widget):
    """Not there where there is nothing to show. A click on a row picks its file, or unpicks it."""

    DEFAULT_CSS = """
    SuggestedFiles {
        height: auto; display: none;
        border-top: solid $primary-muted; border-title-color: $text-muted;
    }
    SuggestedFiles.-there { display: block; }
    """

    @dataclass
    class Chosen(Message):
        """The file of `row` is to be picked, or no longer."""

        row: FileRow

    class RoomFound(Message):
        """The terminal has become high enough: what is suggested would be seen from now on."""

    def __init__(self) -> None:
        super().__init__()
        self._picks: Sequence[FileRow] = ()
        self._rows: Sequence[FileRow] = ()
        self._weight: Callable[[str], int | None] = lambda _: None

    @property
    def has_room(self) -> bool:
        """Whether what is suggested would be seen."""
        return self.app.size.height >= TALL_FROM

    def show(
        self,
        picks: Sequence[FileRow],
        rows: Sequence[FileRow],
        weight: Callable[[str], int | None],
    ) -> None:
        """Show what is picked, and suggest the files of `rows`, the best first; `weight` gives the
        tokens of a path."""
        self._picks, self._rows, self._weight = picks, rows, weight
        self._arrange()

    def look_for_room(self) -> None:
        """The terminal has another size."""
        if self.has_room and not self.has_class("-there"):
            self.post_message(self.RoomFound())
        self._arrange()

    def _arrange(self) -> None:
        there = bool(self._listed) and self.has_room
        head = _HEAD_OF_BOTH if self._shown_picks else _HEAD
        self.border_title = with_keys(self.app, head)
        if there != self.has_class("-there"):
            self.set_class(there, "-there")
        self.refresh(layout=True)

    @property
    def _most(self) -> int:
        return min(MOST, self.app.size.height // _SHARE)

    @property
    def _shown_picks(self) -> Sequence[FileRow]:
        return self._picks[: self._most] if self.app.size.height >= PICKS_FROM else ()

    @property
    def _listed(self) -> Sequence[FileRow]:
        """The row of each line."""
        return (*self._shown_picks, *self._rows[: self._most])

    def render(self) -> Content:
        width, picked = self.content_size.width, len(self._shown_picks)
        lines = []
        for at, row in enumerate(self._listed):
            left_out = len(self._picks) - picked if at == picked - 1 else 0
            note = f"and {left_out} more" if left_out else row.note
            lines.append(_row(row.path, note, self._weight(row.path), width, picked=at < picked))
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset_capture(self).y
        if 0 <= at < len(self._listed):
            self.post_message(self.Chosen(self._listed[at]))


def _row(path: str, why: str, tokens: int | None, width: int, *, picked: bool) -> Content:
    """The name, why it is suggested as far as there is room for it, the weight in tokens."""
    weight = "" if tokens is None else f"~{format_tokens(tokens, short=True)}"
    room = max(8, width - len(weight) - 3)
    name = Content(visible(path.rpartition("/")[2])).truncate(room, ellipsis=True)
    mark = Content.styled("✓ ", "bold $text-success") if picked else Content("  ")
    left = Content.assemble(mark, name)
    if room - name.cell_length > _LEAST_REASON:
        reason = Content(f"  {visible(why)}").truncate(room - name.cell_length, ellipsis=True)
        left = Content.assemble(left, reason.stylize("$text-muted"))
    gap = " " * max(1, width - left.cell_length - len(weight))
    return Content.assemble(left, gap, Content.styled(weight, "$text-muted"))
