"""How many requests a provider is sent at once, for all jobs together.

A refusal (429, or a 503 that names a time) slows all of them: nothing is sent before the time the
server names, and then half as many at once as before. Each reply that comes through lets a
little more through again, up to the number of jobs that were asked for.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from autocoder_tui.batch.rate_headers import asked_wait, requests_left, used_up

_FIRST_PAUSE: Final = 0.5
_LONGER: Final = 1.5
_LONGEST_UNASKED: Final = 10.0
"""Seconds of the pause where the server names none, and by what it grows as long as even a single
request is too much: one for all jobs, so that it can be short."""
LONGEST_PAUSE: Final = 900.0
"""Seconds: a provider that wants to be left alone for longer is not waited for."""


class ProviderRate:
    """The requests to one provider, `most` of them at once. Belongs to one event loop.

    `limit` is how many may be under way now. `turn` is first come, first served.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = float(most)
        self.refused = 0
        """How often the provider said that it was too much."""
        self._loop = asyncio.get_running_loop()
        self._active = 0
        self._free_at = 0.0
        self._lowered_at = float("-inf")
        self._pause = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def pause(self) -> float:
        """Seconds until anything is sent again; 0 while nothing is in the way."""
        return max(0.0, self._free_at - self._loop.time())

    @property
    def at_once(self) -> int:
        """How many requests may be under way as things stand."""
        return max(1, int(self.limit))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[_Turn]:
        """Waits until a request may be sent."""
        await self._wait()
        turn = _Turn(self, self._loop.time())
        try:
            yield turn
        finally:
            self._active -= 1
            if turn.came_through:
                self._grow(turn.begun)
            self._grant()

    async def _wait(self) -> None:
        mine = self._loop.create_future()
        self._waiting.append(mine)
        self._grant()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                # Granted and cancelled in the same moment: it is for the next.
                self._active -= 1
                self._grant()
            raise

    def _grant(self) -> None:
        if self.pause > 0:
            self._look_later()
            return
        while self._waiting and self._active < self.at_once:
            following = self._waiting.popleft()
            if not following.done():
                self._active += 1
                following.set_result(None)

    def _look_later(self) -> None:
        if self._timer is not None:
            if self._timer.when() >= self._free_at:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(self._free_at, self._looked)

    def _looked(self) -> None:
        self._timer = None
        self._grant()

    # ------------------------------------------------------------------ what the server says

    def slow(self, asked: float | None, begun: float) -> None:
        """The server refused a request that was sent at `begun`, and asks to wait so long."""
        self.refused += 1
        now = self._loop.time()
        of_this_burst = begun < self._lowered_at
        if not of_this_burst:
            # Those sent before the first refusal say no more than it did.
            self.limit = max(1.0, min(self.limit, float(self._active)) / 2)
            self._lowered_at = now
            self._pause = min(_LONGEST_UNASKED, max(_FIRST_PAUSE, self._pause * _LONGER))
        wait = self._pause * random.uniform(0.75, 1.25) if asked is None else asked
        if asked is not None or not of_this_burst:
            self._free_at = max(self._free_at, now + min(wait, LONGEST_PAUSE))

    def hold(self, seconds: float) -> None:
        """A limit is used up, though nothing was refused yet."""
        self._free_at = max(self._free_at, self._loop.time() + min(seconds, LONGEST_PAUSE))

    def leave(self, requests: int) -> None:
        """The server allows so many more requests for now."""
        self.limit = max(1.0, min(self.limit, float(requests)))

    def _grow(self, begun: float) -> None:
        if begun < self._lowered_at:
            return  # it had been let through before it became too much
        self._pause = 0.0
        self.limit = min(float(self.most), self.limit + 1 / self.limit)


class _Turn:
    """One request. See `engine.pace.Turn`."""

    def __init__(self, rate: ProviderRate, begun: float) -> None:
        self._rate = rate
        self.begun = begun
        self.came_through = False

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        asked = asked_wait(headers)
        if status == 429 or (status == 503 and asked is not None):
            self._rate.slow(asked, self.begun)
            return
        if status >= 300:
            return
        self.came_through = True
        wait, left = used_up(headers), requests_left(headers)
        if wait is not None:
            self._rate.hold(wait)
        elif left:
            self._rate.leave(left)


class Rates:
    """The rate of each provider, by its base URL. Belongs to one event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[str, ProviderRate] = {}

    def of(self, base_url: str) -> ProviderRate:
        """That of the provider at `base_url`."""
        rate = self._of.get(base_url)
        if rate is None:
            rate = self._of[base_url] = ProviderRate(self._most)
        return rate

    def each(self) -> list[ProviderRate]:
        return list(self._of.values())
