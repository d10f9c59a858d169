"""One text streamed: its state while it comes, and what it came to."""

from __future__ import annotations

import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from autocoder_tui.engine.events import (
    Event,
    RunFailed,
    RunStarted,
    TextDelta,
    TextRetracted,
)
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.library.errors import StreamingError, StreamProcessError, error_of

Callback: TypeAlias = Callable[[str], Awaitable[object] | object]
"""Is given each piece of text as it comes; plain or async. Where it raises, its request ends."""


class StreamStatus(Enum):
    """How far a request is."""

    INITIALIZING = "initializing"
    PROCESSING = "processing"
    COMPLETED = "completed"
    ERROR = "error"


@dataclass(slots=True)
class StreamStats:
    """What came over the line so far. `total_chunks` are all of the stream, empty ones too;
    `total_tokens` are the tokens the model wrote, as the server counts them where it does.
    Seconds are of this machine's steady clock, dollars None where no price is known."""

    status: StreamStatus = StreamStatus.INITIALIZING
    total_chunks: int = 0
    total_tokens: int = 0
    prompt_tokens: int = 0
    parts: int = 0
    retries: int = 0
    first_token_seconds: float | None = None
    seconds: float = 0.0
    cost_usd: Decimal | None = None
    error: StreamingError | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """A complete text. `streamed` is False where the callback was given a line that a
    continuation then wrote otherwise: `text` is the right one."""

    text: str
    stats: StreamStats
    completion_time: float
    total_tokens: int
    streamed: bool = True


class _Delivery:
    """What the callback was given of a text that grows, and at seams is taken back a little.
    `length` is the text's, `given` how much of it the callback has seen."""

    def __init__(self, callback: Callback | None, most: int) -> None:
        self._callback = callback
        self._most = most
        self.length = self.given = 0
        self.exact = True
        self._taken_back = ""
        """What the callback was given from `length` on, and the text does not hold any more."""

    async def append(self, text: str) -> None:
        """`text` came: what is new of it is given on, in pieces of at most `most` characters."""
        known = min(len(text), self.given - self.length)
        self.exact &= text[:known] == self._taken_back[:known]
        self._taken_back = self._taken_back[known:]
        self.length += len(text)
        self.given = max(self.given, self.length)
        for at in range(known, len(text), self._most):
            if self._callback is not None:
                done = self._callback(text[at : at + self._most])
                if inspect.isawaitable(done):
                    await done

    def retract(self, count: int, before: str) -> None:
        """The last `count` characters of the text, which is `before`, are taken back."""
        self.length -= count
        self._taken_back = before[len(before) - count :] + self._taken_back


async def consume(
    events: AsyncIterator[Event], callback: Callback | None, most: int, stats: StreamStats
) -> Generated:
    """Follow a run to its end; `stats` is kept up while it comes.

    Raises APIError and StreamProcessError; a cancellation ends the run and goes on.
    """
    state, begun = RunState(), time.monotonic()
    delivery = _Delivery(callback, most)
    try:
        async with aclosing(events) as stream:  # type: ignore[type-var]
            async for event in stream:
                if isinstance(event, TextRetracted):
                    delivery.retract(event.count, state.text)
                state.apply(event, time.monotonic())
                _note(stats, state, begun)
                match event:
                    case RunStarted():
                        stats.status = StreamStatus.PROCESSING
                    case TextDelta(text):
                        await _given(delivery, text, state)
                    case RunFailed(error):
                        raise error_of(error, state.text)
    except BaseException as error:
        stats.status = StreamStatus.ERROR
        stats.error = error if isinstance(error, StreamingError) else None
        raise
    finally:
        _note(stats, state, begun)
    stats.status = StreamStatus.COMPLETED
    return Generated(state.text, stats, stats.seconds, stats.total_tokens, delivery.exact)


async def _given(delivery: _Delivery, text: str, state: RunState) -> None:
    try:
        await delivery.append(text)
    except Exception as error:
        raise StreamProcessError(
            f"The callback failed ({type(error).__name__}), so this request was ended.",
            "callback",
            state.text,
        ) from error


def _note(stats: StreamStats, state: RunState, begun: float) -> None:
    stats.total_chunks = state.stats.chunks
    stats.total_tokens = state.completion_tokens if state.requests else 0
    stats.parts = len(state.extrapolations)
    stats.retries = state.retries
    stats.first_token_seconds = state.first_token_seconds
    stats.seconds = time.monotonic() - begun
    if state.usage is not None:
        stats.prompt_tokens = state.usage.prompt_tokens
        stats.cost_usd = state.usage.cost_usd
