"""How a run without the screen ends on a signal: in good order, or else in time all the same."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Final, Self

from autocoder_tui.system.signals import SIGHUP, SIGINT, SIGTERM, SignalWatch

GRACE: Final = 1.3
"""Seconds to end in good order: after that nothing that is stuck, such as a pipe nobody reads,
is waited for."""

_ENDS = (SIGINT, SIGTERM, SIGHUP)


class HeadlessShutdown:
    """`with HeadlessShutdown():` cancels the task that called `begin` when a signal comes.

    When the task does not get to its end in `grace` seconds, the process is ended: what it has
    received is in the journal of the run. With `again_at_once` a second signal does that, too.
    `signal` is the number that was heard, or 0.
    """

    def __init__(self, grace: float = GRACE, *, again_at_once: bool = False) -> None:
        self._grace = grace
        self._again_at_once = again_at_once
        self._cancel: Callable[[], object] | None = None
        self._watch = SignalWatch(self._hear, _ENDS)
        self.signal = 0

    def __enter__(self) -> Self:
        self._watch.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        # Once a signal has come it is too late for another way to end.
        if not self.signal:
            self._watch.__exit__()

    def begin(self) -> None:
        """Name the current task as the one to cancel.

        What else goes wrong in the loop, in a task nobody waits for, is not printed: its
        traceback would be of no use to whoever sees it.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        loop.set_exception_handler(lambda *_: None)
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)

    def _hear(self, number: int) -> None:
        if self.signal:
            if self._again_at_once:
                os._exit(128 + number)
            return
        self.signal = number
        if self._cancel is not None:
            try:
                self._cancel()
            except RuntimeError:
                # The loop is closed: only the result is still to be handed over.
                pass
        threading.Thread(target=self._force, name="ending", daemon=True).start()

    def _force(self) -> None:
        threading.Event().wait(self._grace)
        os._exit(128 + self.signal)
