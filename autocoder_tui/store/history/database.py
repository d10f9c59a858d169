"""Work on the database of history, whatever state it is in.

A damaged database is set aside under a dated name, and what can be read of it goes into a new
one. One that a newer version wrote is left alone: this version keeps its runs in a file next
to it. What can't be opened at all is told as HistoryUnavailable, and the program goes on
without.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.salvage import condition, make_index_anew, mend
from autocoder_tui.store.history.schema import (
    DATABASE_ERRORS,
    SCHEMA,
    HistoryUnavailable,
    connect,
    is_damage,
    set_up,
    unavailable,
)
from autocoder_tui.system.descriptors import open_descriptor
from autocoder_tui.system.file_lock import lock

_T = TypeVar("_T")


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
        damaged on the way is mended, and the work done once more.

        Raises HistoryUnavailable.
        """
        for attempt in range(3):
            path = self._usable()
            with contextlib.suppress(_Mended), self._told_apart(path, mended=attempt > 0):
                connection = connect(path, write=write)
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

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep a connection open meanwhile: whoever closes the last one has to bring the log of
        writes into the file and to wait for the disk, each time."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(HistoryUnavailable, *DATABASE_ERRORS, OSError):
                stack.enter_context(contextlib.closing(connect(self._usable(), write=False)))
            yield

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
        for attempt in range(4):
            try:
                with self._told_apart(path, mended=attempt > 1):
                    version = set_up(path)
            except _Mended:
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
    def _told_apart(self, path: Path, *, mended: bool) -> Iterator[None]:
        """`mended`: what is damaged now was mended before, which was not enough."""
        try:
            yield
        except (*DATABASE_ERRORS, OSError) as error:
            if not is_damage(error):
                raise unavailable(error, path) from error
            self._mend(path, at_any_rate=mended)
            raise _Mended from error

    def _mend(self, path: Path, *, at_any_rate: bool) -> None:
        """Make a damaged database usable again: by a new index, or a new database with all that
        can be read. Another program may have done so already, unless it is wanted
        `at_any_rate`."""
        with _only_one(path):
            try:
                if not at_any_rate:
                    state = condition(path)
                    if state == "sound" or (state == "index" and make_index_anew(path)):
                        return
                aside, saved = mend(path)
            except (*DATABASE_ERRORS, OSError) as error:
                raise unavailable(error, path) from error
        self.say(f"The history was damaged. It is set aside as {visible(str(aside))}. {saved}")


class _Mended(Exception):
    """The file was damaged and is not any more."""


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """One program at a time looks after a damaged database."""
    try:
        descriptor = open_descriptor(path.with_name("history.lock"), os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise unavailable(error, path) from error
    try:
        lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)
