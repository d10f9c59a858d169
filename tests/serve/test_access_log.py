"""A line for every request: what is in it, and what is not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Reply, Script, error_reply
from autocoder_tui.serve import access_log
from autocoder_tui.serve.access_log import AccessLog, BadAccessLog
from autocoder_tui.serve.exchange import Exchange
from tests.serve.served import Served, serving
from tests.serve.test_generate_code import ANSWER, until
from tests.serve.test_process import ask as ask_process
from tests.serve.test_process import process
from tests.serve.test_protection import TOKEN
from tests.serve.test_socket import ask, socket_of
from tests.watched_server import WatchedServer

STALLED = Reply(ANSWER, stall="middle", cut_after=100)


@asynccontextmanager
async def logging(
    script: Script, tmp_path: Path, *flags: str, **more: Any
) -> AsyncIterator[tuple[Served, Path]]:
    file = tmp_path / "access.log"
    flags = ("--access-log", str(file), "--max-attempts", "1", *flags)
    async with serving(script, tmp_path, *flags, **more) as served:
        yield served, file


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


async def line(file: Path, count: int = 1) -> dict[str, Any]:
    """The line that is the so manyth."""
    await until(lambda: file.exists() and file.read_text().count("\n") >= count)
    found = lines(file)
    assert len(found) == count
    return found[-1]


async def test_a_run_with_its_figures(tmp_path: Path) -> None:
    async with logging([Reply(ANSWER)], tmp_path) as (served, file):
        answer = await served.client.post("/generate-code/", json={"prompt": "Greet."})
        said = await line(file)
        assert file.stat().st_mode & 0o777 == 0o600
    assert datetime.fromisoformat(said.pop("time")).tzinfo is not None
    first, total = said.pop("first_byte_ms"), said.pop("total_ms")
    assert 0 < first <= total < 20_000
    assert said.pop("prompt_tokens") > 0
    assert said.pop("completion_tokens") > 50
    assert said == {
        "client": "127.0.0.1", "method": "POST", "route": "/generate-code/", "status": 200,
        "ended": "complete", "model": "some-model", "run_id": answer.headers["x-run-id"],
        "cost_usd": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("script", "request_", "expected"),
    [
        ([error_reply(401, "no")], {"prompt": "x"}, (401, "failed", "key_rejected")),
        ([error_reply(500, "no")], {"prompt": "x"}, (500, "failed", "server_failed")),
        ([error_reply(429, "no")], {"prompt": "x"}, (429, "failed", "rate_limited")),
        ([], {"nothing": 1}, (400, "refused", "payload")),
        (
            [Reply(ANSWER, cut="reset", cut_after=100)],
            {"prompt": "x"},
            (200, "failed", "connection_lost"),
        ),
    ],
)
async def test_what_fails_says_its_kind(
    tmp_path: Path, script: Any, request_: Any, expected: tuple[int, str, str]
) -> None:
    async with logging(script, tmp_path, "--max-parts", "1") as (served, file):
        await served.client.post("/generate-code/", json=request_)
        said = await line(file)
    assert (said["status"], said["ended"], said["error"]) == expected


async def test_a_client_that_leaves_is_told_apart_and_what_it_cost_is_there(
    tmp_path: Path,
) -> None:
    async with logging(lambda received: STALLED, tmp_path) as (served, file):
        async with served.client.stream("POST", "/generate-code/", json={"prompt": "x"}) as answer:
            async for _ in answer.aiter_text():
                break
        said = await line(file)
    assert (said["status"], said["ended"]) == (200, "client_gone")
    assert said["completion_tokens"] > 0
    assert "error" not in said


async def test_a_client_that_leaves_before_the_first_byte(tmp_path: Path) -> None:
    waits = Reply(ANSWER, stall="accept")
    async with logging(lambda received: waits, tmp_path) as (served, file):
        asking = asyncio.create_task(served.client.post("/generate-code/", json={"prompt": "x"}))
        await until(lambda: served.model.requests)
        asking.cancel()
        said = await line(file)
    assert (said["status"], said["ended"], said["first_byte_ms"]) == (None, "client_gone", None)


async def test_refusals_have_their_route_and_no_query(tmp_path: Path) -> None:
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": TOKEN}
    async with logging([], tmp_path, environ=environ) as (served, file):
        wrong = "wrong-token-of-somebody"
        await served.client.get(f"/snippets/0123456789ab?token={wrong}")
        await served.client.get(f"/models?token={TOKEN}")
        await served.client.get("/no/such/thing?secret=canary")
        await served.client.request("BREW", "/models", headers={"host": "evil.example"})
        await served.client.delete("/models")
        await line(file, 5)
        found = lines(file)
        text = file.read_text()
    seen = [(each["method"], each["route"], each["status"], each["ended"]) for each in found]
    assert seen == [
        ("GET", "/snippets/{run_id}", 401, "refused"),
        ("GET", "/models", 200, "complete"),
        ("GET", None, 404, "refused"),
        ("OTHER", "/models", 403, "refused"),
        ("DELETE", "/models", 405, "refused"),
    ]
    assert "token" not in text
    assert "canary" not in text


async def test_no_prompt_answer_or_key_is_in_it(tmp_path: Path) -> None:
    environ = {"LOCAL_API_KEY": "sk-canary-0123456789"}
    script = [Reply("the canary answers"), error_reply(401, "sk-canary-0123456789 canary")]
    async with logging(script, tmp_path, environ=environ) as (served, file):
        for _ in range(2):
            asked = {"prompt": "canary?", "files": [{"path": "canary.py", "text": "canary"}]}
            await served.client.post(
                "/generate-code/?q=canary", json=asked, headers={"referer": "canary"}
            )
        await line(file, 2)
        assert "canary" not in file.read_text()


async def test_answers_within_a_conversation_have_lines_of_their_own(tmp_path: Path) -> None:
    replies = [Reply("one"), Reply("Make it two."), Reply("two"), error_reply(500, "no"), STALLED]
    async with logging(replies, tmp_path) as (served, file):
        async with socket_of(served) as socket:
            await ask(socket, "first")
            await ask(socket, "complaint", feedback=True)
            await ask(socket, "fails")
            await ask(socket, "never", custom_url="http://127.0.0.1:1/v1")
            await socket.send(json.dumps({"messages": [{"role": "user", "content": "x"}]}))
            async with asyncio.timeout(10):
                while "token" not in str(await socket.recv()):
                    pass
            await socket.send("stop")
            await until(lambda: len(lines(file)) == 5)
        await line(file, 6)
        found = lines(file)
    seen = [(each["method"], each["status"], each["ended"], each.get("error")) for each in found]
    assert seen == [
        ("ANSWER", 200, "complete", None),
        ("ANSWER", 200, "complete", None),
        ("ANSWER", 500, "failed", "server_failed"),
        ("ANSWER", 400, "refused", "request"),
        ("ANSWER", None, "stopped", None),
        ("WEBSOCKET", 101, "complete", None),
    ]
    assert {each["route"] for each in found} == {"/ws"}
    # Both requests of a complaint are booked.
    assert found[1]["prompt_tokens"] > found[0]["prompt_tokens"]


async def test_a_terminal_is_a_line_too(tmp_path: Path) -> None:
    from tests.serve.terminal.test_routes import enter, refused
    from tests.serve.terminal.test_routes import socket_of as terminal_of

    async with logging([], tmp_path, "--app") as (served, file):
        token = served.links[0]
        cookie = await enter(served)
        await refused(served, cookie, origin="http://evil.example")
        async with terminal_of(served, cookie) as socket:
            await socket.recv()
        await line(file, 3)
        found = lines(file)
        assert token not in file.read_text()
    seen = [(each["method"], each["route"], each["status"], each["ended"]) for each in found]
    assert seen == [
        ("GET", "/app", 303, "complete"),
        ("WEBSOCKET", "/app/socket", 403, "refused"),
        ("WEBSOCKET", "/app/socket", 101, "complete"),
    ]


def exchange(number: int = 1) -> Exchange:
    return Exchange("c", "GET", f"/{number}", ())


async def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    log = AccessLog(str(file))
    log.ended(exchange(1))
    await line(file)
    file.rename(tmp_path / "access.log.1")
    log.ended(exchange(2))
    assert (await line(file))["route"] == "/2"
    log.close()
    assert lines(tmp_path / "access.log.1")[-1]["route"] == "/1"


async def test_a_reader_that_does_not_read_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "_MOST_WAITING", 100)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    log = AccessLog(str(pipe))
    for number in range(5000):
        log.ended(exchange(number))
    read = b""
    async with asyncio.timeout(10):
        while b"left_out" not in read:
            try:
                read += os.read(reading, 65_536)
            except BlockingIOError:
                await asyncio.sleep(0.01)
                log.ended(exchange())
    os.close(reading)
    assert all(json.loads(each) for each in read.splitlines()[:-1])


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadAccessLog, match=r"is a directory\. Name another file"):
        AccessLog(str(tmp_path))


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_what_was_under_way_when_the_server_ended_is_written(
    tmp_path: Path, workers: str
) -> None:
    file = tmp_path / "access.log"
    flags = ("--access-log", str(file), "--workers", workers)
    async with (
        WatchedServer(lambda received: STALLED) as model,
        process(tmp_path, model, *flags) as (running, url),
    ):
        asking = asyncio.create_task(ask_process(url, 1))
        await until(lambda: model.requests, 20)
        running.send_signal(signal.SIGTERM)
        await asyncio.wait_for(running.wait(), 20)
        await asyncio.gather(asking, return_exceptions=True)
    (said,) = lines(file)
    assert (said["route"], said["ended"]) == ("/generate-code/", "stopped")
