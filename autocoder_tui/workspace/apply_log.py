"""The log of what was written into one project: its folder, its records, its lock.

It lies in the program's state folder, not in the project: nothing to ignore there, nothing
to commit by mistake, and a read-only or vanished project loses nothing. Each write is a
folder of its own with the file contents before and after it and one description, whose
*name* is the phase, so that a phase changes by one rename that needs no disk space:

    old.json      staging, or on the way back: after a kill all is to be as it was
    new.json      replacing: after a kill all is to be as it was wanted
    applied.json  complete; can be undone
    undone.json   taken back; can be done again

A folder without any of them is what a kill left before the record began or after it ended.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import FileLock, lock
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply_record import (
    MAX_FILE_BYTES,
    FileState,
    KeptFile,
    KeptState,
    Record,
)
from autocoder_tui.workspace.durable import sync_folders, why_not, write_new_file
from autocoder_tui.workspace.errors import Busy, NotRecorded

MOST_RECORDS = 50
MOST_BYTES = 100 * 1024 * 1024
"""Older records go when either is passed; the newest always stays."""

OLD, NEW, APPLIED, UNDONE = "old", "new", "applied", "undone"
_PHASES = (OLD, NEW, APPLIED, UNDONE)
_ROOT_NAME = "project"
_ABANDONED_SECONDS = 30 * 86400


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file of a write that is about to begin; see KeptFile."""

    path: str
    target: str
    before: FileState
    after: FileState
    due: bool = True
    in_place: bool = False
    moved_from: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A write that is about to begin; see Record. `replaces` is the record it moves."""

    files: Sequence[DraftFile]
    title: str = ""
    forward: bool = True
    replaces: Record | None = None
    folders: Sequence[str] = ()
    made: Sequence[str] = ()
    emptied: Sequence[tuple[str, int]] = ()


class Entry:
    """A record in its folder; the journal of the transaction that carries it out."""

    def __init__(self, log: ApplyLog, record: Record, phase: str) -> None:
        self._log = log
        self.record = record
        self.phase = phase
        self.stem = record.id

    @property
    def folder(self) -> Path:
        return self._log.folder / self.record.id

    def path_of(self, place: Path) -> str:
        """`place`, which lies in the project, as the record names it."""
        return place.relative_to(self._log.root).as_posix()

    def data(self, number: int, side: str) -> bytes:
        """The bytes of the `number`-th file on `side` ("before" or "after").

        Raises NotRecorded when they are no longer what was kept.
        """
        file = self.record.files[number]
        try:
            data = _read_kept(self.folder / f"{number}.{side}")
        except OSError:
            data = None
        state = file.before if side == "before" else file.after
        if data is None or not state.holds(data):
            raise NotRecorded(
                f"What was kept of {visible(file.path)} is gone or damaged, so it can't be put "
                "back. Nothing was changed.",
                paths=(file.path,),
            )
        return data

    def replacing(self) -> None:
        try:
            self._enter(NEW)
        except OSError as error:
            raise _not_recorded(self._log.folder, error) from error

    def turning_back(self) -> None:
        # When even this fails, the next start goes forward instead: all is new, then.
        with suppress(OSError):
            self._enter(OLD)

    def finished(self) -> None:
        # A failure leaves a record to be finished, which is then found to be complete.
        with suppress(OSError):
            self._enter(APPLIED if self.record.forward else UNDONE)
            self._log.settle()

    def forgotten(self) -> None:
        with suppress(OSError):
            self.remove()

    def remove(self) -> None:
        """Forget the record. Raises OSError."""
        # The description first: what is left then is known to mean nothing.
        (self.folder / f"{self.phase}.json").unlink(missing_ok=True)
        shutil.rmtree(self.folder)

    def _enter(self, phase: str) -> None:
        if phase != self.phase:
            (self.folder / f"{self.phase}.json").rename(self.folder / f"{phase}.json")
            self.phase = phase
            sync_folders([self.folder])


class ApplyLog:
    """The records of the project at `root`, in `folder`, which need not exist yet."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = Path(os.path.realpath(root))

    @classmethod
    def of_project(cls, state: Path, root: Path) -> ApplyLog:
        """The log of the project at `root` below the state folder `state`."""
        key = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:24]
        return cls(state / "applies" / key, root)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one who writes in this project. Raises Busy, or NotRecorded."""
        try:
            # A mode is given to the last folder of the path only.
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.mkdir(exist_ok=True, mode=0o700)
            descriptor = open_descriptor(self.folder / "lock", os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise _not_recorded(self.folder, error) from error
        try:
            try:
                locked = lock(descriptor)
            except OSError as error:
                raise _not_recorded(self.folder, error) from error
            if locked is FileLock.TAKEN:
                raise Busy(
                    "Another autocoder-tui is writing in this project right now, so nothing was "
                    "written. Try again in a moment."
                )
            yield
        finally:
            os.close(descriptor)

    def begin(self, draft: Draft) -> Entry:
        """Keep everything about a write before it begins. Needs the lock.

        Raises NotRecorded, and then nothing is kept.
        """
        record = self._record(draft)
        entry = Entry(self, record, OLD)
        try:
            self._name_root()
            entry.folder.mkdir(mode=0o700)
            for number, file in enumerate(draft.files):
                for side, state in (("before", file.before), ("after", file.after)):
                    if state.data is not None:
                        kept = entry.folder / f"{number}.{side}"
                        write_new_file(kept, state.data, private=True)
            description = entry.folder / "record.tmp"
            write_new_file(description, record.to_json().encode(), private=True)
            description.rename(entry.folder / f"{OLD}.json")
            sync_folders([entry.folder, self.folder])
        except OSError as error:
            entry.forgotten()
            raise _not_recorded(self.folder, error) from error
        return entry

    def entries(self) -> list[Entry]:
        """Every readable record, oldest first, but those another has taken the place of."""
        found: list[Entry] = []
        for folder in self._folders():
            for phase in _PHASES:
                entry = self._read(folder, phase)
                if entry is not None:
                    found.append(entry)
                    break
        gone = {e.record.replaces for e in found if e.phase in (APPLIED, UNDONE)}
        return sorted(
            (entry for entry in found if entry.record.id not in gone),
            key=lambda entry: entry.record.sequence,
        )

    def last_applied(self) -> Entry | None:
        """The write an undo takes back."""
        applied = [entry for entry in self.entries() if entry.phase == APPLIED]
        return applied[-1] if applied else None

    def next_undone(self) -> Entry | None:
        """The write a redo does again: none that a later write has overtaken."""
        entries = self.entries()
        newest = max((e.record.sequence for e in entries if e.phase == APPLIED), default=0)
        undone = [e for e in entries if e.phase == UNDONE and e.record.sequence > newest]
        return undone[0] if undone else None

    def settle(self) -> None:
        """Remove what is no longer needed: leftovers, overtaken records, the oldest. Needs
        the lock. Raises OSError."""
        entries = self.entries()
        replaced = {e.record.replaces for e in entries if e.phase in (APPLIED, UNDONE)}
        for folder in self._folders():
            means_nothing = not any((folder / f"{phase}.json").exists() for phase in _PHASES)
            if means_nothing or folder.name in replaced:
                shutil.rmtree(folder)
        settled = [entry for entry in entries if entry.phase in (APPLIED, UNDONE)]
        newest = max((e.record.sequence for e in settled if e.phase == APPLIED), default=0)
        kept_bytes = kept = 0
        for number, entry in enumerate(reversed(settled)):
            overtaken = entry.phase == UNDONE and entry.record.sequence < newest
            kept, kept_bytes = kept + 1, kept_bytes + entry.record.size
            if overtaken or (number and (kept > MOST_RECORDS or kept_bytes > MOST_BYTES)):
                entry.remove()

    def _record(self, draft: Draft) -> Record:
        if draft.replaces is None:
            latest = max((entry.record.sequence for entry in self.entries()), default=0)
            sequence, at = latest + 1, time.time()
        else:
            sequence, at = draft.replaces.sequence, draft.replaces.at
        return Record(
            id=f"{sequence:08}-{secrets.token_hex(4)}",
            at=at,
            title=draft.title,
            forward=draft.forward,
            replaces=None if draft.replaces is None else draft.replaces.id,
            folders=tuple(draft.folders),
            made=tuple(draft.made),
            emptied=tuple(draft.emptied),
            files=tuple(
                KeptFile(
                    path=file.path,
                    target=file.target,
                    before=KeptState.of(file.before),
                    after=KeptState.of(file.after),
                    due=file.due,
                    in_place=file.in_place,
                    moved_from=file.moved_from,
                )
                for file in draft.files
            ),
        )

    def _name_root(self) -> None:
        name = self.folder / _ROOT_NAME
        if not name.exists():
            write_new_file(name, os.fsencode(self.root), private=True)

    def _folders(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.is_dir())
        except OSError:
            return []

    def _read(self, folder: Path, phase: str) -> Entry | None:
        try:
            record = Record.from_json(_read_kept(folder / f"{phase}.json").decode())
            if record.id != folder.name:
                return None
            record.sequence  # noqa: B018 - raises ValueError for what is no id
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return Entry(self, record, phase)


def forget_abandoned(state: Path) -> None:
    """Remove the logs of projects that are gone and were not written to for a month."""
    with suppress(OSError):
        for folder in (state / "applies").iterdir():
            with suppress(OSError):
                root = os.fsdecode(_read_kept(folder / _ROOT_NAME))
                idle = time.time() - folder.stat().st_mtime
                # A project on a drive that is away just now is not gone.
                if not os.path.lexists(root) and idle > _ABANDONED_SECONDS:
                    shutil.rmtree(folder)


def _read_kept(path: Path) -> bytes:
    """What a file of the log holds. Raises OSError, also for what can be no file of the log."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
        raise OSError(errno.EINVAL, "not a file of the log")
    return path.read_bytes()


def _not_recorded(folder: Path, error: OSError) -> NotRecorded:
    return NotRecorded(
        f"What is needed to undo this write, or to finish it after a crash, can't be kept in "
        f"{visible(str(folder))}: {why_not(error)}. Nothing was written."
    )
