"""The log file of the state folder: a few files of bounded size, shared by every process.

    STATE/log/autocoder-tui.log    the newest; .1 to .4 are older, the oldest is dropped

Each batch of lines is appended under a lock, to the file that has that name at the moment:
two processes neither lose nor mix each other's lines, whichever of them turns the files over.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from autocoder_tui.system.atomic_write import write_all

NAME = "autocoder-tui.log"


class LogFile:
    """`folder`/autocoder-tui.log, at most `max_bytes` each, `count` of them with the old ones."""

    def __init__(self, folder: Path, *, max_bytes: int = 1_000_000, count: int = 5) -> None:
        self.file = folder / NAME
        self._max_bytes = max_bytes
        self._count = count

    def append(self, lines: Sequence[str]) -> None:
        """Write `lines`, each whole. Blocking. Raises OSError; what did not fit is then lost.

        The folder is made for its owner alone, and so are the files.
        """
        if not self.file.parent.is_dir():
            self.file.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.parent.mkdir(mode=0o700, exist_ok=True)
        with self._locked():
            todo = [f"{line}\n".encode("utf-8", "backslashreplace") for line in lines]
            while todo:
                todo = self._append_what_fits(todo)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.file.parent / ".lock", flags, 0o600)
        try:
            # A file system without locks is still good enough for one process.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _append_what_fits(self, todo: list[bytes]) -> list[bytes]:
        """Write the first of the lines and as many more as the file has room for; the rest."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(self.file, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            fitting = 0
            while fitting < len(todo) and size + len(todo[fitting]) <= self._max_bytes:
                size += len(todo[fitting])
                fitting += 1
            if not fitting and not size:
                fitting = 1  # a line larger than a file has one of its own
            write_all(descriptor, b"".join(todo[:fitting]))
        finally:
            os.close(descriptor)
        if fitting < len(todo):
            self._turn_over()
        return todo[fitting:]

    def _turn_over(self) -> None:
        for number in range(self._count - 1, 0, -1):
            older = self.file.with_name(f"{NAME}.{number}")
            newer = self.file if number == 1 else self.file.with_name(f"{NAME}.{number - 1}")
            with contextlib.suppress(FileNotFoundError):
                newer.replace(older)
        if self._count == 1:
            self.file.unlink()
