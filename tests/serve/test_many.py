"""Many clients at once, of a server that is a process of its own; and a kill under their load."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from autocoder_tui.demo.script import Received, Reply
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from autocoder_tui.system.descriptors import allow_many
from tests.serve.served import events_of
from tests.serve.test_process import process
from tests.watched_server import WatchedServer

_FLAGS = ("--rate", "100000/second", "--at-once", "1000")


def numbered(received: Received) -> Reply:
    mark = received.messages[-1]["content"].split()[-1]
    return Reply("".join(f"{mark}:{number}\n" for number in range(200)), delay=0.01)


def memory_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


async def test_a_thousand_idle_sockets_and_streams_beside_them(tmp_path: Path) -> None:
    allow_many()
    async with (
        WatchedServer(numbered) as model,
        process(tmp_path, model, *_FLAGS) as (running, url),
        httpx2.AsyncClient(
            base_url=url,
            timeout=120,
            trust_env=False,
            limits=httpx2.Limits(max_connections=None),
        ) as client,
        AsyncExitStack() as sockets,
    ):
        await client.post("/generate-code/", json={"prompt": "Say warm"})
        before = memory_mb(running.pid)
        address = url.replace("http", "ws") + "/ws"
        opened = []
        for _ in range(20):
            some = [connect(address, proxy=None, ping_interval=None) for _ in range(50)]
            opened += await asyncio.gather(*map(sockets.enter_async_context, some))
        assert len(opened) == 1000

        async def stream(number: int) -> str:
            answer = await client.post("/generate-code/", json={"prompt": f"Say s{number}"})
            return answer.text

        texts = await asyncio.gather(*(stream(number) for number in range(60)))
        for number, text in enumerate(texts):
            assert text == "".join(f"s{number}:{at}\n" for at in range(200))
        # A socket that was idle serves like any other.
        await opened[500].send(json.dumps({"messages": [{"role": "user", "content": "Say it"}]}))
        assert json.loads(await asyncio.wait_for(opened[500].recv(), 20))["type"] == "token"
        assert memory_mb(running.pid) - before < 150


async def test_a_kill_under_load_loses_nothing_that_a_client_had(tmp_path: Path) -> None:
    heard: dict[str, str] = {}
    came = 0  # characters of replies, of those who get nothing else

    async def read(url: str, number: int, accept: str) -> None:
        nonlocal came
        run_id, body = "", ""
        try:
            async with (
                httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client,
                client.stream(
                    "POST",
                    "/generate-code/",
                    json={"prompt": f"Say s{number}"},
                    headers={"accept": accept},
                ) as answer,
            ):
                run_id = answer.headers["x-run-id"]
                async for piece in answer.aiter_text():
                    body += piece
                    came += len(piece) if accept == "text/plain" else 0
        except httpx2.HTTPError:
            pass
        if accept == "text/event-stream":
            body = body[: body.rfind("\n\n") + 2]
            body = "".join(
                json.loads(data)["text"] for name, data in events_of(body) if name == "delta"
            )
        heard[run_id] = body

    async def converse(url: str, number: int) -> None:
        nonlocal came
        run_id, text = "", ""
        try:
            async with connect(url.replace("http", "ws") + "/ws", proxy=None) as socket:
                said = [{"role": "user", "content": f"Say s{number}"}]
                await socket.send(json.dumps({"messages": said, "announce": True}))
                while True:
                    frame = json.loads(await socket.recv())
                    run_id = frame.get("run_id", run_id)
                    text += frame.get("content", "")
                    came += len(frame.get("content", ""))
        except ConnectionClosed:
            heard[run_id] = text

    async with WatchedServer(numbered) as model:
        async with process(tmp_path, model, *_FLAGS) as (running, url):
            readers = [
                asyncio.create_task(
                    converse(url, number)
                    if number % 3 == 0
                    else read(url, number, ("text/plain", "text/event-stream")[number % 3 - 1])
                )
                for number in range(24)
            ]
            async with asyncio.timeout(20):
                while len(model.requests) < 24:
                    await asyncio.sleep(0.02)
            async with asyncio.timeout(30):
                while came < 1500:
                    await asyncio.sleep(0.02)
            running.kill()
            await asyncio.gather(*readers)
        async with asyncio.timeout(30):
            while model.dropped < 24:  # no upstream request stays open
                await asyncio.sleep(0.02)
    history = History(tmp_path / "state")
    recover_runs(history)
    assert len(heard) == 24
    assert sum(map(len, heard.values())) > 1000
    for run_id, text in heard.items():
        assert history.get(run_id).reply.startswith(text)
