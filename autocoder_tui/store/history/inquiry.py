"""A question to the history that may be called off while it is looked for an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class CalledOff(Exception):
    """Nobody waits for the answer any more."""


class Inquiry:
    """One thread asks, another may call it off."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._called_off = False

    def call_off(self) -> None:
        """End it, now or before it begins."""
        with self._lock:
            self._called_off = True
            if self._connection is not None:
                self._connection.interrupt()

    @contextmanager
    def asked_of(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Raises CalledOff where somebody did so meanwhile."""
        with self._lock:
            if self._called_off:
                raise CalledOff
            self._connection = connection
        try:
            yield
        except sqlite3.OperationalError as error:
            if self._called_off:
                raise CalledOff from error
            raise
        finally:
            # Its owner closes it next.
            with self._lock:
                self._connection = None
