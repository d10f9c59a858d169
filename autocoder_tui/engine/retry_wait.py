"""The wait between two tries of a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.engine.events import RetryScheduled
from autocoder_tui.engine.provider.deadline import RunDeadline
from autocoder_tui.engine.retry import Retries


async def wait_for_retry(
    retries: Retries, error: ProviderError, time: RunDeadline
) -> AsyncIterator[RetryScheduled]:
    """Wait as the retry policy says, and tell of it; raises `error` when it says no more."""
    delay = await retries.delay_after(error)
    if delay is None:
        raise error
    time.pass_over()
    time.left += retries.agreed
    yield RetryScheduled(delay, error.message, retries.failed + 1)
    await time.within(asyncio.sleep(delay))
