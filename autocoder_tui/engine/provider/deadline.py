"""How long a server may be silent or a run may take, counted only while the program runs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from autocoder_tui.engine.errors import RunTimedOut

_T = TypeVar("_T")

_LOOK: Final = 0.25
"""Seconds between two looks at the clock."""
_STOPPED: Final = 1.0
"""Seconds by which a look comes late when the process was stopped (Ctrl+Z), not just busy."""


class Patience:
    """`async with patience:` around each wait; raises TimeoutError once `left` is used up.

    `left` is in seconds. Time in which the process was stopped does not count: what was sent
    meanwhile lies in the connection, still to be read. The time between two waits counts with
    `between` only, from the beginning on; `pass_over` leaves out what has passed since the last.
    `rest` is a second, longer limit of the same kind that a sign of life does not extend.
    """

    def __init__(self, seconds: float, *, between: bool = False, longest: float = math.inf) -> None:
        self.left = seconds
        self.rest = longest
        self._between = between
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._expired = False
        self._since = self._look_at = self._loop.time()
        self._look: asyncio.TimerHandle | None = None
        """One for many waits: a reply has a wait for each token."""
        self._waits = False

    async def __aenter__(self) -> Self:
        # As asyncio.timeout does it, which would be one more object, with a timer, for each token.
        self._task = asyncio.current_task()
        assert self._task is not None
        self._cancelling = self._task.cancelling()
        self._expired = False
        now = self._loop.time()
        if self._between and now - self._since < _STOPPED:
            self._spend(now - self._since)
        self._since = now
        self._waits = True
        self._look_in_time()
        return self

    def pass_over(self) -> None:
        """What has passed since the last wait does not count: a person was asked meanwhile."""
        self._since = self._loop.time()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._count()
        self._waits = False
        if self._expired and self._task is not None:
            is_ours = self._task.uncancel() <= self._cancelling
            if is_ours and kind is asyncio.CancelledError:
                raise TimeoutError from error

    def _look_in_time(self) -> None:
        """See to it that the clock is looked at before anything can have run out."""
        due = self._since + max(0.0, min(_LOOK, self.left, self.rest))
        if self._look is not None:
            if self._since < self._look_at <= due:
                return
            self._look.cancel()
        self._look_at = due
        self._look = self._loop.call_at(due, self._looked)

    def _looked(self) -> None:
        self._look = None
        if not self._waits:
            return
        self._count()
        if min(self.left, self.rest) > 0:
            self._look_in_time()
        else:
            self._expired = True
            if self._task is not None:
                self._task.cancel()

    def _count(self) -> None:
        now = self._loop.time()
        if now - self._look_at < _STOPPED:
            self._spend(now - self._since)
        self._since = now

    def _spend(self, seconds: float) -> None:
        self.left -= seconds
        self.rest -= seconds


class RunDeadline(Patience):
    """The total time-out of a run, in seconds, over all its waits and the time between them."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds, between=True)
        self._total = seconds

    async def within(self, step: Awaitable[_T]) -> _T:
        """What `step` gives. Raises RunTimedOut when the run has no time left for it."""
        try:
            async with self:
                return await step
        except TimeoutError:
            raise RunTimedOut(
                f"The run took longer than {self._total:g} s, its total time-out. "
                "The text so far is kept: continue it, or raise total_timeout."
            ) from None
