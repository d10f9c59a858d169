"""The database of history: its tables, how it is opened, and what its errors mean."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from autocoder_tui.engine.purpose import ASIDES
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.errors import StoreError
from autocoder_tui.system.descriptors import open_descriptor

SCHEMA: Final = 1
BUSY_SECONDS: Final = 2.0
_MOST_VERSIONS: Final = 1000
"""A greater one is damage."""

IS_ASIDE: Final = f"purpose IN ({', '.join(repr(purpose) for purpose in ASIDES)})"
"""Holds for the row of a question in passing, whose answer the program went on with."""

_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS runs (
        number INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        named INTEGER NOT NULL DEFAULT 0,
        position TEXT NOT NULL DEFAULT '',
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
        data BLOB NOT NULL,
        mode TEXT NOT NULL DEFAULT 'generate',
        purpose TEXT NOT NULL DEFAULT 'generate',
        thread TEXT NOT NULL DEFAULT '',
        parent TEXT NOT NULL DEFAULT '',
        paths TEXT NOT NULL DEFAULT ''
    )""",
    """CREATE TABLE IF NOT EXISTS run_text (
        number INTEGER PRIMARY KEY,
        name TEXT, requirements TEXT, reply TEXT, notes TEXT,
        model TEXT, target TEXT, project TEXT
    )""",
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)",
)
_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS runs_position ON runs (position)",
    "CREATE INDEX IF NOT EXISTS runs_of_project ON runs (project, position)",
    "CREATE INDEX IF NOT EXISTS runs_offered ON runs (position) WHERE offered != 0",
    "CREATE INDEX IF NOT EXISTS runs_of_thread ON runs (thread, position) WHERE thread != ''",
    f"CREATE INDEX IF NOT EXISTS runs_aside ON runs (purpose) WHERE {IS_ASIDE}",
    "CREATE INDEX IF NOT EXISTS runs_modes ON runs (number, mode, purpose, thread, parent)",
    "CREATE INDEX IF NOT EXISTS runs_paths ON runs (number, paths)",
)
_POSITIONS: Final = (
    # The first databases had none.
    "ALTER TABLE runs ADD COLUMN position TEXT NOT NULL DEFAULT ''",
    "UPDATE runs SET position = started",
    "DROP INDEX IF EXISTS runs_started",
)
_THREADS: Final = (
    # Nor did those that knew no modes have these.
    "ALTER TABLE runs ADD COLUMN mode TEXT NOT NULL DEFAULT 'generate'",
    "ALTER TABLE runs ADD COLUMN purpose TEXT NOT NULL DEFAULT 'generate'",
    "ALTER TABLE runs ADD COLUMN thread TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT ''",
)
_PATHS: Final = (
    # Nor did those that listed no names of files have this.
    "ALTER TABLE runs ADD COLUMN paths TEXT NOT NULL DEFAULT ''",
)

_LOOK: Final = (
    "SELECT run_id, position, review, data, reply FROM runs JOIN run_text USING (number) LIMIT 1"
)


class HistoryUnavailable(StoreError):
    """The database can't be used now; nothing in it is lost."""

    kind = "history_unavailable"


class HistoryLocked(HistoryUnavailable):
    """Another program has kept it locked for too long."""

    kind = "history_locked"


_NO_ROOM: Final = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
"""What sqlite3 says on a disk that is full."""


class NoDatabase(sqlite3.DatabaseError):
    """Something else is in its place."""


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """A connection that begins no transaction of its own accord."""
    if write or os.access(path.parent, os.W_OK):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            # What is deleted is overwritten: it may be what somebody wants to be rid of.
            connection.execute("PRAGMA secure_delete = ON")
            if not write:
                connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.OperationalError as error:
            connection.close()
            if write or _primary(error) not in _NO_ROOM or _has_log(path):
                raise
            connection = _connect_to_read(path)
        except BaseException:
            connection.close()
            raise
    else:
        connection = _connect_to_read(path)
    connection.row_factory = sqlite3.Row
    # A damaged text is not the end of the whole list.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Where nothing can be written: even reading would make a file next to it."""
    place = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(place, uri=True, isolation_level=None)


def _has_log(path: Path) -> bool:
    log = Path(f"{path}-wal")
    return log.exists() and log.stat().st_size > 0


def set_up(path: Path) -> int:
    """Make the tables where they are missing; returns the version of the schema."""
    if path.exists() and not path.is_file():
        # A pipe would be waited for.
        raise NoDatabase(f"{path.name} is no file")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            os.close(open_descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    connection = connect(path, write=False)
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if not 0 <= version <= _MOST_VERSIONS:
            raise NoDatabase(f"{path.name} has no version")
        if version == 0:
            _log_writes(connection)
            _in_one(connection, (*_TABLES, *_INDEXES, f"PRAGMA user_version = {SCHEMA}"))
            version = SCHEMA
        elif version <= SCHEMA:
            columns = {row["name"] for row in connection.execute("PRAGMA table_info(runs)")}
            positions = () if "position" in columns else _POSITIONS
            threads = () if "thread" in columns else _THREADS
            paths = () if "paths" in columns else _PATHS
            if columns and (positions or threads or paths):
                _in_one(connection, (*positions, *threads, *paths, *_INDEXES))
            connection.execute(_LOOK)
    finally:
        connection.close()
    return version


def _log_writes(connection: sqlite3.Connection) -> None:
    """Have a log of writes (WAL) beside the file. SQLite does not wait for its turn here."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _in_one(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        connection.execute(statement)
    connection.commit()


DATABASE_ERRORS: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What sqlite3 raises; the second where its own message quotes damaged text."""


def is_damage(error: Exception) -> bool:
    """Whether `error` says that the file is not, or not any more, what it should be."""
    if isinstance(error, NoDatabase | UnicodeDecodeError):
        return True
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code = _primary(error)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT):
        return True
    # A database of another program, one that lost its tables, an index of another form.
    said = str(error)
    return code == sqlite3.SQLITE_ERROR and (
        ("no such" in said and "module" not in said) or "invalid fts5" in said
    )


def _primary(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_full(folder: Path) -> bool:
    try:
        return os.statvfs(folder).f_bavail == 0
    except OSError:
        return False


def unavailable(error: Exception, path: Path) -> HistoryUnavailable:
    """What there is to say of an error of sqlite3 or the system."""
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
    if code == sqlite3.SQLITE_FULL or (code in _NO_ROOM and _is_full(path.parent)):
        reason = "there is no space left on the disk"
    elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        reason = "it can't be opened for writing"
    else:
        reason = str(error)
    return HistoryUnavailable(f"The history in {place} can't be used: {visible(reason)}.")
