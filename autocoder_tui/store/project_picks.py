"""What was picked lately in a project, and sets of picks saved by name.

A small JSON file beside what is kept of the project's screen. Two programs on one project may
both write it: each reads it first.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path
from typing import Any

from autocoder_tui.problems import Problem
from autocoder_tui.store.json_file import change_memory, read_memory
from autocoder_tui.store.project_folder import project_folder
from autocoder_tui.values import dataclass

MOST_RECENT = 50
LONGEST_NAME = 80
_MOST_BYTES = 900 * 1024
"""A memory that is larger is not read again."""


@dataclass(frozen=True, slots=True)
class SavedPicks:
    """`recent` are paths, the latest first; `sets` are paths by the name they were saved under."""

    recent: tuple[str, ...] = ()
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)


class ProjectPicks:
    """The file of one project. Everything here is blocking."""

    def __init__(self, state: Path, root: Path) -> None:
        self.file = project_folder(state, Path(os.path.realpath(root))) / "picks.json"
        self._writing = threading.Lock()

    def read(self) -> SavedPicks:
        """What is kept; nothing where the file is damaged, which the next change puts aside."""
        data = read_memory(self.file)
        if isinstance(data, Problem):
            return SavedPicks()
        sets = data.get("sets")
        named = sets.items() if isinstance(sets, dict) else ()
        return SavedPicks(
            _paths(data.get("recent")),
            {name: paths for name, kept in named if (paths := _paths(kept))},
        )

    def keep_recent(self, paths: Iterable[str]) -> None:
        """These were picked last, the latest first. Raises OSError."""
        wanted = [*paths]

        def change(data: dict[str, Any]) -> None:
            known = _paths(data.get("recent"))
            data["recent"] = [*dict.fromkeys((*wanted, *known))][:MOST_RECENT]

        self._change(change)

    def save_set(self, name: str, paths: Iterable[str]) -> None:
        """Keep `paths` under `name`, in the place of what was kept under it. Raises OSError."""
        wanted = [*paths]

        def change(data: dict[str, Any]) -> None:
            sets = data.get("sets")
            sets = sets if isinstance(sets, dict) else {}
            sets.pop(name, None)
            sets[name] = wanted
            data["sets"] = sets

        self._change(change)

    def delete_set(self, name: str) -> None:
        """Raises OSError."""

        def change(data: dict[str, Any]) -> None:
            if isinstance(sets := data.get("sets"), dict):
                sets.pop(name, None)

        self._change(change)

    def _change(self, change: Callable[[dict[str, Any]], None]) -> None:
        def bounded(data: dict[str, Any]) -> None:
            change(data)
            if len(json.dumps(data, indent=1)) > _MOST_BYTES:
                raise OSError(errno.EFBIG, "too many saved picks; delete a set")

        with self._writing:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            change_memory(self.file, bounded)


def _paths(value: object) -> tuple[str, ...]:
    """The paths of a list that stay in the project; a file can be changed by anyone."""
    if not isinstance(value, list):
        return ()
    return tuple(
        path
        for path in value
        if isinstance(path, str)
        and path
        and not path.startswith("/")
        and ".." not in path.split("/")
    )
