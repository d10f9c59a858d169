"""Taking back the last write, and doing it again: without git, and after a restart too."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply_log import ApplyLog, Draft, DraftFile, Entry
from autocoder_tui.workspace.apply_record import (
    MAX_FILE_BYTES,
    FileState,
    KeptFile,
    KeptState,
    Record,
)
from autocoder_tui.workspace.attributes import Attributes
from autocoder_tui.workspace.durable import identity, missing_folders, unwritable
from autocoder_tui.workspace.errors import (
    ChangedOnDisk,
    MissingFile,
    NothingToUndo,
    PathRefused,
    listed,
)
from autocoder_tui.workspace.paths import is_named_so, written_file
from autocoder_tui.workspace.textfile import read_bytes
from autocoder_tui.workspace.transaction import Write, write_all

Changed = Literal["ask", "overwrite", "leave"]
"""A file that is not what the write left: raise ChangedOnDisk, put it back all the same, or
leave it and put back the others."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What an undo or redo did. `left` names the files that had changed and were left."""

    record: Record
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Move:
    """One file on its way: what stands there now, what the log says, and what shall be."""

    entry: Entry
    number: int
    target: Path
    now: bytes | None
    status: os.stat_result | None
    have: KeptState
    want: KeptState
    data: bytes | None
    moves: bool
    """Whether this write renames the file, or gives its name to another."""

    @property
    def file(self) -> KeptFile:
        return self.entry.record.files[self.number]

    @property
    def in_place(self) -> bool:
        """Whether the file has other names by now, which are to see the change."""
        linked = self.status is not None and self.status.st_nlink > 1
        return linked and self.data is not None and not self.moves

    @property
    def done(self) -> bool:
        if not self.want.holds(self.now):
            return False
        return not self.moves or self.want.is_of(self.target, self.status)

    @property
    def expected(self) -> bool:
        return self.done or self.have.holds(self.now)


def undo(log: ApplyLog, record: Record, *, changed: Changed = "ask") -> Moved:
    """Put back what the files of `record`, the last write, were before it.

    Bytes, modes, deleted files, and new files and folders alike; what it replaces is kept,
    so that `redo` brings exactly that back. Raises ChangedOnDisk (unless `changed` says what
    to do), NothingToUndo when `record` is no longer the last write, NotRecorded, Busy,
    PathRefused, ReadError, Unwritable or HalfApplied.
    """
    with log.locked():
        return _move(log, _current(log.last_applied(), record), changed, forward=False)


def redo(log: ApplyLog, record: Record, *, changed: Changed = "ask") -> Moved:
    """Do `record`, the write that was undone last, again. As `undo`, the other way."""
    with log.locked():
        return _move(log, _current(log.next_undone(), record), changed, forward=True)


def _current(entry: Entry | None, record: Record) -> Entry:
    if entry is None or entry.record.id != record.id:
        raise NothingToUndo(
            "Another write or undo came in between, so nothing was changed. Look again at what "
            "the last write is."
        )
    return entry


def _move(log: ApplyLog, entry: Entry, changed: Changed, *, forward: bool) -> Moved:
    moves = [
        _look(log.root, entry, number, forward=forward) for number in range(len(entry.record.files))
    ]
    surprising = [move.file.path for move in moves if not move.expected]
    if surprising and changed == "ask":
        raise _changed(surprising)
    if changed == "leave":
        moves = [move for move in moves if move.expected]
        if not moves:
            raise NothingToUndo("Every file of that write has changed since; nothing was written.")
    due = [move for move in moves if not move.done]
    # Temporaries are numbered by their file's place in the record, so what is due comes first.
    moves = due + [move for move in moves if move.done]
    new = log.begin(_draft(log, entry, moves, forward=forward))
    write_all(
        [_write_of(move, due, forward=forward) for move in due],
        lambda: _look_again(due),
        new,
        emptied=[log.root / folder for folder in new.record.left_empty],
        modes={log.root / folder: mode for folder, mode in new.record.emptied},
    )
    return Moved(new.record, tuple(surprising) if changed == "leave" else ())


def _look(root: Path, entry: Entry, number: int, *, forward: bool) -> _Move:
    file = entry.record.files[number]
    have, want = (file.before, file.after) if forward else (file.after, file.before)
    target = root / file.target
    others = [other.target for other in entry.record.files]
    if written_file(root, file.target, leaving=others) != target:
        raise PathRefused(
            f"{visible(file.path)} leads to another file by now, so nothing was changed.",
            paths=(file.path,),
        )
    now: bytes | None = None
    status: os.stat_result | None = None
    try:
        if is_named_so(target):
            now, status = read_bytes(target, max_bytes=MAX_FILE_BYTES, name=file.path)
    except MissingFile:
        pass
    side = "after" if forward else "before"
    data = None if want.sha256 is None else entry.data(number, side)
    moved = {other.moved_from for other in entry.record.files}
    moves = bool(file.moved_from) or file.path in moved
    return _Move(entry, number, target, now, status, have, want, data, moves)


def _moved_from(move: _Move, moves: Sequence[_Move], *, forward: bool) -> Path | None:
    """Where the file stands that becomes this one as it is, if it is renamed and no more."""
    for other in moves:
        old, new = (other, move) if forward else (move, other)
        if new.file.moved_from and new.file.moved_from == old.file.path:
            return other.target if other.now == move.data is not None else None
    return None


def _write_of(move: _Move, moves: Sequence[_Move], *, forward: bool) -> Write:
    attributes = move.want.attributes
    if move.status is not None:
        recorded = move.have.attributes
        if recorded is None or stat.S_IMODE(move.status.st_mode) != recorded.mode:
            # Whoever changed the mode since wants it so.
            attributes = None
    return Write(
        target=move.target,
        name=move.file.path,
        data=move.data,
        former=move.status,
        attributes=attributes,
        in_place=move.in_place,
        before=move.now,
        moved_from=_moved_from(move, moves, forward=forward),
    )


def _draft(log: ApplyLog, entry: Entry, moves: Sequence[_Move], *, forward: bool) -> Draft:
    record = entry.record
    try:
        missing = missing_folders([move.target for move in moves if move.data is not None])
    except OSError as error:
        raise unwritable(error, moves[0].file.path) from error
    files = []
    for move in moves:
        have, want = _found(move, forward=forward), FileState(move.data, move.want.attributes)
        files.append(
            DraftFile(
                path=move.file.path,
                target=move.file.target,
                before=have if forward else want,
                after=want if forward else have,
                due=not move.done,
                in_place=move.in_place,
                moved_from=move.file.moved_from,
            )
        )
    return Draft(
        files,
        record.title,
        forward=forward,
        replaces=record,
        folders=record.folders,
        made=[folder.relative_to(log.root).as_posix() for folder in missing],
        emptied=record.emptied,
    )


def _found(move: _Move, *, forward: bool) -> FileState:
    """What this move replaces, so that it can be brought back exactly."""
    if move.done:
        side = "before" if forward else "after"
        kept = None if move.have.sha256 is None else move.entry.data(move.number, side)
        return FileState(kept, move.have.attributes)
    if move.now is None or move.status is None:
        return FileState(None)
    return FileState(move.now, Attributes.of(move.target, move.status))


def _look_again(moves: Sequence[_Move]) -> None:
    """The last look before the first replacement: staging took a while."""
    changed = []
    for move in moves:
        now = os.lstat(move.target) if is_named_so(move.target) else None
        if identity(now) != identity(move.status):
            changed.append(move.file.path)
    if changed:
        raise _changed(changed)


def _changed(names: Sequence[str]) -> ChangedOnDisk:
    return ChangedOnDisk(
        f"{listed(names, 'has', 'have')} changed since that write. Nothing was changed; overwrite "
        "what is there now (it can be brought back), or leave it and go on with the other files.",
        paths=names,
    )
