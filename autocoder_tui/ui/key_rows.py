"""Keys as people read them, and where two of them get in each other's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key

from autocoder_tui.values import dataclass

EVERYWHERE: Final = "Everywhere"

MOVES: Final = ("cursor_", "scroll", "page_", "move")
"""What the actions begin with that only move through something."""

_NAMES: Final = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "delete": "Del",
    "backspace": "Backspace",
    "insert": "Ins",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_name(key: str) -> str:
    """A key as people call it: "Ctrl+R" for "ctrl+r", "?" for "question_mark"."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    plain = _NAMES.get(last) or format_key(last)
    if modifiers or (last[:1] == "f" and last[1:].isdigit()):
        plain = plain[:1].upper() + plain[1:]
    return "+".join([*(modifier.capitalize() for modifier in modifiers), plain])


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One action and its keys, as the program calls them: "ctrl+r". `moves`: it only moves;
    `common`: the footer names it, too."""

    id: str
    keys: tuple[str, ...]
    says: str
    moves: bool = False
    common: bool = False


@dataclass(frozen=True, slots=True)
class KeySection:
    """`kinds` are the widgets or screens that have these keys; `in_main` says that they are on the
    one workspace, where the keys of the whole program act, too."""

    title: str
    rows: tuple[KeyRow, ...]
    in_main: bool = False
    kinds: tuple[type[DOMNode], ...] = ()


def says_of(binding: Binding) -> str:
    """What a key does: its short name, and more where that does not say it all."""
    return f"{binding.description}: {binding.tooltip}" if binding.tooltip else binding.description


def conflicts(
    sections: Iterable[KeySection], id: str, keys: Iterable[str]
) -> Iterator[tuple[KeySection, KeyRow, str]]:
    """What else the `keys` do where the binding called `id` acts, with the key."""
    sections, wanted = tuple(sections), set(keys)
    own = [section for section in sections if any(row.id == id for row in section.rows)]
    everywhere = any(section.title == EVERYWHERE for section in own)
    in_a_pane = any(section.in_main for section in own)
    for section in sections:
        # A key of the whole program is heard in every pane, not in dialogs.
        near = section in own or (everywhere and section.in_main)
        if near or (in_a_pane and section.title == EVERYWHERE):
            for row in section.rows:
                for key in row.keys:
                    if row.id != id and key in wanted:
                        yield section, row, key
