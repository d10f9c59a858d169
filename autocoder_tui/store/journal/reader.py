"""Reading journals: those whose writer has gone, and those still being written."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from autocoder_tui.engine.events import Event
from autocoder_tui.engine.events_json import read_event
from autocoder_tui.store.journal.journal import FOLDER, UNFINISHED_SUFFIX, VERSION
from autocoder_tui.store.snapshot import Snapshot
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import FileLock, lock
from autocoder_tui.values import dataclass

_RESTED = 6 * 3600.0
"""Seconds without a write after which a journal has no writer, where locks can't tell."""

_STRETCH = 1024 * 1024
"""Bytes after which is told how far the reading is."""

_LONGEST_LINE = 256 * 1024 * 1024
"""Bytes; a longer line is damage, and is not read into memory as a whole."""


class UnreadableJournal(Exception):
    """The first line is not a snapshot this version can read; `newer` says a newer one can."""

    def __init__(self, *, newer: bool) -> None:
        super().__init__("newer" if newer else "damaged")
        self.newer = newer


@dataclass(slots=True)
class JournalContent:
    """What a journal says besides its events. `damaged` is how many lines in it could not be
    read, `written` when its last line came, in seconds since the epoch."""

    snapshot: Snapshot
    review: dict[str, Any] | None = None
    damaged: int = 0
    written: float = 0.0


def journals(state: Path) -> list[Path]:
    """All journals, the oldest first. Raises OSError where the folder can't be read."""
    try:
        # Nothing else is opened: a pipe would never be read to its end.
        found = [
            entry
            for entry in os.scandir(state / FOLDER)
            if entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False)
        ]
    except FileNotFoundError:
        return []
    dated = []
    for entry in found:
        with contextlib.suppress(FileNotFoundError):
            dated.append((entry.stat().st_mtime_ns, Path(entry.path)))
    return [path for _, path in sorted(dated)]


@contextmanager
def taken_over(path: Path) -> Iterator[bool]:
    """Whether the journal has no living writer; if so it is ours until the end of the block.

    Raises OSError for a file that can't be opened.
    """
    try:
        descriptor = open_descriptor(path, os.O_RDWR)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
        descriptor = open_descriptor(path, os.O_RDONLY)  # to be looked at
    try:
        # Somebody else may have taken it over and removed it before we had the lock.
        yield _locked(descriptor) and os.fstat(descriptor).st_nlink > 0
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        locked = lock(descriptor)
    except OSError:
        locked = FileLock.UNKNOWN
    if locked is FileLock.UNKNOWN:
        # Nobody writes to what has rested for so long.
        return time.time() - os.fstat(descriptor).st_mtime > _RESTED
    return locked is FileLock.OURS


def sweep_unfinished(state: Path) -> None:
    """Remove journals whose writer was killed before the first line was complete."""
    for path in (state / FOLDER).glob(f"*{UNFINISHED_SUFFIX}"):
        with contextlib.suppress(OSError), taken_over(path) as ours:
            if ours:
                path.unlink()


def read_journal(
    path: Path, heard: Callable[[Event], object], read: Callable[[int], object] | None = None
) -> JournalContent:
    """What the journal holds, as far as it can be read: a torn last line is left out, damaged
    lines before it are counted. `heard` gets the events one after the other: a long run has
    more of them than there is memory for. `read` is told from time to time how many bytes of it
    are read; what it raises ends the reading.

    Raises UnreadableJournal, and OSError.
    """
    with path.open("rb") as opened:
        content = JournalContent(_snapshot(opened.readline(_LONGEST_LINE)))
        content.written = os.fstat(opened.fileno()).st_mtime
        told = at = opened.tell()
        while line := opened.readline(_LONGEST_LINE):
            at += len(line)
            if read is not None and at - told >= _STRETCH:
                told = at
                read(at)
            ended = line.endswith(b"\n")
            if not ended and len(line) < _LONGEST_LINE:
                break  # torn
            if not ended:
                _skip_line(opened)
            if not ended or not _take(content, line, heard):
                content.damaged += 1
    return content


def _skip_line(opened: BinaryIO) -> None:
    while (rest := opened.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _snapshot(line: bytes) -> Snapshot:
    data = _object(line)
    version = None if data is None else data.get("journal")
    if data is None or not isinstance(version, int):
        raise UnreadableJournal(newer=False)
    try:
        return Snapshot.from_data(data.get("snapshot"))
    except ValueError:
        raise UnreadableJournal(newer=version > VERSION) from None


def _take(content: JournalContent, line: bytes, heard: Callable[[Event], object]) -> bool:
    data = _object(line)
    if data is None:
        return False
    events, review = data.get("events"), data.get("review")
    if isinstance(events, list):
        for item in events:
            event = read_event(item)
            if event is not None:
                heard(event)
    if isinstance(review, dict):
        content.review = review
    return True


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
