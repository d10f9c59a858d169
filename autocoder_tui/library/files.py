"""Files out of a reply, and a folder used as a table of files: nothing leaves the folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, overload

from autocoder_tui.engine.proposed_files import holds_code
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.workspace.errors import MissingFile, WorkspaceError
from autocoder_tui.workspace.paths import resolve_target
from autocoder_tui.workspace.textfile import read_text_file

_T = TypeVar("_T")

ALL_OUTPUT = "all_output.txt"
"""The key under which `to_files` keeps the whole reply."""


def parse_chat(chat: str) -> list[tuple[str, str]]:
    """The files in a model's reply, as names with their texts, whatever form it took: frames,
    fences with names before or in them (fences inside files too), JSON. What a person reads is
    not among them, nor are edits, deletions and renames, which are no files. Names are as the
    model wrote them: a `DB` keeps them inside its folder."""
    reply = parse_reply(chat)
    return [
        (file.path, file.text)
        for file in reply.files
        if file.path and not (file.edits or file.deletes or file.renamed_from)
    ]


def to_files(chat: str, workspace: DB) -> list[str]:
    """Write the files of a reply, and the reply itself as `all_output.txt`; their names.

    Raises ValueError where the reply holds code and none of it has a name, WorkspaceError for a
    name that leads out of the folder: nothing is written then.
    """
    files = parse_chat(chat)
    if not files and holds_code(chat):
        raise ValueError("The reply holds code, and none of it has a file's name.")
    for name, _ in files:
        workspace.place(name)
    workspace[ALL_OUTPUT] = chat
    for name, text in files:
        workspace[name] = text
    return [name for name, _ in files]


class DB:
    """A folder as a mapping: keys are names of files below it, values their texts.

    A key that leads out of it, by "..", by a link or from the root of the disk, raises
    WorkspaceError. A text is written as UTF-8, whole or not at all.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).absolute()
        self.path.mkdir(parents=True, exist_ok=True)
        self.path = self.path.resolve()

    def place(self, key: str) -> Path:
        """Where the file of this name stands, or would. Raises WorkspaceError."""
        return resolve_target(self.path, key)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        with contextlib.suppress(WorkspaceError):
            return self.place(key).is_file()
        return False

    def __getitem__(self, key: str) -> str:
        """The text of a file. Raises KeyError where there is none, WorkspaceError."""
        try:
            return read_text_file(self.place(key), name=key).text
        except MissingFile:
            raise KeyError(key) from None

    @overload
    def get(self, key: str) -> str | None: ...
    @overload
    def get(self, key: str, default: _T) -> str | _T: ...
    def get(self, key: str, default: object = None) -> object:
        """The text of a file, or `default` where there is none."""
        try:
            return self[key]
        except KeyError:
            return default

    def __setitem__(self, key: str, text: str) -> None:
        """Write a file. Raises WorkspaceError, OSError; TypeError for what is no text."""
        if not isinstance(text, str):
            raise TypeError("A value is a text.")
        file = self.place(key)
        is_new = not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text.encode("utf-8", "surrogateescape"))
        if is_new:
            file.chmod(0o666 & ~_umask())

    def __delitem__(self, key: str) -> None:
        """Delete a file. Raises KeyError where there is none, WorkspaceError."""
        try:
            self.place(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        """The names of all files below, in order."""
        return iter(sorted(_names(self.path)))

    def __len__(self) -> int:
        return len(_names(self.path))


def _names(folder: Path) -> list[str]:
    found: list[str] = []
    for place, folders, files in os.walk(folder):
        folders.sort()
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in files]
    return found


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
