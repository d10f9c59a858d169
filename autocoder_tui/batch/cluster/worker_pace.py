"""The pace of requests to one provider, shared by all workers of a cluster."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from autocoder_tui.batch.rate import LONGEST_PAUSE
from autocoder_tui.batch.rate_headers import asked_wait, used_up

_FIRST_PAUSE: Final = 1.0
_LONGER: Final = 1.5
_LONGEST_UNASKED: Final = 30.0
_LOOK_EVERY: Final = 1.0


class WorkerPace:
    """As `engine.pace.Pace`. A semaphore of the cluster holds how many requests are under way at
    once, a variable of the cluster when the provider may be asked again: both carry its name.

    The clocks of the machines are taken to agree to about a second.
    """

    def __init__(self, name: str, at_once: int) -> None:
        from distributed import Semaphore, Variable

        self._leases = Semaphore(max_leases=at_once, name=f"{name} at once")
        self._free_at = Variable(f"{name} free at")
        self._pause = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[_Turn]:
        await asyncio.to_thread(self._leases.acquire)
        try:
            # Set on another machine, which wakes nobody here.
            while (wait := await asyncio.to_thread(self._wait)) > 0:  # noqa: ASYNC110
                await asyncio.sleep(min(wait, _LOOK_EVERY))
            turn = _Turn()
            yield turn
            await asyncio.to_thread(self._take, turn)
        finally:
            await asyncio.to_thread(self._leases.release)

    def _wait(self) -> float:
        """Seconds until anything may be sent."""
        try:
            return float(self._free_at.get(timeout=0.05)) - time.time()
        except Exception:  # distributed's own TimeoutError: nobody has set it yet
            return 0.0

    def _take(self, turn: _Turn) -> None:
        if turn.hold is not None:
            self._hold(turn.hold)
        elif turn.refused:
            self._pause = min(_LONGEST_UNASKED, max(_FIRST_PAUSE, self._pause * _LONGER))
            self._hold(self._pause if turn.asked is None else turn.asked)
        else:
            self._pause = 0.0

    def _hold(self, seconds: float) -> None:
        until = time.time() + min(seconds, LONGEST_PAUSE)
        if until > time.time() + self._wait():
            self._free_at.set(until)


class _Turn:
    """One request. See `engine.pace.Turn`."""

    def __init__(self) -> None:
        self.refused = False
        self.asked: float | None = None
        self.hold: float | None = None

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        self.asked = asked_wait(headers)
        self.refused = status == 429 or (status == 503 and self.asked is not None)
        self.hold = used_up(headers) if status < 300 else None
