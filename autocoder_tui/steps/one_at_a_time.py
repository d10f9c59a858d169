"""What a step does, one thing after the other, however it begins them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from autocoder_tui.steps.errors import StepFailed


class OneAtATime:
    """Takes its turns in the order in which they were asked for, until it is closed."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._busy: asyncio.Task[object] | None = None
        self._closed = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """While this is open nothing else has its turn. Raises StepFailed once it is closed."""
        async with self._lock:
            if self._closed:
                raise StepFailed("The step has ended: what it left running is stopped.")
            self._busy = asyncio.current_task()
            try:
                yield
            finally:
                self._busy = None

    async def close(self) -> None:
        """No more turns; what has one and belongs to another task is stopped, and waited for."""
        self._closed = True
        left = self._busy
        if left is not None and left is not asyncio.current_task():
            left.cancel()
            await asyncio.wait([left])
