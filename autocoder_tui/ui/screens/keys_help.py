"""What the pane one is in is for, and every key, those of that pane first; found by typing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_rows import EVERYWHERE, KeyRow, KeySection, key_name
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.filtered_list import has_words, rank_of
from autocoder_tui.ui.screens.dialogs.grouped_list import GroupedList
from autocoder_tui.values import dataclass

_KEYS_WIDTH = 18
_NAMES_WIDTH = 28


@dataclass(frozen=True, slots=True)
class _Line:
    section: KeySection
    group: str
    row: KeyRow
    keys: str


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """A row that was chosen: what its key does is done, or it gets another key."""

    deed: Literal["do", "change"]
    section: KeySection
    id: str


class KeysHelp(GroupedList[KeyWanted | None, _Line]):
    """`sections` are in the order in which they are listed; `here` has the titles of those that
    act now, `purpose` is what that is for, `next_step` what comes next in the guide, and
    `next_key` the id of the key for it: its row comes first, so that Enter does it."""

    BINDINGS = [
        Binding("escape,f1", "dismiss(None)", "Close", id="help.close"),
        Binding("ctrl+e", "change_key", "Change the key", priority=True, id="help.change"),
        Binding("ctrl+t", "toggle_names", "Names for config.toml", priority=True, id="help.names"),
    ]
    OF_A_ROW = ("enter", "ctrl+e")
    BUTTONS = (
        KeyButton("Do it", "enter"),
        KeyButton("Change the key", "ctrl+e"),
        KeyButton("Names for config.toml", "ctrl+t"),
        KeyButton("Close", "escape"),
    )

    DEFAULT_CSS = """
    KeysHelp #help-says { height: 3; border-top: solid $primary-muted; color: $text-muted; }
    KeysHelp #help-purpose { height: auto; margin-top: 1; }
    """

    def __init__(
        self,
        sections: Sequence[KeySection],
        here: Sequence[str] = (),
        *,
        purpose: str = "",
        next_step: str = "",
        next_key: str = "",
    ) -> None:
        super().__init__()
        self._here = frozenset(here)
        self._in_dialog = any(one.title in self._here and not one.in_main for one in sections)
        self._lines = [
            _Line(section, self._heading(section), row, ", ".join(map(key_name, row.keys)))
            for section in sections
            for row in section.rows
        ]
        self._next = [
            replace(line, group=next_step)
            for line in self._lines
            if next_key and line.row.id == next_key
        ][:1]
        self._names = False
        untold = "" if self._next else next_step
        self._purpose = Content.assemble(
            Content.styled(visible(untold), "bold $accent"),
            "\n" if untold and purpose else "",
            visible(purpose),
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog tall-dialog") as dialog:
            dialog.border_title = "Keys"
            line, rows = self.list_of("type a key, or words of what it does")
            yield line
            if self._purpose:
                yield Static(self._purpose, id="help-purpose", markup=False)
            yield rows
            yield Static("", id="help-says", markup=False)

    def found(self, wanted: str) -> Iterator[tuple[str, _Line]]:
        for line in () if wanted else self._next:
            yield line.group, line
        for line in self._lines:
            # Everybody knows what arrows do; who looks for such a key finds it.
            if line.row.moves and not wanted and not self._names:
                continue
            if has_words(f"{line.keys} {line.row.says} {line.group} {line.row.id}", wanted):
                yield line.group, line

    def rank(self, row: _Line, wanted: str) -> int:
        # A key that is typed is nearer than a word of what another does.
        return min(rank_of(row.row.says, wanted), rank_of(row.keys, wanted))

    def id_of(self, row: _Line) -> object:
        return (row.group, row.row.id, row.row.says)

    def row(self, row: _Line, width: int) -> Content:
        name = f"  {row.row.id}" if self._names else ""
        room = max(10, width - _KEYS_WIDTH - 3 - (_NAMES_WIDTH if self._names else 0))
        return Content.assemble(
            "  ",
            Content.styled(row.keys, "bold").truncate(_KEYS_WIDTH, ellipsis=True, pad=True),
            " ",
            Content(visible(row.row.says)).truncate(room, ellipsis=True, pad=bool(name)),
            name,
        )

    def highlighted(self, row: _Line | None) -> None:
        """Say in full what may not have had room."""
        text = "" if row is None else f"{row.keys}  {row.row.says}{self._where(row)}"
        for line in self.query("#help-says").results(Static):
            line.update(Content(visible(text)))

    def _where(self, row: _Line) -> str:
        """Where it acts, if that is not on the screen below."""
        acts = row.section.title in self._here or (row.section.in_main and not self._in_dialog)
        return "" if acts else f" (in “{row.section.title}”)"

    def _heading(self, section: KeySection) -> str:
        if section.title in self._here:
            return f"{section.title} (here)"
        if section.title == EVERYWHERE and self._in_dialog:
            return f"{section.title} (once this is closed)"
        return section.title

    def choose(self, row: _Line) -> None:
        if not self._where(row):
            self.dismiss(KeyWanted("do", row.section, row.row.id))

    def action_change_key(self) -> None:
        """Give the row under the cursor another key."""
        if (row := self.current) is not None:
            self.dismiss(KeyWanted("change", row.section, row.row.id))

    def action_toggle_names(self) -> None:
        """Show beside each key what it is called in config.toml, or no longer."""
        self._names = not self._names
        current = self.current
        self.fill(None if current is None else self.id_of(current))
