"""The loopback server itself, spoken to with bare sockets."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.demo.server import DemoServer


async def talk(server: DemoServer, request: bytes) -> bytes:
    """Everything the server says to `request` until it closes the connection."""
    port = int(server.base_url.removesuffix("/v1").rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    if b"Connection: close" not in request:
        writer.write_eof()
    reply = await reader.read()
    writer.close()
    return reply


def post(body: object) -> bytes:
    data = json.dumps(body).encode()
    lines = ["POST /v1/chat/completions HTTP/1.1", "Host: x", "Connection: close"]
    return "\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data


async def test_models_are_listed() -> None:
    async with DemoServer(models=("a", "b")) as server:
        reply = await talk(server, b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert [entry["id"] for entry in json.loads(body)["data"]] == ["a", "b"]


async def test_it_answers_on_loopback_only_and_records_what_it_got() -> None:
    async with DemoServer([Reply("hi", chunk_size=1)]) as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        reply = await talk(server, post({"messages": [{"role": "user", "content": "é"}]}))
    assert b'"content": "h"' in reply
    assert b"data: [DONE]" in reply
    assert reply.endswith(b"0\r\n\r\n")
    (received,) = server.requests
    assert received.messages == [{"role": "user", "content": "é"}]
    assert received.headers["host"] == "x"


async def test_a_script_that_is_used_up_says_so() -> None:
    async with DemoServer([]) as server:
        reply = await talk(server, post({"messages": []}))
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b"the script has only 0 replies" in reply


async def test_an_unknown_path_is_a_404() -> None:
    async with DemoServer() as server:
        reply = await talk(server, b"GET /elsewhere HTTP/1.1\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "request_bytes", [b"", b"\x00\xff\r\n\r\n", b"GET", b"POST / HTTP/1.1\r\n"]
)
async def test_what_is_no_request_does_not_upset_it(request_bytes: bytes) -> None:
    async with DemoServer(models=("still here",)) as server:
        await talk(server, request_bytes)
        assert b"still here" in await talk(server, b"GET /v1/models HTTP/1.1\r\n\r\n")


async def test_the_pace_is_kept() -> None:
    async with DemoServer([Reply("x" * 20, chunk_size=1)], tokens_per_second=200) as server:
        begun = time.monotonic()
        await talk(server, post({"messages": []}))
        assert time.monotonic() - begun >= 20 / 200


async def test_leaving_it_does_not_wait_for_a_stalled_reply() -> None:
    asked = asyncio.Event()

    def stall(received: Received) -> Reply:
        asked.set()
        return Reply(stall="headers")

    async with asyncio.timeout(5):
        async with DemoServer(stall) as server:
            talking = asyncio.create_task(talk(server, post({"messages": []})))
            await asked.wait()
        await talking
