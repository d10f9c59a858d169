"""How much one client may ask for: so many requests in a time, so many at once."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.storage import storage_from_string

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import shortened

_SCHEMES: Final = ("memory://", "redis://", "rediss://")


class BadLimits(AutocoderError):
    """A limit, or the store for it, that can't be used."""

    kind = "bad_limits"


class StoreGone(AutocoderError):
    """The store for limits does not answer: nobody knows how often a client has asked."""

    kind = "limit_store"


class TooManyRequests(AutocoderError):
    """A client asks for more than it may; `retry_after` is in seconds."""

    kind = "rate_limited"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ClientRates:
    """Counts each client's requests in `store` ("memory://", or a Redis that others share).

    Raises BadLimits.
    """

    def __init__(self, rate: str, at_once: int, store: str) -> None:
        try:
            self._rate: RateLimitItem = parse(rate)
        except ValueError:
            raise BadLimits(
                f'"{shortened(rate)}" is no limit: expected one such as 60/minute or 5/second.'
            ) from None
        if not store.startswith(_SCHEMES):
            raise BadLimits(
                f'"{shortened(store)}" is no store for limits: expected memory:// or the URL of '
                "a Redis, redis://HOST:PORT."
            )
        scheme = store if store.startswith("memory") else f"async+{store}"
        options = {} if store.startswith("memory") else {"implementation": "redispy"}
        try:
            storage = storage_from_string(
                "async+memory://" if store.startswith("memory") else scheme, **options
            )
        except Exception as error:
            raise BadLimits(f"The store for limits can't be used: {shortened(error)}.") from error
        assert isinstance(storage, Storage)
        self._storage = storage
        self._window = MovingWindowRateLimiter(storage)
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()

    async def count(self, client: str) -> None:
        """Count a request. Raises TooManyRequests, StoreGone."""
        try:
            if await self._window.hit(self._rate, client):
                return
            stats = await self._window.get_window_stats(self._rate, client)
        except Exception as error:
            raise StoreGone(
                "The store for limits does not answer. Start it, or the server without "
                "--limit-store."
            ) from error
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        raise TooManyRequests(
            f"This client asked more often than {self._rate}. Try again in {wait} s.", wait
        )

    @contextmanager
    def under_way(self, client: str) -> Iterator[None]:
        """For as long as a request of this client is under way here. Raises TooManyRequests."""
        if self._under_way[client] >= self._at_once:
            raise TooManyRequests(
                f"{self._at_once} requests of this client are under way already. Wait for one.", 1
            )
        self._under_way[client] += 1
        try:
            yield
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]
