"""Hearing signals whatever the rest of the program is doing.

A handler of the event loop is heard only when the loop gets round to it, and a handler of
Python's only between two steps of the main thread. Here the interpreter's own C handler writes
each signal into a pipe (`signal.set_wakeup_fd`), and a thread reads it.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, Self


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
        self._numbers = frozenset(numbers)
        self._terminal = terminal
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._wakeup_before = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
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
        os.close(self._write)

    def _listen(self) -> None:
        waiting = select.poll()
        waiting.register(self._read, select.POLLIN)
        if self._terminal is not None:
            waiting.register(self._terminal, 0)
        while True:
            for descriptor, _ in waiting.poll():
                if descriptor == self._terminal:
                    waiting.unregister(descriptor)
                    self._hear(signal.SIGHUP)
                    continue
                numbers = os.read(self._read, 4096)
                if not numbers:
                    os.close(self._read)
                    return
                for number in numbers:
                    if number in self._numbers:
                        self._hear(number)
