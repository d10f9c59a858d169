"""One text streamed: its state while it comes, and what it came to."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import fields
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
from autocoder_tui.values import dataclass

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
    events: AsyncIterator[Event],
    callback: Callback | None,
    most: int,
    stats: StreamStats,
    total_timeout: float,
) -> Generated:
    """Follow a run to its end; `stats` is kept up while it comes. The run itself ends after
    `total_timeout` seconds, and so does a callback that is waited for.

    Raises APIError and StreamProcessError; a cancellation ends the run and goes on.
    """
    state, begun = RunState(), time.monotonic()
    delivered = DeliveredText()
    _begin(stats)
    end = asyncio.get_running_loop().time() + total_timeout
    try:
        async with aclosing(events) as stream:  # type: ignore[type-var]
            async for event in stream:
                state.apply(event, time.monotonic())
                _note(stats, state, begun)
                match event:
                    case RunStarted():
                        stats.status = StreamStatus.PROCESSING
                    case TextDelta(text):
                        await _given(delivered.append(text), callback, most, state, end)
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


async def _given(
    text: str, callback: Callback | None, most: int, state: RunState, end: float
) -> None:
    """Give the callback `text` in pieces of at most `most` characters."""
    if callback is not None:
        for at in range(0, len(text), most):
            await _called(callback, text[at : at + most], state, end)


async def _called(callback: Callback, piece: str, state: RunState, end: float) -> None:
    """Raises StreamProcessError where the callback fails, or is not done at `end` by the clock
    of the loop."""
    waiting = asyncio.timeout_at(end)
    try:
        done = callback(piece)
        if inspect.isawaitable(done):
            async with waiting:
                await done
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise  # somebody ends the request
        raise _failed(type(error).__name__, state) from error
    except Exception as error:
        late = "it was not done by the total time-out"
        raise _failed(late if waiting.expired() else type(error).__name__, state) from error
    if inspect.isasyncgen(done) or inspect.isgenerator(done):
        raise _failed("it is a generator, which nothing would run", state)


def _failed(reason: str, state: RunState) -> StreamProcessError:
    said = f"The callback failed ({reason}), so this request was ended."
    return StreamProcessError(said, "callback", state.text)


def _begin(stats: StreamStats) -> None:
    """The same stats may be given to one request after another."""
    for each in fields(StreamStats):
        setattr(stats, each.name, each.default)


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
