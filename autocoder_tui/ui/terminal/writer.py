"""Writing to a terminal that may be slow, or that nobody reads, without ever waiting for it."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from autocoder_tui.ui.terminal.posix import discard_output, open_anew, wait_for_room

_PIECE: Final = 4096
_BEHIND: Final = 256 * 1024
_FRAME: Final = 100
"""Characters from which on a write is a picture; what switches a mode is shorter."""


class TerminalWriter:
    """Takes text and writes it without ever waiting: at once as far as there is room for it, and
    the rest in a thread. To call a thread for each picture takes longer than to draw a letter.

    Pictures that a slow terminal can't keep up with are left out; `repaint` is called, in that
    thread, as soon as it has caught up. All else is written in order.
    """

    def __init__(self, descriptor: int, repaint: Callable[[], None]) -> None:
        self._descriptor = open_anew(descriptor)
        self._never_waits = not os.get_blocking(self._descriptor)
        self._repaint = repaint
        self._queue: deque[bytes] = deque()
        self._waiting = 0
        self._largest = 0
        self._left_out = False
        self._closed = self._given_up = False
        self._idle = True
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Hand over `text`; never waits for the terminal."""
        data = text.encode("utf-8", "replace")
        picture = len(text) > _FRAME and not text.startswith("\x1b]")
        with self._changed:
            if self._closed:
                return
            if picture:
                self._largest = max(self._largest, len(data))
                if self._waiting > max(_BEHIND, 2 * self._largest):
                    self._left_out = True
                    return
            if self._never_waits and self._idle and not self._queue:
                data = data[self._written_at_once(data) :]
            if data:
                self._queue.append(data)
                self._waiting += len(data)
                self._changed.notify_all()

    def _written_at_once(self, data: bytes) -> int:
        """How many bytes there was room for."""
        try:
            return os.write(self._descriptor, data)
        except OSError:
            # Full, or gone: either is the thread's business.
            return 0

    def close(self, seconds: float) -> bool:
        """Take no more; wait `seconds` at most. Returns whether all of it was written."""
        deadline = time.monotonic() + seconds
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            while self._queue or not self._idle:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            written = not self._queue and self._idle
            self._given_up = True
            self._queue.clear()
        return written

    def write_over(self, text: str, seconds: float) -> None:
        """After `close`: throw away what the terminal has not read yet, and write `text`."""
        data = text.encode()
        deadline = time.monotonic() + seconds
        if not self._writing.acquire(timeout=seconds):
            return
        try:
            while data and time.monotonic() < deadline:
                discard_output(self._descriptor)
                try:
                    data = data[os.write(self._descriptor, data) :]
                except BlockingIOError:
                    time.sleep(0.01)
        except OSError:
            # The terminal has gone.
            return
        finally:
            self._writing.release()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle = True
                self._changed.notify_all()
                while not self._queue:
                    if self._closed:
                        return
                    self._changed.wait()
                data = self._queue.popleft()
                self._idle = False
            try:
                self._write_whole(data)
            except OSError:
                # The terminal has gone. Whoever watches it ends the program.
                with self._changed:
                    self._closed = self._idle = True
                    self._queue.clear()
                    self._changed.notify_all()
                return
            with self._changed:
                self._waiting -= len(data)
                caught_up = self._left_out and not self._queue
                if caught_up:
                    self._left_out = False
            if caught_up:
                self._repaint()

    def _write_whole(self, data: bytes) -> None:
        at = 0
        while at < len(data) and not self._given_up:
            if not wait_for_room(self._descriptor, 0.1):
                continue
            with self._writing:
                if self._given_up:
                    return
                try:
                    at += os.write(self._descriptor, data[at : at + _PIECE])
                except BlockingIOError:
                    pass
