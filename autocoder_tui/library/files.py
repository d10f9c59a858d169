"""Files out of a reply, and a folder used as a table of files: nothing leaves the folder."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, overload

from autocoder_tui.engine.proposed_files import holds_code
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.workspace.durable import write_new_file
from autocoder_tui.workspace.errors import MissingFile, WorkspaceError
from autocoder_tui.workspace.paths import resolve_target, sift_targets
from autocoder_tui.workspace.textfile import MAX_EDITED_BYTES, read_bytes, read_text_file

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
    """Write the files of a reply, and the reply itself as `all_output.txt` (where it has no file
    of that name); the names of its files.

    Raises ValueError where the reply holds code and none of it has a name, or half a character;
    WorkspaceError for a name that leads out of the folder, or that can't stand beside another of
    the reply: nothing is written then. OSError where the disk refuses.
    """
    files = parse_chat(chat)
    if not files and holds_code(chat):
        raise ValueError("The reply holds code, and none of it has a file's name.")
    texts = {ALL_OUTPUT: chat, **dict(files)}
    for refused in sift_targets(workspace.path, texts).refused.values():
        raise refused
    for text in texts.values():
        _bytes_of(text)
    for name, text in texts.items():
        workspace[name] = text
    return [name for name, _ in files]


class DB:
    """A folder as a mapping: keys are names of files below it, values their texts.

    A key that leads out of it, by "..", by a link or from the root of the disk, or that git or
    another system would take for something else, raises WorkspaceError. A text is written as
    UTF-8, whole or not at all, and comes back as it was given, line ends included; a file from
    elsewhere is read in the encoding it seems to have.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).absolute()
        self.path.mkdir(parents=True, exist_ok=True)
        self.path = self.path.resolve()

    def place(self, key: str) -> Path:
        """Where the file of this name stands, or would. Raises WorkspaceError, and TypeError for
        what is no name."""
        if not isinstance(key, str):
            raise TypeError("A key is the name of a file, as a text.")
        return resolve_target(self.path, key)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, str):
            return False
        with contextlib.suppress(WorkspaceError):
            return self.place(key).is_file()
        return False

    def __getitem__(self, key: str) -> str:
        """The text of a file. Raises KeyError where there is none, WorkspaceError."""
        file = self.place(key)
        try:
            with contextlib.suppress(UnicodeDecodeError):
                data, _ = read_bytes(file, max_bytes=MAX_EDITED_BYTES, name=key)
                return data.decode()
            return read_text_file(file, max_bytes=MAX_EDITED_BYTES, name=key).verbatim().text
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
        """Write a file. Raises WorkspaceError, OSError; TypeError for what is no text, ValueError
        for one that holds half a character."""
        data, file = _bytes_of(text), self.place(key)
        if file.exists():
            write_atomically(file, data)
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        # In the place of a file that others may read as the system has it.
        new = file.with_name(f".{uuid.uuid4().hex}")
        write_new_file(new, data)
        try:
            new.replace(file)
        except OSError:
            new.unlink(missing_ok=True)
            raise

    def __delitem__(self, key: str) -> None:
        """Delete a file. Raises KeyError where there is none, WorkspaceError."""
        try:
            self.place(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        """The names of all files below that are keys, in order."""
        return iter(sorted(name for name in _names(self.path) if name in self))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _names(folder: Path) -> list[str]:
    found: list[str] = []
    for place, _, files in os.walk(folder):
        found += [(Path(place) / name).relative_to(folder).as_posix() for name in files]
    return found


def _bytes_of(text: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError("A value is a text.")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("The text holds half a character, which no file can.") from None
