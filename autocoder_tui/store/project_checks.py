"""The check commands of each project that the person named or confirmed, and what came of them
on the project as it was. Kept in the state folder, where no project can write.

A confirmation is of one command, word for word, with the names of what it gets of the
environment, and for what could be closed to it: what was confirmed for a sandbox is asked about
anew where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autocoder_tui.check.failures import Base, Failures
from autocoder_tui.problems import Problem
from autocoder_tui.store.json_file import change_memory, read_memory

CHECKS_FILE = "checks.json"
BASES_FILE = "check-bases.json"
_MOST_BASES = 100
_MOST_NAMES = 5_000


class ProjectChecks:
    """What is remembered for the project at `root`."""

    def __init__(self, state: Path, root: Path) -> None:
        self._file = state / CHECKS_FILE
        self._root = str(root)

    @property
    def named(self) -> tuple[str, ...]:
        """The commands the person chose, in their order; () for none."""
        return _texts(self._entry().get("commands")) or ()

    def confirmed(self, command: str, pass_on: Sequence[str], *, closed: bool) -> bool:
        """Whether the person said that `command` may run. `closed`: in a sandbox."""
        confirmed = self._entry().get("confirmed")
        places = confirmed.get(command) if isinstance(confirmed, dict) else None
        if not isinstance(places, dict):
            return False
        known = _texts(places.get("environment")) or ()
        return set(pass_on) <= set(known) and (closed or places.get("open") is True)

    def confirm(
        self,
        commands: Sequence[str],
        pass_on: Sequence[str],
        *,
        closed: bool,
        chosen: bool = True,
    ) -> None:
        """Remember that these commands may run, and where they are `chosen`, that they are the
        project's own. Raises OSError."""

        def change(entries: dict[str, Any]) -> None:
            entry = entries.get(self._root)
            entry = entry if isinstance(entry, dict) else {}
            confirmed = entry.get("confirmed")
            confirmed = confirmed if isinstance(confirmed, dict) else {}
            for command in commands:
                confirmed[command] = {"environment": sorted(pass_on), "open": not closed}
            named = [*commands] if chosen else [*(_texts(entry.get("commands")) or ())]
            entries[self._root] = {"commands": named, "confirmed": confirmed}

        change_memory(self._file, change)

    def _entry(self) -> dict[str, Any]:
        entries = read_memory(self._file)
        entry = None if isinstance(entries, Problem) else entries.get(self._root)
        return entry if isinstance(entry, dict) else {}


class CheckBases(MutableMapping[str, Base]):
    """What came of commands on projects as they were, the newest of them. It is a memory: what
    can't be read or written is found out again."""

    def __init__(self, state: Path | None) -> None:
        """None keeps it for as long as the object lives."""
        self._file = None if state is None else state / BASES_FILE
        self._known: dict[str, Base] = {}

    def __getitem__(self, key: str) -> Base:
        if key not in self._known and self._file is not None:
            entries = read_memory(self._file)
            entry = None if isinstance(entries, Problem) else entries.get(key)
            if (base := _base(entry)) is not None:
                self._known[key] = base
        return self._known[key]

    def __setitem__(self, key: str, base: Base) -> None:
        self._known[key] = base
        names = base.failures.names[:_MOST_NAMES]
        entry = {"code": base.code, "kind": base.failures.kind, "names": [*names]}

        def change(entries: dict[str, Any]) -> None:
            entries.pop(key, None)
            entries[key] = entry
            for old in [*entries][:-_MOST_BASES]:
                del entries[old]

        if self._file is not None:
            with suppress(OSError, UnicodeError):
                change_memory(self._file, change)

    def __delitem__(self, key: str) -> None:
        del self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _base(entry: Any) -> Base | None:
    if not isinstance(entry, dict):
        return None
    code, kind, names = entry.get("code"), entry.get("kind"), _texts(entry.get("names"))
    if not isinstance(code, int | None) or not isinstance(kind, str) or names is None:
        return None
    return Base(code, Failures(names, kind))


def _texts(value: Any) -> tuple[str, ...] | None:
    """`value` as texts, None where it is something else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return tuple(value)
