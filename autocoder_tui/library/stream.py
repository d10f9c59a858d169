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

from autocoder_tui.engine.delivered_text import DeliveredText
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


async def consume(
    events: AsyncIterator[Event], callback: Callback | None, most: int, stats: StreamStats
) -> Generated:
    """Follow a run to its end; `stats` is kept up while it comes.

    Raises APIError and StreamProcessError; a cancellation ends the run and goes on.
    """
    state, begun = RunState(), time.monotonic()
    delivered = DeliveredText()
    try:
        async with aclosing(events) as stream:  # type: ignore[type-var]
            async for event in stream:
                state.apply(event, time.monotonic())
                _note(stats, state, begun)
                match event:
                    case RunStarted():
                        stats.status = StreamStatus.PROCESSING
                    case TextDelta(text):
                        await _given(delivered.append(text), callback, most, state)
                    case TextRetracted(count):
                        delivered.retract(count)
                    case RunFailed(error):
                        raise error_of(error, state.text)
    except BaseException as error:
        stats.status = StreamStatus.ERROR
        stats.error = error if isinstance(error, StreamingError) else None
        raise
    finally:
        _note(stats, state, begun)
    stats.status = StreamStatus.COMPLETED
    return Generated(state.text, stats, stats.seconds, stats.total_tokens, delivered.exact)


async def _given(text: str, callback: Callback | None, most: int, state: RunState) -> None:
    """Give the callback `text` in pieces of at most `most` characters. Raises
    StreamProcessError where it fails."""
    if callback is None:
        return
    try:
        for at in range(0, len(text), most):
            done = callback(text[at : at + most])
            if inspect.isawaitable(done):
                await done
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
