"""Level 3's source: everything that goes over the wire, as it goes."""

from __future__ import annotations

import json
from contextlib import aclosing

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.errors import EngineError
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import HttpSession, stream_reply
from autocoder_tui.engine.trace import ChunkReceived, RequestSent, ResponseOpened, Traced
from autocoder_tui.runs.event_text import narrate_traced
from tests.engine.conversation import CANARY, MESSAGES, MODEL, QUICK, endpoint_at

FRAMES = ('{"choices": [{"delta": {"content": "hi"}}]}', "{broken", "[1]", "[DONE]")


async def traced(reply: Reply) -> tuple[list[Traced], str]:
    heard: list[Traced] = []
    async with DemoServer([reply, reply]) as server:
        endpoint = endpoint_at(server.base_url)
        async with HttpSession(endpoint, QUICK, heard.append) as session:
            pieces = stream_reply(
                endpoint,
                MODEL,
                MESSAGES,
                limits=QUICK,
                capabilities=Capabilities(),
                session=session,
            )
            try:
                async with aclosing(pieces):
                    async for _ in pieces:
                        pass
            except EngineError:
                pass
        assert heard, "nothing was told"
        sent = server.requests[0].body
    request = heard[0]
    assert isinstance(request, RequestSent)
    assert json.loads(json.dumps(request.body)) == sent
    assert CANARY not in repr(heard)
    return heard, server.base_url


async def test_requests_responses_and_chunks_are_told_as_they_are() -> None:
    heard, base = await traced(Reply(frames=FRAMES))
    assert [item.data for item in heard if isinstance(item, ChunkReceived)] == list(FRAMES)
    opened = next(item for item in heard if isinstance(item, ResponseOpened))
    assert opened.status == 200
    assert narrate_traced(heard[0]).startswith(f"request POST {base}/chat/completions {{")
    assert narrate_traced(opened) == 'response 200 {"content-type": "text/event-stream"}'


async def test_a_body_that_is_no_stream_is_told_whole() -> None:
    body = '{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}'
    heard, _ = await traced(Reply(body=body))
    assert heard[-1] == ChunkReceived(body)


async def test_the_body_of_an_error_is_told() -> None:
    heard, _ = await traced(error_reply(403, "not for you"))
    assert isinstance(heard[-1], ResponseOpened)
    assert heard[-1].status == 403
    assert "not for you" in heard[-1].body
