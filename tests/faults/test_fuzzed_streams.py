"""Hostile streams against the reader of replies and the whole run: no crash, no hang, and never
a file that is called complete and is not.

AUTOCODER_TUI_FUZZ=full makes it 10,000 streams. A failure names its seed; run it alone with
AUTOCODER_TUI_FUZZ_SEED.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import (
    Event,
    FileProposed,
    PartFinished,
    RequestStarted,
    RunFailed,
    RunFinished,
)
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.chunks import Finish, Piece, Reasoning, Text, Usage
from autocoder_tui.engine.provider.response_body import IncomingReply
from autocoder_tui.engine.reply.framing import read_closing, read_opening
from autocoder_tui.engine.request import Limits, RunRequest
from autocoder_tui.engine.run import run
from autocoder_tui.errors import AutocoderError
from tests.effort import FULL
from tests.engine.conversation import MODEL, endpoint_at
from tests.engine.test_run import joined
from tests.faults.hostile_streams import chunks_of, hostile_body

STREAMS = 10_000 if FULL else 200
RUNS = STREAMS if FULL else 60
ONLY = os.environ.get("AUTOCODER_TUI_FUZZ_SEED")
AT_ONCE = 8
LIMITS = Limits(
    connect_timeout=20,
    first_byte_timeout=20,
    idle_timeout=20,
    total_timeout=60,
    max_attempts=2,
    max_parts=3,
)
MOST_REQUESTS = LIMITS.max_parts * (LIMITS.max_attempts + 1) + 1


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autocoder_tui.engine.retry.FIRST_DELAY", 0.001)
    monkeypatch.setattr("autocoder_tui.engine.provider.chat._AFTER_FINISH_SECONDS", 0.2)


def seeds(count: int) -> Iterator[int]:
    return iter([int(ONLY)] if ONLY else range(count))


# ---------------------------------------------------------------- the reader alone


def _read(pieces_of_body: list[bytes]) -> tuple[list[Piece], str | None]:
    incoming = IncomingReply(Address(endpoint_at("http://127.0.0.1:1/v1"), MODEL), 1_000_000)
    pieces = [piece for data in pieces_of_body for piece in incoming.feed(data)]
    pieces += incoming.close()
    return pieces, incoming.failure.kind if incoming.failure else None


def _said(pieces: list[Piece]) -> tuple[object, ...]:
    return (
        "".join(piece.text for piece in pieces if isinstance(piece, Text)),
        "".join(piece.text for piece in pieces if isinstance(piece, Reasoning)),
        [piece for piece in pieces if isinstance(piece, Finish | Usage)],
    )


def test_the_reader_takes_every_stream_the_same_however_it_is_cut() -> None:
    for seed in seeds(STREAMS):
        body = hostile_body(seed)
        whole, failure = _read([body])
        cut, same_failure = _read(chunks_of(body, seed))
        finishes = [piece for piece in whole if isinstance(piece, Finish)]
        assert failure == same_failure, f"seed {seed}"
        assert _said(cut) == _said(whole), f"seed {seed}"
        assert len(finishes) == 1 or (failure and not finishes), f"seed {seed}"


# ---------------------------------------------------------------- the whole run


class _Hostile:
    """A server whose every answer is the next hostile body, with a hostile end."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.served = 0
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            seed = self.seed * 100 + self.served
            self.served += 1
            dice, body = random.Random(seed * 7 + 1), hostile_body(seed)
            framing = dice.choice([b"transfer-encoding: chunked", b"connection: close"])
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            writer.write(framing + b"\r\n\r\n")
            chunked = framing.startswith(b"transfer")
            for data in chunks_of(body, seed)[:2_000]:
                writer.write(b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)
                if dice.random() < 0.02:
                    await asyncio.sleep(0)
            if chunked and dice.random() < 0.8:
                writer.write(b"0\r\n\r\n")
            elif dice.random() < 0.1 and writer.transport:
                writer.transport.abort()
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # Cancelled only when the run is over and nobody wants the rest.
            pass
        finally:
            writer.close()


@asynccontextmanager
async def _serving(seed: int) -> AsyncIterator[_Hostile]:
    hostile = _Hostile(seed)
    server = await asyncio.start_server(hostile.answer, "127.0.0.1", 0)
    async with server:
        hostile.port = server.sockets[0].getsockname()[1]
        yield hostile


async def _run_against(seed: int) -> int:
    """Run against the hostile server of this seed; returns how many streams it served."""
    events: list[Event] = []
    async with _serving(seed) as hostile:
        request = RunRequest(
            requirements="Write the functions.",
            model=Model("test-model", "test", context_length=32_768, max_tokens=8_192),
            endpoint=Endpoint(Provider("test", f"http://127.0.0.1:{hostile.port}/v1")),
            limits=LIMITS,
            target="src/code.py" if seed % 3 else None,
        )
        async with asyncio.timeout(60):
            async for event in run(request):
                events.append(event)
    try:
        _check(events, hostile.served)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
    return hostile.served


def _check(events: list[Event], served: int) -> None:
    ends = [event for event in events if isinstance(event, RunFinished | RunFailed)]
    assert ends == [events[-1]], "not exactly one end"
    text = joined(events)
    assert served <= MOST_REQUESTS
    assert sum(isinstance(event, RequestStarted) for event in events) == served
    if isinstance(events[-1], RunFailed):
        assert events[-1].error.message
        assert events[-1].error.kind != AutocoderError.kind
        assert events[-1].resumable == bool(text)
    else:
        last = [event for event in events if isinstance(event, PartFinished)][-1]
        closed = any(map(_closes, text.split("\n"))) or text.rstrip().endswith("```")
        assert last.finish_reason is not None or closed, "finished without any end"
    for file in events:
        if isinstance(file, FileProposed) and file.complete:
            _check_complete(file, text, events)


def _check_complete(file: FileProposed, text: str, events: list[Event]) -> None:
    """What is called complete was sent, and something the server sent ended it."""
    for line in file.after.split("\n"):
        assert line in text, "a line that nobody sent"
    lines = text.split("\n")
    opened = [at for at, line in enumerate(lines) if read_opening(line) is not None]
    if opened:
        ends = [at for at, line in enumerate(lines) if _closes(line)]
        paths = {at: read_opening(lines[at]).path for at in opened}  # type: ignore[union-attr]
        of_file = [at for at in opened if paths[at] == file.path]
        assert of_file, "a file that no frame named"
        assert any(end > of_file[0] for end in ends), "an open frame that is called complete"
    else:
        # Bare text or a code block: only a proper end of the reply can end it.
        last = [event for event in events if isinstance(event, PartFinished)][-1]
        assert isinstance(events[-1], RunFinished)
        assert last.finish_reason not in (None, "length")
        assert sum(line.startswith("```") for line in lines) != 1, (
            "an open code block that is called complete"
        )


def _closes(line: str) -> bool:
    return read_closing(line.strip()) is not None or line.rstrip().endswith("</file>")


async def test_no_run_crashes_hangs_or_calls_a_cut_file_complete() -> None:
    served, streams = 0, 1 if ONLY else RUNS
    left = seeds(streams)

    async def work() -> None:
        nonlocal served
        while served < streams and (seed := next(left, None)) is not None:
            more = await _run_against(seed)
            served += more

    async with asyncio.TaskGroup() as group:
        for _ in range(1 if ONLY else AT_ONCE):
            group.create_task(work())
    assert served >= streams
