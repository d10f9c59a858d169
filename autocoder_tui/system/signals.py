"""Hearing signals whatever the rest of the program is doing.

A handler of the event loop is heard only when the loop gets round to it, and a handler of
Python's only between two steps of the main thread. Here the interpreter's own C handler writes
each signal into a socket (`signal.set_wakeup_fd`), and a thread reads it.
"""

from __future__ import annotations

import select
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, Final, Self

SIGINT: Final[int] = signal.SIGINT
SIGTERM: Final[int] = signal.SIGTERM
# Not every system has these; they are never heard there. The numbers are those of Linux.
SIGHUP: Final[int] = getattr(signal, "SIGHUP", 1)
SIGQUIT: Final[int] = getattr(signal, "SIGQUIT", 3)
SIGCONT: Final[int] = getattr(signal, "SIGCONT", 18)
SIGTSTP: Final[int] = getattr(signal, "SIGTSTP", 20)


def _heard_in_the_thread(number: int, frame: FrameType | None) -> None:
    """A handler must be set, or the signal would end the program."""


class SignalWatch:
    """`with SignalWatch(hear, numbers):` calls `hear(number)` in a thread, in order.

    Must be entered in the main thread. A signal that is ignored already (nohup, a background
    job of a script) stays ignored. With `terminal`, a descriptor, a terminal that goes away
    without a signal is heard as SIGHUP, once.
    """

    def __init__(
        self, hear: Callable[[int], None], numbers: Iterable[int], *, terminal: int | None = None
    ) -> None:
        self._hear = hear
        self._numbers = frozenset(numbers) & signal.valid_signals()
        self._terminal = terminal
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        # Not a pipe: Windows takes nothing but a socket.
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        for number in self._numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, _heard_in_the_thread)
        self._thread = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._write.close()

    def _listen(self) -> None:
        with self._read:
            if self._terminal is not None:
                self._wait_for_hangup(self._terminal)
            while numbers := self._read.recv(4096):
                self._pass_on(numbers)

    def _wait_for_hangup(self, terminal: int) -> None:
        """Pass signals on until the terminal goes away or the watch ends."""
        waiting = select.poll()
        waiting.register(self._read, select.POLLIN)
        waiting.register(terminal, 0)
        while True:
            ready = [descriptor for descriptor, _ in waiting.poll()]
            if terminal in ready:
                self._hear(SIGHUP)
                return
            numbers = self._read.recv(4096)
            if not numbers:
                return
            self._pass_on(numbers)

    def _pass_on(self, numbers: bytes) -> None:
        for number in numbers:
            if number in self._numbers:
                self._hear(number)
