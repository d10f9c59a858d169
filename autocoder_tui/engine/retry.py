"""The one retry policy: which wait comes before the next try, and when to give up."""

from __future__ import annotations

import random

from autocoder_tui.engine.errors import ProviderError

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
LONGEST_ASKED_DELAY = 120.0
"""Seconds. A server that asks for more than this is not waited for: the user decides."""


class Retries:
    """Failed tries in a row. A part that ends properly starts the count anew."""

    def __init__(self, max_attempts: int) -> None:
        self._max_attempts = max_attempts
        self.failed = 0

    def delay_after(self, error: ProviderError) -> float | None:
        """Seconds to wait before trying again, or None if `error` ends the run.

        Exponential with jitter (full range 75-125 %), or what the server asked for.
        """
        self.failed += 1
        if not error.retryable or self.failed >= self._max_attempts:
            return None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_ASKED_DELAY else None
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (self.failed - 1))
        return delay * random.uniform(0.75, 1.25)

    def reset(self) -> None:
        self.failed = 0
