"""What the two programs before this one promise of their HTTP, tried over real connections:
requests as usual, time-outs of a wait and of the whole, tries with growing pauses, payloads that
are invalid, and a conversation over a socket."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply, error_reply
from tests.serve.served import serving
from tests.serve.test_generate_code import until
from tests.serve.test_socket import ask, conversing, socket_of, text_of

WORDS = "one two three four five six seven eight nine ten\n"


async def test_the_code_comes_in_pieces_while_it_is_written(tmp_path: Path) -> None:
    reply = Reply(WORDS, delay=0.03)
    async with serving([reply], tmp_path) as served:
        came: list[tuple[float, str]] = []
        asked = {"prompt": "Count.", "model": "some-model"}
        async with served.client.stream("POST", "/generate-code/", json=asked) as answer:
            assert answer.headers["content-type"].startswith("text/plain")
            async for piece in answer.aiter_text():
                came.append((time.monotonic(), piece))
    assert "".join(piece for _, piece in came) == WORDS
    assert len(came) >= 6
    assert came[-1][0] - came[0][0] > 0.15


@pytest.mark.parametrize("stall", ["accept", "headers"])
async def test_a_wait_that_takes_too_long_is_504(tmp_path: Path, stall: Any) -> None:
    flags = ("--first-byte-timeout", "0.3", "--max-attempts", "2")
    async with serving([Reply(WORDS, stall=stall)] * 2, tmp_path, *flags) as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
        assert len(served.model.requests) == 2
    assert answer.status_code == 504
    assert answer.json()["error"]["kind"] in ("timed_out", "no_text")


async def test_the_whole_may_take_only_so_long(tmp_path: Path) -> None:
    flags = ("--total-timeout", "1")
    for reply, status in ((Reply("x", stall="accept"), 504), (Reply(WORDS * 50, delay=0.02), 200)):
        async with serving([reply] * 3, tmp_path, *flags) as served:
            begun = time.monotonic()
            answer = await served.client.post("/generate-code/", json={"prompt": "x"})
            assert answer.status_code == status
            assert 0.9 < time.monotonic() - begun < 30
        if status == 504:
            assert answer.json()["error"]["kind"] == "run_timed_out"
        else:
            said, _, last = answer.text.rstrip("\n").rpartition("\n")
            assert last.startswith("[error: ")
            assert (WORDS * 50).startswith(said)


async def test_silence_in_the_middle_is_said_at_the_end(tmp_path: Path) -> None:
    stalled = Reply(WORDS, stall="middle", cut_after=20)
    flags = ("--idle-timeout", "0.3", "--max-attempts", "1")
    async with serving([stalled] * 9, tmp_path, *flags) as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
    assert answer.status_code == 200
    assert answer.text.startswith(WORDS[:18])
    assert answer.text.splitlines()[-1].startswith("[error: ")


async def test_what_fails_for_a_moment_is_tried_again_after_growing_pauses(tmp_path: Path) -> None:
    times: list[float] = []

    def answer(received: Received) -> Reply:
        times.append(time.monotonic())
        return error_reply(503, "later") if len(times) < 4 else Reply(WORDS)

    async with serving(answer, tmp_path) as served:
        said = await served.client.post("/generate-code/", json={"prompt": "x"})
    assert (said.status_code, said.text) == (200, WORDS)
    first, second, third = (later - one for one, later in itertools.pairwise(times))
    assert first < second < third


async def test_a_conversation_has_its_frames(tmp_path: Path) -> None:
    replies = [Reply("Hello."), Reply("Be polite."), Reply("Good day."), error_reply(401, "no")]
    async with conversing(replies, tmp_path) as (served, socket):
        greeted = await ask(socket, "Greet.")
        assert {frame["type"] for frame in greeted[:-1]} == {"token"}
        assert (text_of(greeted), greeted[-1]["type"]) == ("Hello.", "exit_token")
        again = await ask(socket, "too short", feedback=True, model="some-model")
        assert [frame["type"] for frame in again[:2]] == ["feedback", "token"]
        assert text_of(again) == "Good day."
        (refused,) = await ask(socket, "x", custom_url="http://10.0.0.1/v1")
        assert refused["type"] == "error"
        (failed,) = await ask(socket, "x")
        assert (failed["type"], failed["kind"]) == ("error", "key_rejected")
        await socket.send("no JSON")
        assert json.loads(await socket.recv())["type"] == "error"
        assert len(served.model.requests) == 4


@pytest.mark.parametrize("feedback", [False, True])
@pytest.mark.parametrize("stall", ["accept", "headers", "middle"])
async def test_who_leaves_a_socket_ends_the_request_to_the_model(
    tmp_path: Path, stall: Any, feedback: bool
) -> None:
    reply = Reply(WORDS, stall=stall, cut_after=20)
    async with serving([reply], tmp_path) as served, socket_of(served) as socket:
        messages = [{"role": "user", "content": "x"}]
        await socket.send(json.dumps({"messages": messages, "feedback": feedback}))
        await until(lambda: served.model.requests)
        await socket.close()
        await asyncio.wait_for(served.model.wait_for_drop(), 20)


@pytest.mark.parametrize("accept", ["text/plain", "text/event-stream", "application/json"])
async def test_who_leaves_between_two_tries_asks_no_more(tmp_path: Path, accept: str) -> None:
    async with serving([error_reply(503, "later")] * 9, tmp_path) as served:
        headers = {"accept": accept}
        asking = asyncio.create_task(
            served.client.post("/generate-code/", json={"prompt": "x"}, headers=headers)
        )
        await until(lambda: served.model.requests)
        asking.cancel()
        await asyncio.sleep(1.5)  # the next try would come after 0.4 to 0.7 s
        assert len(served.model.requests) == 1
