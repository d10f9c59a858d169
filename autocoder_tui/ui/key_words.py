"""Keys in sentences: the one that acts now, be it the built-in one or a person's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.ui.program_keys import PROGRAM_KEYS

_PLACE: Final = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
"""The name of a binding in a text, where its key is to stand."""
_ROW: Final = re.compile(r"  \{([a-z_]+\.[a-z_]+)\} {2}")


def key_of(app: App[Any], id: str) -> str:
    """The key of a binding as people call it: the first, where it has several. Raises KeyError
    where there is no such binding."""
    keys = app._keymap.get(id)
    return key_name(_built_in(app, id) if keys is None else keys.split(",")[0])


def with_keys(app: App[Any], text: str) -> str:
    """The text with keys in place of the names of their bindings: "{run.start} runs it". Lines
    that begin with one, "  {run.start}  runs it", are a table, whose columns are kept in line.
    What stands in braces and is no such name stays as it is."""

    def named(found: re.Match[str]) -> str:
        try:
            return key_of(app, found[1])
        except KeyError:
            return found[0]

    heads = {line: named(found) for line in text.split("\n") if (found := _ROW.match(line))}
    widest = max(map(len, heads.values()), default=0)
    lines = (
        f"  {heads[line]:<{widest}}  {_ROW.sub('', line)}" if line in heads else line
        for line in text.split("\n")
    )
    return _PLACE.sub(named, "\n".join(lines))


def acting_key(screen: Screen[Any], key: str) -> str:
    """What does now on the screen what the built-in `key` did there, both as the framework calls
    them."""
    keymap = screen.app._keymap
    nodes = (screen, *screen.query("*")) if keymap else ()
    for node in nodes:
        bindings = type(node)._merged_bindings or BindingsMap()
        for binding in bindings.key_to_bindings.get(key, ()):
            if binding.id and binding.id in keymap:
                return keymap[binding.id].split(",")[0]
    return key


class KeyedText(Static):
    """A text with names of bindings in it, which shows their keys; see `with_keys`."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._text = text

    def on_mount(self) -> None:
        self.look_at_keys()

    def say(self, text: str) -> None:
        """Show this from now on."""
        self._text = text
        self.look_at_keys()

    def look_at_keys(self) -> None:
        """Name the keys that act now."""
        self.update(with_keys(self.app, self._text))


class NamedKeys(App[str]):
    """A program that calls its keys by the names of those that act."""

    def load_all_keys(self) -> None:
        """Load everything that has keys."""

    def key(self, id: str) -> str:
        """The key of a binding as people call it."""
        return key_of(self, id)

    def with_keys(self, text: str) -> str:
        """The text with keys in place of the names of their bindings."""
        return with_keys(self, text)

    def get_key_display(self, binding: Binding) -> str:
        """A key's name for the footer: short, ^R for Ctrl+R."""
        return binding.key_display or key_name(binding.key).replace("Ctrl+", "^")


def _built_in(app: App[Any], id: str) -> str:
    """The first built-in key of a binding, as the framework calls it."""
    if id not in _known:
        _known.update(_loaded())
    if id not in _known and isinstance(app, NamedKeys):
        # Something that nobody has opened so far.
        app.load_all_keys()
        _known.update(_loaded())
    return _known[id]


_known: Final[dict[str, str]] = {}
"""The first built-in keys of bindings, by their names."""


def _loaded() -> dict[str, str]:
    """Those of all that is loaded by now."""
    keys: dict[str, str] = {}
    for binding in _bindings():
        keys.setdefault(binding.id or "", binding.key)
    return keys


def _bindings() -> Iterator[Binding]:
    for _, binding in BindingsMap(PROGRAM_KEYS):
        yield binding
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        waiting += (kind := waiting.pop()).__subclasses__()
        if kind.__module__.startswith("autocoder_tui."):
            for _, binding in BindingsMap(vars(kind).get("BINDINGS", ())):
                yield binding
