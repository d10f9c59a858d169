"""One row of the file picker: mark, name, then words and weight in a column of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.entry import Entry

Part: TypeAlias = Literal["folder", "picked", "ignored", "flag", "size"]

_MARK_WIDTH = 2
_TAIL_WIDTH = 7
_WIDE_ENOUGH_FOR_BOTH = 34
_NARROWEST_NAME = 6


@dataclass(frozen=True, slots=True)
class Row:
    """What one row shows, in `width` cells. `is_open` is None for what cannot be opened.

    `weight` is tokens, for a folder those of the files in it that were counted; None while
    nothing was. `exact`: the model's provider counts the same. `git` is a mark of one cell,
    `typed` what is looked for in the names.
    """

    entry: Entry
    width: int
    picked: bool = False
    picked_below: int = 0
    is_open: bool | None = None
    busy: bool = False
    weight: int | None = None
    exact: bool = False
    git: str = ""
    typed: str = ""

    def render(self, style: Style, part: Callable[[Part], Style]) -> Text:
        """The row over `style`; `part` gives the style of each of its parts."""
        tail = Text(no_wrap=True, end="")
        for text, tail_part in self._tail():
            tail.append(text, style + part(tail_part))
        name = visible(self.entry.name) + (" →" if self.entry.symlink else "")
        room = self.width - _MARK_WIDTH - tail.cell_len - len(self.git)
        name = cut(name, max(room - 1, _NARROWEST_NAME))
        styled = self._name_part()
        row = Text(no_wrap=True, end="")
        row.append(self._mark(), style + part("size" if self.is_open is not None else "picked"))
        named = style + part(styled) if styled else style
        row.append(name, named)
        found = name.lower().find(self.typed) if self.typed else -1
        if found >= 0:
            end = _MARK_WIDTH + found + len(self.typed)
            row.stylize(named + Style(underline=True, bold=True), _MARK_WIDTH + found, end)
        row.append(" " * max(1, room - cell_len(name)), style)
        row.append(self.git, style + part("flag"))
        return row.append_text(tail)

    def _mark(self) -> str:
        if self.is_open is not None:
            return "▾ " if self.is_open else "▸ "
        return "✓ " if self.picked else "  "

    def _name_part(self) -> Part | None:
        entry = self.entry
        if self.picked:
            return "picked"
        if entry.ignored or entry.special or entry.outside:
            return "ignored"
        return "folder" if entry.is_dir else None

    def _tail(self) -> list[tuple[str, Part]]:
        """Always as wide at its right end, so that numbers stay in line."""
        entry = self.entry
        word, part = _word_for(entry)
        if self.busy:
            word, part = "…", "size"
        elif self.picked_below:
            word, part = f"✓ {self.picked_below}", "picked"
        if self.weight is None or entry.binary or entry.special or entry.outside:
            # Where a weight may still come its column is kept free for it.
            gap = 0 if entry.is_dir or entry.binary or self.width < _WIDE_ENOUGH_FOR_BOTH else 7
            return [(word.rjust(_TAIL_WIDTH), part), (" " * gap, "size")]
        about = "" if self.exact else "~"
        weight = f"{about}{format_tokens(self.weight, short=True)}".rjust(_TAIL_WIDTH)
        if not word:
            return [(weight, "size")]
        name = cell_len(visible(entry.name)) + len(self.git)
        room = self.width - _MARK_WIDTH - name - _TAIL_WIDTH
        if self.width < _WIDE_ENOUGH_FOR_BOTH and cell_len(word) >= room:
            return [(word.rjust(_TAIL_WIDTH), part)]
        return [(word, part), (weight, "size")]


def cut(name: str, room: int) -> str:
    """`name` in at most `room` cells; its end is kept when it must be cut: it tells the type."""
    if cell_len(name) <= room:
        return name
    head = tail = ""
    for character in name:
        if cell_len(head + character) > room // 2:
            break
        head += character
    for character in reversed(name):
        if cell_len(head + character + tail) > room - 1:
            break
        tail = character + tail
    return f"{head}…{tail}"


def _word_for(entry: Entry) -> tuple[str, Part]:
    """The one word that matters most about an entry, or none."""
    if entry.outside or entry.special or (entry.is_dir and entry.symlink):
        return ("outside" if entry.outside else "no file", "ignored")
    if entry.secret:
        return "secret", "flag"
    if entry.binary:
        return "binary", "ignored"
    return "ignored" if entry.ignored else "", "ignored"
