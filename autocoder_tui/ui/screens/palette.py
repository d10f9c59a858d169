"""Every command, found by typing: one line each, with its key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeAlias

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.filtered_list import has_words, rank_of
from autocoder_tui.ui.screens.dialogs.grouped_list import GroupedList
from autocoder_tui.values import dataclass

Call: TypeAlias = Callable[[], Awaitable[object] | object]


@dataclass(frozen=True, slots=True)
class Command:
    """`says` is what it does beyond its title, and is found too; `key` is its key in words."""

    group: str
    title: str
    says: str
    key: str
    call: Call


class Palette(GroupedList[Command | None, Command]):
    """Returns the command chosen, or None."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close", id="palette.close")]
    BUTTONS = (KeyButton("Do it", "enter"), KeyButton("Close", "escape"))

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = "Commands"
            yield from self.list_of("type what you want to do")

    def found(self, wanted: str) -> Iterator[tuple[str, Command]]:
        for command in self._commands:
            if has_words(f"{command.group} {command.title} {command.says} {command.key}", wanted):
                yield command.group, command

    def rank(self, row: Command, wanted: str) -> int:
        return rank_of(row.title, wanted)

    def id_of(self, row: Command) -> object:
        return (row.group, row.title)

    def row(self, row: Command, width: int) -> Content:
        key = Content.styled(row.key, "bold")
        room = max(8, width - key.cell_length - 4)
        # The rest of the words only where there is room for them; they may say how things stand.
        title = Content(visible(row.title))
        if row.says:
            title = Content.assemble(title, "  ", visible(row.says))
        return Content.assemble("  ", title.truncate(room, ellipsis=True, pad=True), " ", key)

    def choose(self, row: Command) -> None:
        self.dismiss(row)
