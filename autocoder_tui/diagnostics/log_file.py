"""The log file of the state folder: a few files of bounded size, shared by every process.

    STATE/log/autocoder-tui.log    the newest; .1 to .4 are older, the oldest is dropped

Each line is appended under a lock, to the file that has that name at the moment: two processes
neither lose nor mix each other's lines, whichever of them turns the files over.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from autocoder_tui.system.descriptors import open_descriptor

NAME = "autocoder-tui.log"


class LogFile(logging.Handler):
    """Writes to `folder`/autocoder-tui.log: `count` files with the old ones, each turned over
    once it has `max_bytes`.

    The folder is made for its owner alone, with the first line, and so are the files. `failed`
    is called with what kept a line from being written.
    """

    def __init__(self, folder: Path, *, max_bytes: int = 1_000_000, count: int = 5) -> None:
        super().__init__()
        self.file = folder / NAME
        self.failed: Callable[[Exception], object] = lambda _: None
        self._max_bytes = max_bytes
        self._count = count
        self._inner: logging.Handler | None = None
        self._writing = threading.Lock()

    def createLock(self) -> None:  # noqa: N802
        """None: the end of the program would wait for it, and so for the disk."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of `record`. Blocking; never raises."""
        self.write([self.format(record)])

    def write(self, lines: Sequence[str]) -> None:
        """Write `lines`, all under one lock. Blocking; never raises."""
        with self._writing:
            try:
                _make_folder(self.file.parent)
                if self._inner is None:
                    self._begin(_shared)
                text = "\n".join(lines)
                self._pass_on(logging.LogRecord("", logging.INFO, "", 0, text, None, None))
            except Exception as error:
                self._let_go()
                self.failed(error)

    def close(self) -> None:
        """Let go of the file, unless it is being written; the next line opens it again."""
        if self._writing.acquire(blocking=False):
            self._let_go()
            self._writing.release()
        super().close()

    def _let_go(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            # What a full disk did not take is tried once more, and fails again.
            with contextlib.suppress(OSError):
                inner.close()

    def _begin(self, make: Callable[[Path, int, int], logging.Handler]) -> None:
        try:
            self._inner = make(self.file, self._max_bytes, self._count)
        except ImportError:
            self._inner = _sole(self.file, self._max_bytes, self._count)

    def _pass_on(self, record: logging.LogRecord) -> None:
        assert self._inner is not None
        try:
            self._inner.emit(record)
        except RuntimeError:
            # A file system without locks is still good enough for one process.
            self._let_go()
            self._begin(_sole)
            self._inner.emit(record)


def _shared(file: Path, max_bytes: int, count: int) -> logging.Handler:
    """A handler that locks. Raises ImportError where the system has no locks."""
    with _without_redis():
        # Slow to load, and nothing to load at level 0.
        from concurrent_log_handler import ConcurrentRotatingFileHandler

    class Shared(ConcurrentRotatingFileHandler):
        def do_open(self, mode: str | None = None) -> TextIOWrapper:
            return _opened(file)

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
            raise  # the error that is being handled

    return Shared(file, maxBytes=max_bytes, backupCount=count - 1, encoding="utf-8")


@contextlib.contextmanager
def _without_redis() -> Iterator[None]:
    """While portalocker is loaded, which imports all of redis where that is installed, for a kind
    of lock that no file needs: 60 modules and 5 MB."""
    name = "portalocker.redis"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


def _sole(file: Path, max_bytes: int, count: int) -> logging.Handler:
    """A handler for one process."""

    class Sole(RotatingFileHandler):
        def _open(self) -> TextIOWrapper:
            return _opened(file)

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
            raise

    return Sole(file, maxBytes=max_bytes, backupCount=count - 1, encoding="utf-8", delay=True)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)


def _opened(file: Path) -> TextIOWrapper:
    descriptor = open_descriptor(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
