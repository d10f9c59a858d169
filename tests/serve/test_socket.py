"""Conversations over a WebSocket, against a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from autocoder_tui.demo.script import Received, Reply, Script, error_reply
from autocoder_tui.demo.server import DemoServer
from tests.engine.test_run import echoing
from tests.serve.served import Served, serving
from tests.serve.test_generate_code import ANSWER, _kept, until


def socket_of(served: Served, **options: Any) -> connect:
    return connect(served.url.replace("http", "ws") + "/ws", proxy=None, **options)


@asynccontextmanager
async def conversing(
    script: Script, tmp_path: Path, *flags: str, **more: Any
) -> AsyncIterator[tuple[Served, ClientConnection]]:
    """A server, and a socket to it."""
    async with serving(script, tmp_path, *flags, **more) as served, socket_of(served) as socket:
        yield served, socket


async def ask(socket: ClientConnection, text: str, **more: Any) -> list[dict[str, Any]]:
    """The frames of one answer."""
    await socket.send(json.dumps({"messages": [{"role": "user", "content": text}], **more}))
    frames = []
    while True:
        frames.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
        if frames[-1]["type"] in ("exit_token", "error"):
            return frames


def text_of(frames: list[dict[str, Any]]) -> str:
    text = ""
    for frame in frames:
        if frame["type"] == "token":
            text = text[: len(text) - frame.get("retract", 0)] + frame["content"]
    return text


async def test_a_conversation_of_two_questions(tmp_path: Path) -> None:
    async with conversing([Reply(ANSWER), Reply("Because")], tmp_path) as (served, socket):
        first = await ask(socket, "Greet.")
        assert text_of(first) == ANSWER
        assert first[-1]["reason"] == "done"
        said = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Greet."},
            {"role": "assistant", "content": ANSWER},
            {"role": "user", "content": "Why?"},
        ]
        await socket.send(json.dumps({"messages": said}))
        frame = json.loads(await socket.recv())
        assert frame == {"type": "token", "content": "Because"}
    assert served.model.requests[1].messages == said
    assert served.model.requests[0].messages[0]["role"] == "system"


async def test_a_cut_answer_is_one_answer(tmp_path: Path) -> None:
    async with conversing(echoing([150], whole=ANSWER), tmp_path) as (served, socket):
        assert text_of(await ask(socket, "Greet.")) == ANSWER


async def test_feedback_becomes_an_instruction_first(tmp_path: Path) -> None:
    async with conversing([Reply("Make it short.\n"), Reply("Hi.")], tmp_path) as (
        served,
        socket,
    ):
        frames = await ask(socket, "too long", feedback=True)
    assert frames[0] == {"type": "feedback", "content": "Make it short."}
    assert text_of(frames) == "Hi."
    assert served.model.requests[1].messages[-1]["content"] == "Make it short."
    assert "too long" in served.model.requests[0].messages[-1]["content"]


async def test_another_address_is_asked_only_where_that_is_allowed(tmp_path: Path) -> None:
    async with DemoServer([Reply("from there")]) as other:
        allowed = ("--allow-url", other.base_url)
        async with conversing([Reply("from here")], tmp_path, *allowed) as (served, socket):
            asked = {"model": "m", "custom_url": other.base_url}
            assert text_of(await ask(socket, "x", **asked)) == "from there"
            refused = {"model": "m", "custom_url": "http://169.254.169.254/v1"}
            (frame,) = await ask(socket, "x", **refused)
            assert frame["type"] == "error"
            assert "allow" in frame["message"]
            # The connection serves on.
            assert text_of(await ask(socket, "x")) == "from here"


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", "{}", '{"messages": []}', '{"messages": [{"role": "x", "content": ""}]}',
     '{"messages": "x"}', '{"messages": [{"role": "assistant", "content": "a"}]}'],
)  # fmt: skip
async def test_what_is_no_request_is_answered_with_an_error(tmp_path: Path, message: str) -> None:
    async with serving([Reply("ok")], tmp_path) as served, socket_of(served) as socket:
        await socket.send(message)
        frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
        assert frame["type"] == "error"
        assert frame["message"].endswith(".")
        assert text_of(await ask(socket, "x")) == "ok"


async def test_a_client_that_asks_is_told_the_runs_id_before_its_first_word(tmp_path: Path) -> None:
    replies = [Reply("Make it longer."), Reply("longer"), Reply("plain")]
    async with conversing(replies, tmp_path) as (served, socket):
        frames = await ask(socket, "too short", announce=True, feedback=True)
        assert [each["type"] for each in frames[:3]] == ["feedback", "start", "token"]
        assert frames[1]["run_id"] == frames[-1]["run_id"]
        found = await served.client.get(f"/snippets/{frames[1]['run_id']}")
        assert found.json()["text"] == "longer"
        assert (await ask(socket, "x"))[0]["type"] == "token"


async def test_an_upstream_failure_is_told_and_shows_no_key(tmp_path: Path) -> None:
    environ = {"LOCAL_API_KEY": "sk-canary-0123456789"}
    reply = error_reply(401, "bad key sk-canary-0123456789")
    async with conversing([reply], tmp_path, environ=environ) as (served, socket):
        (frame,) = await ask(socket, "x")
    assert frame["kind"] == "key_rejected"
    assert "canary" not in json.dumps(frame)


@pytest.mark.parametrize("how", ["leaves", "stops"])
async def test_leaving_or_stop_ends_the_upstream_request(tmp_path: Path, how: str) -> None:
    stalled = Reply(ANSWER, stall="middle", cut_after=60)
    async with conversing([stalled, Reply("on")], tmp_path) as (served, socket):
        message = {"messages": [{"role": "user", "content": "x"}]}
        await socket.send(json.dumps(message))
        await until(lambda: served.model.requests)
        json.loads(await socket.recv())
        if how == "leaves":
            await socket.close()
        else:
            await socket.send(json.dumps(message))
            while json.loads(await socket.recv())["type"] != "error":
                pass  # an answer is under way
            await socket.send("stop")
        await asyncio.wait_for(served.model.wait_for_drop(), 20)
        if how == "stops":
            while json.loads(await socket.recv())["type"] != "exit_token":
                pass
            assert text_of(await ask(socket, "y")) == "on"
        runs = await _kept(served.state)
    assert runs[-1].status == "cancelled"


async def test_two_sockets_do_not_mix(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        return Reply(f"{received.messages[-1]['content']}\n" * 3, delay=0.005)

    async with conversing(answer, tmp_path) as (served, one), socket_of(served) as two:
        first, second = await asyncio.gather(ask(one, "one"), ask(two, "two"))
    assert text_of(first) == "one\n" * 3
    assert text_of(second) == "two\n" * 3


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
async def test_a_page_of_another_site_gets_no_socket(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with serving([], tmp_path) as served:
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with socket_of(served, additional_headers=headers) as socket:
                await socket.recv()
        assert not served.model.requests
