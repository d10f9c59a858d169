"""The database of history: opening it, whatever state it is in.

A damaged database is set aside under a dated name and a new one begun. One that a newer
version wrote is left alone: this version keeps its runs in a file next to it. What can't be
opened at all is told as HistoryUnavailable, and the program goes on without.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from autocoder_tui.display import visible
from autocoder_tui.store.errors import StoreError

_T = TypeVar("_T")

SCHEMA: Final = 1
BUSY_SECONDS: Final = 2.0

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS runs (
        number INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        named INTEGER NOT NULL DEFAULT 0,
        offered INTEGER NOT NULL DEFAULT 0,
        started TEXT NOT NULL,
        ended TEXT NOT NULL,
        project TEXT NOT NULL,
        model TEXT NOT NULL,
        provider TEXT NOT NULL,
        target TEXT,
        status TEXT NOT NULL,
        demo INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        cost_usd TEXT,
        files INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        review TEXT,
        data BLOB NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS runs_started ON runs (started)",
    """CREATE TABLE IF NOT EXISTS run_text (
        number INTEGER PRIMARY KEY,
        name TEXT, requirements TEXT, reply TEXT, notes TEXT,
        model TEXT, target TEXT, project TEXT
    )""",
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)",
)

_LOOK: Final = "SELECT run_id, offered, review, data, reply FROM runs JOIN run_text USING (number)"


class HistoryUnavailable(StoreError):
    """The database can't be used now; nothing in it is lost."""

    kind = "history_unavailable"


class HistoryLocked(HistoryUnavailable):
    """Another program has kept it locked for too long."""

    kind = "history_locked"


class Database:
    """Where history is; `messages` are what happened to it, to be said once."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.messages: list[str] = []
        self._told: set[str] = set()

    @property
    def usual(self) -> Path:
        return self.state / "history.db"

    def do(self, work: Callable[[sqlite3.Connection], _T], *, write: bool = False) -> _T:
        """The result of `work` with a connection, committed at its end. A database found
        damaged on the way is set aside, and the work done on the new one.

        Raises HistoryUnavailable.
        """
        for _ in range(2):
            path = self._usable()
            with contextlib.suppress(_SetAside), self._told_apart(path):
                connection = _connect(path, write=write)
                try:
                    if write:
                        connection.execute("BEGIN IMMEDIATE")
                    result = work(connection)
                    connection.commit()
                    return result
                finally:
                    connection.close()
        raise HistoryUnavailable(
            f"The history in {visible(str(path))} is damaged again and again. Check the disk, or "
            "set AUTOCODER_TUI_STATE_DIR to another folder."
        )

    def say(self, message: str) -> None:
        """Keep a message for `messages`, once."""
        if message not in self._told:
            self._told.add(message)
            self.messages.append(message)

    def taken_messages(self) -> list[str]:
        """What there is to say since the last time."""
        taken, self.messages = self.messages, []
        return taken

    def _usable(self) -> Path:
        """The database to use: set up, of this version."""
        path = self.usual
        for _ in range(3):
            try:
                with self._told_apart(path):
                    version = _set_up(path)
            except _SetAside:
                continue
            if version <= SCHEMA:
                return path
            path = self.state / f"history-v{SCHEMA}.db"
            self.say(
                f"The history in {visible(str(self.usual))} is from a newer version of this "
                f"program and is left alone; runs are kept in {path.name} next to it."
            )
        raise HistoryUnavailable(
            f"The history in {visible(str(path))} can't be used: each new one is damaged, too. "
            "Check the disk, or set AUTOCODER_TUI_STATE_DIR to another folder."
        )

    @contextmanager
    def _told_apart(self, path: Path) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as error:
            if isinstance(error, sqlite3.DatabaseError) and _is_damage(error):
                self._set_aside(path)
                raise _SetAside from error
            raise _unavailable(error, path) from error

    def _set_aside(self, path: Path) -> None:
        with _only_one(path):
            if _is_sound(path):
                return  # another program has been here already
            stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
            aside = _free(path.with_name(f"{path.stem}-damaged-{stamp}.db"))
            try:
                path.rename(aside)
                for suffix in ("-wal", "-shm"):
                    with contextlib.suppress(FileNotFoundError):
                        Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
            except OSError as error:
                raise _unavailable(error, path) from error
        self.say(
            f"The history was damaged. It is set aside as {visible(str(aside))}, "
            "and a new one is begun."
        )


class _SetAside(Exception):
    """The file was damaged and is out of the way now."""


def _free(path: Path) -> Path:
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}.db")
    return free


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    if write or os.access(path.parent, os.W_OK):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        # What is deleted is overwritten: it may be what somebody wants to be rid of.
        connection.execute("PRAGMA secure_delete = ON")
    else:
        # Nobody can write there, and even reading would make a file next to it.
        place = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(place, uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _set_up(path: Path) -> int:
    """Make the tables where they are missing; returns the version of the schema."""
    new = not path.exists()
    if new:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = _connect(path, write=False)
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.commit()
            version = SCHEMA
        elif version <= SCHEMA:
            connection.execute(_LOOK)
    finally:
        connection.close()
    return version


def _is_sound(path: Path) -> bool:
    """Whether every page of the database can be read."""
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
                connection.execute(_LOOK)
            return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        return not _is_damage(error)
    except sqlite3.DatabaseError:
        return False


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = _primary(error)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT):
        return True
    # A database of another program, or one that lost its tables.
    return code == sqlite3.SQLITE_ERROR and "no such" in str(error) and "module" not in str(error)


def _primary(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _unavailable(error: Exception, path: Path) -> HistoryUnavailable:
    place = visible(str(path))
    if isinstance(error, OSError):
        reason = (error.strerror or "unknown error").lower()
        return HistoryUnavailable(f"The history in {place} can't be used: {reason}.")
    assert isinstance(error, sqlite3.Error)
    code = _primary(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return HistoryLocked(
            f"The history in {place} is locked by another program. Close that program, or try "
            "again in a moment; nothing is lost meanwhile."
        )
    if code == sqlite3.SQLITE_FULL:
        reason = "there is no space left on the disk"
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        reason = "it can't be opened for writing"
    else:
        reason = str(error)
    return HistoryUnavailable(f"The history in {place} can't be used: {visible(reason)}.")


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One program at a time looks after a damaged database."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        descriptor = os.open(path.with_name("history.lock"), flags, 0o600)
    except OSError as error:
        raise _unavailable(error, path) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
