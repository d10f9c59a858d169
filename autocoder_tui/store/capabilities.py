"""What endpoints turned out to take, remembered between starts, per base URL and model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.problems import Problem
from autocoder_tui.store.json_file import CAPABILITIES_FILE, change_memory, read_memory


class CapabilityStore:
    """Kept in the state folder. What can't be read or written is learnt again: it is a memory,
    not a document, and no run fails for it."""

    def __init__(self, state: Path) -> None:
        self._file = state / CAPABILITIES_FILE
        self._known: dict[tuple[str, str], Capabilities] = {}

    def of(self, base_url: str, model: str) -> Capabilities:
        """What is known of `model` at `base_url`; the run changes it as it learns."""
        place = (base_url, model)
        if place not in self._known:
            entry = self._read().get(_name(*place))
            self._known[place] = Capabilities.from_dict(entry if isinstance(entry, dict) else {})
        return self._known[place]

    def keep(self, base_url: str, model: str) -> None:
        """Write down what has been learnt, if that is anything new."""
        name, learnt = _name(base_url, model), self.of(base_url, model).to_dict()
        if self._read().get(name) == learnt:
            return
        self._change(lambda entries: entries.update({name: learnt}))

    def forget(self, base_url: str, model: str) -> None:
        """Know nothing of this endpoint any more, so that everything is tried again."""
        self._known.pop((base_url, model), None)
        name = _name(base_url, model)
        if name in self._read():
            self._change(lambda entries: entries.pop(name, None))

    def _read(self) -> dict[str, Any]:
        entries = read_memory(self._file)
        return {} if isinstance(entries, Problem) else entries

    def _change(self, change: Callable[[dict[str, Any]], object]) -> None:
        # A read-only state folder costs a repeated lesson, nothing else.
        with suppress(OSError):
            change_memory(self._file, change)


def _name(base_url: str, model: str) -> str:
    return f"{base_url} {model}"
