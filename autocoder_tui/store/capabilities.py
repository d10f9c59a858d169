"""What endpoints turned out to take, remembered between starts, per base URL and model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autocoder_tui.engine.capabilities import Capabilities
from autocoder_tui.store.settings_file import write_atomically

_FILE = "capabilities.json"


class CapabilityStore:
    """Kept in the state folder. What can't be read or written is learnt again: it is a memory,
    not a document, and no run fails for it."""

    def __init__(self, state: Path) -> None:
        self._file = state / _FILE
        self._known: dict[tuple[str, str], Capabilities] = {}

    def of(self, base_url: str, model: str) -> Capabilities:
        """What is known of `model` at `base_url`; the run changes it as it learns."""
        place = (base_url, model)
        if place not in self._known:
            self._known[place] = Capabilities.from_dict(self._read().get(_name(*place), {}))
        return self._known[place]

    def keep(self, base_url: str, model: str) -> None:
        """Write down what has been learnt."""
        entries = self._read()
        entries[_name(base_url, model)] = self.of(base_url, model).to_dict()
        self._write(entries)

    def forget(self, base_url: str, model: str) -> None:
        """Know nothing of this endpoint any more, so that everything is tried again."""
        self._known.pop((base_url, model), None)
        entries = self._read()
        if entries.pop(_name(base_url, model), None) is not None:
            self._write(entries)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            entries = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(entries, dict):
            return {}
        return {name: entry for name, entry in entries.items() if isinstance(entry, dict)}

    def _write(self, entries: dict[str, dict[str, Any]]) -> None:
        text = json.dumps(entries, indent=1, sort_keys=True) + "\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_atomically(self._file, text)
        except OSError:
            # A read-only state folder costs a repeated lesson, nothing else.
            return


def _name(base_url: str, model: str) -> str:
    return f"{base_url} {model}"
