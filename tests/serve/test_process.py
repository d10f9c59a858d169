"""The server as a process: its words at the start, its workers, its end, and a kill."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from tests.serve.test_generate_code import ANSWER
from tests.watched_server import WatchedServer


@asynccontextmanager
async def process(
    tmp_path: Path, model: WatchedServer, *flags: str, stdout: int = subprocess.DEVNULL, **more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`autocoder-tui serve` at a free port, and its address."""
    environment = {
        **os.environ,
        "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state"),
        **more,
    }
    command = [sys.executable, "-m", "autocoder_tui", "serve", str(tmp_path), "--port", "0",
               "-m", "m", "--base-url", model.base_url, *flags]  # fmt: skip
    running = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=subprocess.PIPE, stdout=stdout
    )
    assert running.stderr is not None
    line = (await asyncio.wait_for(running.stderr.readline(), 30)).decode()
    found = re.search(r"http://\S+?(?=/)", line)
    assert found, line
    try:
        yield running, found[0]
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def ask(url: str, number: int) -> str:
    async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
        answer = await client.post("/generate-code/", json={"prompt": f"Number {number}."})
        return answer.text


async def test_workers_share_an_address_and_end_together(tmp_path: Path) -> None:
    async with WatchedServer(lambda received: Reply(ANSWER)) as model:
        async with process(tmp_path, model, "--workers", "2") as (running, url):
            texts = await asyncio.gather(*(ask(url, number) for number in range(8)))
            running.send_signal(signal.SIGTERM)
            await asyncio.wait_for(running.wait(), 15)
        assert texts == [ANSWER] * 8
    with pytest.raises(httpx2.ConnectError):
        await ask(url, 0)


async def test_after_a_kill_the_history_has_what_clients_had(tmp_path: Path) -> None:
    stalled = Reply(ANSWER, stall="middle", cut_after=100)
    heard: list[str] = []
    async with WatchedServer(lambda received: stalled) as model:

        async def listen(url: str) -> None:
            mine = ""
            async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
                try:
                    async with client.stream(
                        "POST", "/generate-code/", json={"prompt": "x"}
                    ) as answer:
                        async for piece in answer.aiter_text():
                            mine += piece
                except httpx2.HTTPError:
                    heard.append(mine)

        async with process(tmp_path, model) as (running, url):
            listeners = [asyncio.create_task(listen(url)) for _ in range(5)]
            async with asyncio.timeout(20):
                while len(model.requests) < 5:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)
            running.kill()
            await asyncio.gather(*listeners)
        async with asyncio.timeout(30):
            while model.dropped < 5:  # no upstream request stays open
                await asyncio.sleep(0.02)
    history = History(tmp_path / "state")
    recover_runs(history)
    kept = [history.get(run.run_id) for run in history.list()]
    assert len(heard) == len(kept) == 5
    assert all(run.reply.startswith(text) for run, text in zip(kept, heard, strict=True))
    assert {run.status for run in kept} == {"interrupted"}


def refused(tmp_path: Path, *flags: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "autocoder_tui", "serve", str(tmp_path), *flags],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "AUTOCODER_TUI_CONFIG_DIR": str(tmp_path / "config"),
             "AUTOCODER_TUI_STATE_DIR": str(tmp_path / "state")},
    )  # fmt: skip
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def test_what_cannot_be_served_is_said(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "--port" in refused(tmp_path, "--port", port)
    assert "60/minute" in refused(tmp_path, "--rate", "often")
    assert "redis://" in refused(tmp_path, "--limit-store", "mongodb://x")
    assert "port" in refused(tmp_path, "--port", "70000")


async def test_workers_end_with_the_process_that_began_them(tmp_path: Path) -> None:
    async with (
        WatchedServer(lambda received: Reply(ANSWER)) as model,
        process(tmp_path, model, "--workers", "3") as (running, url),
    ):
        assert await ask(url, 0) == ANSWER
        running.kill()
        async with asyncio.timeout(15):
            while True:
                try:
                    await ask(url, 1)
                except httpx2.HTTPError:
                    break
                await asyncio.sleep(0.1)
