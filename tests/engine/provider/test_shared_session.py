"""Connections that runs share, and bodies whose pieces are taken together."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.engine.catalog import Endpoint, Provider, Secret
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.engine.events import RunFailed, RunFinished, TextDelta
from autocoder_tui.engine.provider.shared_session import SharedSessions
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.run import run
from tests.engine.test_run import MODEL, QUICK
from tests.watched_server import WatchedServer


def query(endpoint: Endpoint, question: str) -> RunRequest:
    return RunRequest(
        question,
        MODEL,
        endpoint,
        limits=replace(QUICK, max_attempts=1),
        mode="query",
        purpose="query",
        instructions="Answer.",
    )


async def said(sessions: SharedSessions, endpoint: Endpoint, question: str = "x") -> str:
    request = query(endpoint, question)
    events = [event async for event in run(request, session=sessions.of(endpoint, request.limits))]
    assert isinstance(events[-1], RunFinished), events[-1]
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_runs_one_after_another_use_one_connection() -> None:
    async with WatchedServer(lambda received: Reply("Yes.")) as server:
        sessions, endpoint = SharedSessions(), Endpoint(Provider("p", server.base_url))
        assert [await said(sessions, endpoint) for _ in range(4)] == ["Yes."] * 4
        assert server.connections == 1
        # Another key is another client: no request carries a key that is not its own.
        keyed = Endpoint(Provider("p", server.base_url), Secret("sk-of-somebody"))
        await asyncio.gather(said(sessions, keyed), said(sessions, endpoint))
    keys = [request.headers.get("authorization") for request in server.requests]
    assert keys[:4] == [None] * 4
    assert sorted(keys[4:], key=str) == ["Bearer sk-of-somebody", None]


async def test_many_at_once_get_each_its_own_text() -> None:
    def answer(received: Received) -> Reply:
        number = received.messages[-1]["content"].split()[-1]
        return Reply(f"{number} is it.\n" * 50, chunk_size=5)

    async with WatchedServer(answer) as server:
        sessions, endpoint = SharedSessions(), Endpoint(Provider("p", server.base_url))
        texts = await asyncio.gather(*(said(sessions, endpoint, f"Say {n}") for n in range(40)))
    assert texts == [f"{number} is it.\n" * 50 for number in range(40)]


async def test_one_that_is_left_closes_its_own_connection_and_no_other() -> None:
    def answer(received: Received) -> Reply:
        if "stall" in received.messages[-1]["content"]:
            return Reply("a b c d", stall="middle", cut_after=3)
        return Reply("word " * 400, delay=0.001)

    async with WatchedServer(answer) as server:
        sessions, endpoint = SharedSessions(), Endpoint(Provider("p", server.base_url))
        other = asyncio.create_task(said(sessions, endpoint))
        left = asyncio.create_task(said(sessions, endpoint, "stall"))
        async with asyncio.timeout(10):
            while len(server.requests) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        await asyncio.wait_for(server.wait_for_drop(), 20)
        assert await other == "word " * 400
        assert server.dropped == 1


async def test_a_broken_stream_is_an_error_of_its_run_alone() -> None:
    def answer(received: Received) -> Reply:
        if "break" in received.messages[-1]["content"]:
            return Reply("a b c d", cut="reset", cut_after=3)
        return Reply("word " * 400, delay=0.001)

    async with WatchedServer(answer) as server:
        sessions, endpoint = SharedSessions(), Endpoint(Provider("p", server.base_url))
        other = asyncio.create_task(said(sessions, endpoint))
        request = query(endpoint, "break")
        session = sessions.of(endpoint, request.limits)
        events = [event async for event in run(request, session=session)]
        assert isinstance(events[-1], RunFailed)
        assert await other == "word " * 400


async def test_an_address_that_is_none_is_refused_each_time() -> None:
    sessions = SharedSessions()
    for _ in range(2):
        with pytest.raises(RequestError):
            sessions.of(Endpoint(Provider("p", "ftp://x")), QUICK)
