"""The one retry policy: which wait comes before the next try, and when to give up."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from autocoder_tui.engine.errors import ProviderError, RateLimited
from autocoder_tui.values import dataclass

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
LONGEST_ASKED_DELAY = 60.0
"""Seconds. A server that asks for more than this is not waited for unless a person says so."""
MOST_LIMITED = 40
"""Times in a row that a run which shares a pace hears that the server limits requests."""


@dataclass(frozen=True, slots=True)
class WaitQuestion:
    """A server asks to be left alone for longer than anybody waits unasked.

    `seconds`: for how long, however absurd. `reason`: what went wrong, as a sentence.
    """

    seconds: float
    reason: str


AskWait: TypeAlias = Callable[[WaitQuestion], Awaitable[float | None]]
"""Asks a person how many seconds to wait before the next try; None ends the run."""


class Retries:
    """Failed tries in a row. A part that ends properly starts the count anew.

    `agreed`: seconds of the last wait, if a person agreed to it, or if it was for the limits that
    all who share a pace (`paced`) have in common. They do not make a run take long. `first_delay`:
    seconds before the first try, None for what is usual.
    """

    def __init__(
        self, max_attempts: int, ask: AskWait | None = None, *, paced: bool = False
    ) -> None:
        self._max_attempts = max_attempts
        self.first_delay: float | None = None
        self._ask = ask
        self._paced = paced
        self._limited = 0
        self.failed = 0
        self.agreed = 0.0

    async def delay_after(self, error: ProviderError) -> float | None:
        """Seconds to wait before trying again, or None if `error` ends the run.

        What the server asked for, or exponential with jitter (full range 75-125 %).
        """
        self.agreed = 0.0
        if self._paced and isinstance(error, RateLimited) and self._limited < MOST_LIMITED:
            return await self._delay_of_all(error)
        self.failed += 1
        if not error.retryable or self.failed >= self._max_attempts:
            return None
        if error.retry_after is not None and error.retry_after > LONGEST_ASKED_DELAY:
            return await self._asked(WaitQuestion(error.retry_after, error.message))
        if error.retry_after:
            return error.retry_after
        first = FIRST_DELAY if self.first_delay is None else self.first_delay
        delay = min(LONGEST_DELAY, first * 2.0 ** (self.failed - 1))
        return delay * random.uniform(0.75, 1.25)

    async def _delay_of_all(self, error: ProviderError) -> float | None:
        """The pace makes everybody wait who shares it, and is asked for the next turn."""
        self._limited += 1
        delay = error.retry_after or 0.0
        if delay > LONGEST_ASKED_DELAY:
            return await self._asked(WaitQuestion(delay, error.message))
        self.agreed = delay
        return delay

    async def _asked(self, question: WaitQuestion) -> float | None:
        if self._ask is None:
            return None
        delay = await self._ask(question)
        self.agreed = delay or 0.0
        return delay

    def reset(self) -> None:
        self.failed = self._limited = 0


def duration(seconds: float) -> str:
    """A wait in words that can be grasped, however long it is."""
    for most, unit, name in ((120.0, 1.0, "s"), (7200.0, 60.0, "min"), (172_800.0, 3600.0, "h")):
        if seconds <= most:
            return f"{seconds / unit:.3g} {name}"
    days = seconds / 86_400
    if days <= 730:
        return f"{days:.0f} days"
    return f"{days / 365.25:,.0f} years" if days < 365_250 else "more than 1,000 years"
