"""The colour themes, seen as soon as the cursor is on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.filtered_list import has_words, rank_of
from autocoder_tui.ui.screens.dialogs.grouped_list import GroupedList
from autocoder_tui.values import dataclass

_REST = 0.12
"""Seconds the cursor rests on a theme before it is shown: each one styles everything anew."""


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme by its name, with its kind in a few words, its group in the list, and a sentence
    about it; all but the kind may be untrusted."""

    name: str
    says: str
    group: str
    about: str = ""


class ThemeList(GroupedList[str | None, ThemeRow]):
    """Returns the name chosen, or None. `preview` puts a theme on; it is called with `now`, the
    one in force before, when nothing is chosen."""

    BINDINGS = [Binding("escape", "leave", "Back to the theme before", id="themes.cancel")]
    BUTTONS = (KeyButton("Keep it", "enter"), KeyButton("Take it back", "escape"))
    DEFAULT_CSS = """
    ThemeList #theme-about {
        height: auto; min-height: 3; max-height: 6;
        border-top: solid $primary-muted; color: $text-muted;
    }
    """

    def __init__(self, rows: Sequence[ThemeRow], now: str, preview: Callable[[str], None]) -> None:
        super().__init__()
        self._themes = rows
        self._names = max((cell_len(visible(row.name)) for row in rows), default=0)
        self._now = now
        self._preview = preview
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = "Theme"
            yield from self.list_of("type to find a theme")
            yield Static("", id="theme-about", markup=False)

    def found(self, wanted: str) -> Iterator[tuple[str, ThemeRow]]:
        for row in self._themes:
            if has_words(f"{row.name} {row.says} {row.about}", wanted):
                yield row.group, row

    def start_at(self) -> object:
        return self._now

    def rank(self, row: ThemeRow, wanted: str) -> int:
        return rank_of(row.name, wanted)

    def id_of(self, row: ThemeRow) -> object:
        return row.name

    def row(self, row: ThemeRow, width: int) -> Content:
        mark = "● " if row.name == self._now else "  "
        # A name is worth more than its kind: one can be chosen without the other.
        room = min(self._names, max(width - len(mark), 1))
        name = Content(visible(row.name)).truncate(room, ellipsis=True, pad=True)
        return Content.assemble(mark, name, "  ", Content.styled(visible(row.says), "$muted"))

    def highlighted(self, row: ThemeRow | None) -> None:
        self.query_one("#theme-about", Static).update(Content(visible(row.about if row else "")))
        if self._resting is not None:
            self._resting.stop()
        if row is not None:
            self._resting = self.set_timer(_REST, lambda: self._try_on(row.name))

    def _try_on(self, name: str) -> None:
        if not self.closing:
            self._preview(name)

    def choose(self, row: ThemeRow) -> None:
        self.dismiss(row.name)

    def action_leave(self) -> None:
        """Close with the theme that was there before."""
        self._preview(self._now)
        self.dismiss(None)
