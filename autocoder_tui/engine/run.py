"""The generate-and-continue loop: one request in, a stream of events out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

from autocoder_tui.engine.errors import (
    EngineError,
    LimitReached,
    NoProgress,
)
from autocoder_tui.engine.events import (
    CapReached,
    Event,
    Failure,
    RunCancelled,
    RunFailed,
    RunFinished,
    TextDelta,
)
from autocoder_tui.engine.generation import Generation
from autocoder_tui.engine.metering.budget import RaiseCap
from autocoder_tui.engine.metering.usage import METER_PERIOD
from autocoder_tui.engine.pace import Pace
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.session import ReplySession
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.retry import AskWait
from autocoder_tui.engine.trace import Trace


async def run(
    request: RunRequest,
    *,
    capabilities: Capabilities | None = None,
    raise_cap: RaiseCap | None = None,
    ask_wait: AskWait | None = None,
    trace: Trace | None = None,
    session: ReplySession | None = None,
    pace: Pace | None = None,
    meter_period: float = METER_PERIOD,
) -> AsyncIterator[Event]:
    """Generate what `request` asks for, continuing until the reply is complete.

    Yields `RunStarted` first and exactly one of `RunFinished`, `RunFailed`, `RunCancelled`
    last. No provider error is raised: it becomes `RunFailed`. Cancelling the consuming task
    closes the connection; the text held back so far is still delivered, then `RunCancelled`,
    and the cancellation goes on. `capabilities` is updated with what is learnt of the endpoint.
    At a spending cap `raise_cap` is asked, and `ask_wait` when a server wants a longer wait
    than anybody waits unasked; the run waits for the answer. Without them it fails there.
    While text comes the usage is told every `meter_period` seconds.
    `trace` is told what is on the wire; `pace` says when each request may be sent; `session`
    answers the requests where no connection is to be opened for them.
    """
    known = capabilities or Capabilities()
    generation = Generation(request, known, raise_cap, ask_wait, pace, meter_period)
    try:
        async with aclosing(generation.events(trace, session)) as events:
            async for event in events:
                yield event
    except asyncio.CancelledError:
        for event in generation.flushed():
            yield event
        yield RunCancelled()
        raise
    except EngineError as error:
        for event in generation.flushed():
            yield event
        if isinstance(error, NoProgress) and error.confirmed:
            closing = generation.kind.missing_closing(generation.text)
            if closing:
                for event in _closed(generation, closing):
                    yield event
                return
        if isinstance(error, LimitReached):
            yield CapReached(error.cap, error.spent, error.limit)
        files = generation.kind.files(
            generation.text, generation.joins, finished=False, around=[error.message]
        )
        for event in files:
            yield event
        yield RunFailed(Failure(error.kind, error.message), resumable=bool(generation.text))
    except Exception:
        # Nobody foresaw it, and whoever runs this says so; what came is not lost for it.
        for event in generation.flushed():
            yield event
        raise


def _closed(generation: Generation, closing: str) -> Iterator[Event]:
    """The end of a run whose text is whole with `closing`."""
    yield TextDelta(closing)
    kind, text = generation.kind, generation.text + closing
    said = kind.never_closed
    yield from kind.files(text, generation.joins, finished=True, around=[said])
    yield RunFinished("\n\n".join(filter(None, [said, kind.notes(text)])))
