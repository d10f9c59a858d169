"""What is remembered of one write: enough to finish it, take it back, and do it again."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.textfile import MAX_EDITED_BYTES

MAX_FILE_BYTES = MAX_EDITED_BYTES
"""Far above any input: a file is kept, and so can be replaced, up to here."""

_VERSION = 1
_MAX_TITLE = 200
_NAMED = 3


@dataclass(frozen=True, slots=True)
class FileState:
    """One file at one moment: `data` is None when there is none.

    `attributes` are None when there is no file, or when they are left to the system.
    """

    data: bytes | None
    attributes: Attributes | None = None


@dataclass(frozen=True, slots=True)
class KeptState:
    """A FileState whose bytes lie in the log. `sha256` in hex, None when there is no file."""

    sha256: str | None
    size: int
    attributes: Attributes | None

    @classmethod
    def of(cls, state: FileState) -> KeptState:
        if state.data is None:
            return cls(None, 0, None)
        return cls(digest(state.data), len(state.data), state.attributes)

    def is_of(self, place: Path, status: os.stat_result | None) -> bool:
        """Whether the file at `place` has these attributes, besides the bytes."""
        if status is None or self.attributes is None:
            return status is None
        return Attributes.of(place, status) == self.attributes

    def holds(self, data: bytes | None) -> bool:
        """Whether `data` are the bytes of this state."""
        return (None if data is None else digest(data)) == self.sha256


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file of a write: `before` and `after` it, whichever way it went last.

    `path` is how it was named, `target` the real file relative to the project. A file that
    is not `due` was already as it was to be, and is none of recovery's business.
    """

    path: str
    target: str
    before: KeptState
    after: KeptState
    due: bool
    in_place: bool
    moved_from: str = ""
    """The path (as `path`) of the file that this one was before, or ""."""


@dataclass(frozen=True, slots=True)
class Record:
    """One write, or the taking back of one (`forward` is False), of a project.

    `at` is when it was first written, in seconds since 1970. `replaces` is the id of the
    record this one takes the place of once it is complete. `folders` were made by the write
    and go with an undo if they are empty; `made` are to be made now and go if it fails.
    `emptied`, with their permission bits, are those from which the write takes files away: they
    go with it if they are empty, and are made again by an undo. Parents come first in all three.
    """

    id: str
    at: float
    title: str
    forward: bool
    replaces: str | None
    folders: tuple[str, ...]
    made: tuple[str, ...]
    files: tuple[KeptFile, ...]
    emptied: tuple[tuple[str, int], ...] = ()

    @property
    def sequence(self) -> int:
        """Later writes have higher ones; an undo keeps the one of its write."""
        return int(self.id.split("-")[0])

    @property
    def left_empty(self) -> tuple[str, ...]:
        """The folders that go if this leaves nothing in them, parents first."""
        return tuple(name for name, _ in self.emptied) if self.forward else self.folders

    @property
    def size(self) -> int:
        """Bytes of file contents it keeps."""
        return sum(file.before.size + file.after.size for file in self.files)

    @property
    def names(self) -> str:
        """The files in words, ready to show: the first few, and how many more."""
        moved = {file.moved_from for file in self.files if file.moved_from}
        files = [file for file in self.files if file.after.sha256 or file.path not in moved]
        names = ", ".join(_name(file) for file in files[:_NAMED])
        more = len(files) - _NAMED
        return f"{names} and {more} more" if more > 0 else names

    @property
    def when(self) -> str:
        """The local time it was written at, ready to show; the date unless it was today."""
        then, now = time.localtime(self.at), time.localtime()
        today = then[:3] == now[:3]
        return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", then)

    def to_json(self) -> str:
        return json.dumps(
            {
                "version": _VERSION,
                "id": self.id,
                "at": self.at,
                "title": self.title[:_MAX_TITLE],
                "forward": self.forward,
                "replaces": self.replaces,
                "folders": list(self.folders),
                "made": list(self.made),
                "files": [_file_json(file) for file in self.files],
                "emptied": [list(folder) for folder in self.emptied],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Raises ValueError, KeyError, TypeError or AttributeError for what is no record."""
        data = json.loads(text)
        if data["version"] != _VERSION:
            raise ValueError(data["version"])
        return cls(
            id=str(data["id"]),
            at=float(data["at"]),
            title=str(data["title"]),
            forward=bool(data["forward"]),
            replaces=data["replaces"],
            folders=_strings(data["folders"]),
            made=_strings(data["made"]),
            files=tuple(_file_from_json(item) for item in data["files"]),
            # Records of before files could be renamed have none.
            emptied=tuple((str(name), int(mode)) for name, mode in data.get("emptied", ())),
        )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _name(file: KeptFile) -> str:
    """The file in words: renamed, deleted or merely written. Safe to show."""
    path = visible(file.path)
    if file.moved_from:
        return f"{visible(file.moved_from)} → {path}"
    return path if file.after.sha256 else f"{path} (deleted)"


def _strings(items: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(item) for item in items)


def _file_json(file: KeptFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "target": file.target,
        "before": _state_json(file.before),
        "after": _state_json(file.after),
        "due": file.due,
        "in_place": file.in_place,
        "moved_from": file.moved_from,
    }


def _file_from_json(data: dict[str, Any]) -> KeptFile:
    return KeptFile(
        path=str(data["path"]),
        target=str(data["target"]),
        before=_state_from_json(data["before"]),
        after=_state_from_json(data["after"]),
        due=bool(data["due"]),
        in_place=bool(data["in_place"]),
        moved_from=str(data.get("moved_from", "")),
    )


def _state_json(state: KeptState) -> dict[str, Any]:
    attributes = None if state.attributes is None else state.attributes.as_json()
    return {"sha256": state.sha256, "size": state.size, "attributes": attributes}


def _state_from_json(data: dict[str, Any]) -> KeptState:
    attributes = data["attributes"]
    return KeptState(
        sha256=data["sha256"],
        size=int(data["size"]),
        attributes=None if attributes is None else Attributes.from_json(attributes),
    )
