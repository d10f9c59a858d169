"""Every key, those of the pane one is in first; found by typing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_rows import KeyRow, KeySection, key_name
from autocoder_tui.ui.screens.dialogs.filtered_list import has_words
from autocoder_tui.ui.screens.dialogs.grouped_list import GroupedList
from autocoder_tui.values import dataclass

_KEYS_WIDTH = 18
_NAMES_WIDTH = 28


@dataclass(frozen=True, slots=True)
class _Line:
    group: str
    row: KeyRow
    keys: str


class KeysHelp(GroupedList[str | None, _Line]):
    """`sections` are in the order in which they are listed. Returns the name of the binding that
    is to be changed, or None."""

    BINDINGS = [
        Binding("escape,f1", "dismiss(None)", "Close", id="help.close"),
        Binding("ctrl+t", "toggle_names", "Names for config.toml", priority=True, id="help.names"),
    ]

    DEFAULT_CSS = """
    KeysHelp #help-says { height: 3; border-top: solid $primary-muted; color: $text-muted; }
    """

    def __init__(self, sections: Sequence[KeySection], here: str = "") -> None:
        super().__init__()
        self._lines = [
            _Line(_title(section, here), row, ", ".join(map(key_name, row.keys)))
            for section in sections
            for row in section.rows
        ]
        self._names = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog tall-dialog") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "Enter changes one · Ctrl+T names · Esc closes"
            yield from self.list_of("type a key, or words of what it does")
            yield Static("", id="help-says", markup=False)

    def found(self, wanted: str) -> Iterator[tuple[str, _Line]]:
        for line in self._lines:
            if has_words(f"{line.keys} {line.row.says} {line.group} {line.row.id}", wanted):
                yield line.group, line

    def id_of(self, row: _Line) -> object:
        return (row.group, row.row.id)

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
        text = "" if row is None else f"{row.keys}  {row.row.says}"
        for line in self.query("#help-says").results(Static):
            line.update(Content(visible(text)))

    def choose(self, row: _Line) -> None:
        self.dismiss(row.row.id)

    def action_toggle_names(self) -> None:
        """Show beside each key what it is called in config.toml, or no longer."""
        self._names = not self._names
        current = self.current
        self.fill(None if current is None else self.id_of(current))


def _title(section: KeySection, here: str) -> str:
    return f"{section.title} (here)" if section.title == here else section.title
