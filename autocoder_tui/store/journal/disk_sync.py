"""What was written is brought to the disk itself, by one thread for all journals."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final

_PERIOD: Final = 0.5
"""Seconds between two times, at least."""


class DiskSync:
    """Calls back, each at most twice a second, those who say that they have written. The thread
    begins with the first of them."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._due: set[Callable[[], None]] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def after_fork(self) -> None:
        """Only the thread that forked goes on in a child."""
        self._begin()

    def ask(self, sync: Callable[[], None]) -> None:
        """`sync` is called soon, from the thread. It must not raise."""
        with self._changed:
            self._due.add(sync)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="journal sync", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._due:
                    self._changed.wait()
                due, self._due = self._due, set()
            for sync in due:
                sync()
            time.sleep(_PERIOD)


DISK: Final = DiskSync()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DISK.after_fork)
