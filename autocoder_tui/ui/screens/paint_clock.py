"""When a screen is painted: an answer to a key at once, what comes by itself at a steady pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

PERIOD: Final = 1 / 60
"""Seconds from one painting to the next of what nobody waits for."""
_ANSWER: Final = 0.1
"""Seconds after a key or a click in which what changes is taken for its answer."""
_LOOK: Final = 0.001


class PaintClock:
    """Stands where Textual has the timer that a screen is painted by, and has its two methods.

    That one lets one to two of its periods pass after each painting, 17 to 33 ms, whoever waits:
    while a reply streams in and is painted, every other letter was shown that much later. Here
    what answers a person is painted at once, though not for more than half of the time. As long as
    further input waits to be acted on, it goes first: a flood of keys is shown at the steady pace.
    """

    def __init__(
        self,
        paint: Callable[[], None],
        last_input: Callable[[], float] = lambda: float("-inf"),
        input_waits: Callable[[], bool] = lambda: False,
    ) -> None:
        """`last_input`: when a person did something, on the clock of `time.monotonic`."""
        self._paint = paint
        self._last_input = last_input
        self._input_waits = input_waits
        self._due: asyncio.TimerHandle | None = None
        self._due_at = 0.0
        self._begun_at = self._ended_at = 0.0

    def resume(self) -> None:
        """Something wants to be painted."""
        at = self._begun_at + PERIOD
        if self._answers:
            at = min(at, 2 * self._ended_at - self._begun_at)
        if self._due is None or at < self._due_at:
            self.pause()
            self._due_at = at
            self._look_in(at - time.monotonic())

    def pause(self) -> None:
        """Nothing wants to be painted any more."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def paint_now(self) -> None:
        """Paint, whenever that was done last."""
        self.pause()
        self._begun_at = time.monotonic()
        try:
            self._paint()
        finally:
            self._ended_at = time.monotonic()

    @property
    def _answers(self) -> bool:
        """Whether somebody waits for what is to be painted."""
        return time.monotonic() - self._last_input() < _ANSWER

    def _look_in(self, seconds: float) -> None:
        self._due = asyncio.get_running_loop().call_later(max(0.0, seconds), self._look)

    def _look(self) -> None:
        steady = self._begun_at + PERIOD
        if time.monotonic() < steady and self._input_waits():
            self._look_in(_LOOK)
        else:
            self.paint_now()
