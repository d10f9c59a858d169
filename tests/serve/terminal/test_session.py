"""The socket between a browser and a program in its terminal."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from autocoder_tui.serve.settings import TerminalSettings
from autocoder_tui.serve.terminal import session
from tests.serve.served import serving
from tests.serve.terminal.test_program import ENVIRON, gone, is_alive
from tests.serve.terminal.test_routes import enter, socket_of

PRELUDE = "import os, sys, time, tty; tty.setraw(0); put = lambda data: os.write(1, data)\n"


@asynccontextmanager
async def talking(
    tmp_path: Path, code: str, query: str = "", **more: Any
) -> AsyncIterator[ClientConnection]:
    """A socket to a program in Python that has its terminal in raw mode."""
    command = (sys.executable, "-I", "-c", PRELUDE + code)
    settings = TerminalSettings(command, ENVIRON, **more)
    async with serving([], tmp_path, "--app", terminal=settings) as served:
        cookie = await enter(served)
        async with socket_of(served, cookie, query) as socket:
            yield socket


async def heard(socket: ClientConnection, until: bytes) -> bytes:
    """What the program writes until that comes, shown at once."""
    said = b""
    async with asyncio.timeout(20):
        while until not in said:
            frame = await socket.recv()
            if isinstance(frame, bytes):
                said += frame
                await socket.send(json.dumps({"type": "shown", "bytes": len(frame)}))
    return said


async def last(socket: ClientConnection) -> tuple[dict[str, Any] | None, int]:
    """The last text frame before the socket is closed, and the code of that."""
    found = None
    try:
        async with asyncio.timeout(20):
            while True:
                frame = await socket.recv()
                found = json.loads(frame) if isinstance(frame, str) else found
    except ConnectionClosed as closed:
        return found, closed.rcvd.code if closed.rcvd is not None else 0


async def received_within(socket: ClientConnection, seconds: float) -> int:
    """How many bytes come in that time, none of them shown."""
    received = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                received += len(await socket.recv())
    return received


def resident() -> int:
    """The memory of this process, which the server is in, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def test_sizes_keys_and_bytes_go_to_and_fro(tmp_path: Path) -> None:
    code = """
import signal
size = lambda *_: put(b"%dx%d." % tuple(os.get_terminal_size()))
signal.signal(signal.SIGWINCH, size); size()
while True: put(os.read(0, 100))
"""
    async with talking(tmp_path, code, "?columns=101&rows=33") as socket:
        assert await heard(socket, b".") == b"101x33."
        await socket.send(b"\x00\xff\x1b[200~\xe2\x82\xac\x1b[201~\x03!")
        assert await heard(socket, b"!") == b"\x00\xff\x1b[200~\xe2\x82\xac\x1b[201~\x03!"
        await socket.send(json.dumps({"type": "size", "columns": 55, "rows": 10}))
        assert await heard(socket, b"10.") == b"55x10."


async def test_an_end_is_told_after_the_last_words(tmp_path: Path) -> None:
    async with talking(tmp_path, "put(b'last words')") as socket:
        assert await socket.recv() == b"last words"
        said, code = await last(socket)
    assert said == {"type": "ended", "message": "The program has ended."}
    assert code == 1000


async def test_whoever_leaves_ends_the_program(tmp_path: Path) -> None:
    code = "put(str(os.getpid()).encode() + b'.')\nwhile True: time.sleep(1)"
    async with talking(tmp_path, code) as socket:
        pid = int((await heard(socket, b"."))[:-1])
        assert is_alive(pid)
        await socket.close()
        await gone(pid)


async def test_a_browser_that_shows_nothing_is_sent_no_more_than_it_may_have(
    tmp_path: Path,
) -> None:
    code = "sent = 0\nwhile True: sent += put(b'x' * 50_000); put(b'')"
    async with talking(tmp_path, code) as socket:
        first = await received_within(socket, 1.5)
        assert session.MOST_UNSHOWN < first <= session.MOST_UNSHOWN + 70_000
        await socket.send(json.dumps({"type": "shown", "bytes": 100_000}))
        more = await received_within(socket, 1)
        assert 0 < more <= 100_000 + 70_000


async def test_a_browser_that_reads_nothing_costs_no_memory_and_nobody_else(
    tmp_path: Path,
) -> None:
    code = "while True: put(b'x' * 50_000)"
    command = (sys.executable, "-I", "-c", PRELUDE + code)
    settings = TerminalSettings(command, ENVIRON)
    async with serving([], tmp_path, "--app", terminal=settings) as served:
        cookie = await enter(served)
        async with socket_of(served, cookie) as stuck, socket_of(served, cookie) as quick:
            stuck.transport.pause_reading()
            before = resident()
            seen = 0
            async with asyncio.timeout(20):
                while seen < 20_000_000:
                    frame = await quick.recv()
                    seen += len(frame)
                    await quick.send(json.dumps({"type": "shown", "bytes": len(frame)}))
            assert resident() - before < 20_000_000
            stuck.transport.abort()


async def test_what_the_program_does_not_read_is_not_taken(tmp_path: Path) -> None:
    code = """
put(b"ready")
time.sleep(0.5)
left = 200_000
while left: left -= len(os.read(0, left))
put(b"all")
time.sleep(60)
"""
    async with talking(tmp_path, code) as socket:
        await heard(socket, b"ready")
        for _ in range(4):
            await socket.send(b"y" * 50_000)
        taken = 0
        async with asyncio.timeout(20):
            while taken < 200_000:
                frame = await socket.recv()
                taken += json.loads(frame)["bytes"] if isinstance(frame, str) else 0
        assert taken == 200_000


@pytest.mark.parametrize(
    "frame",
    [
        b"z" * (session.MOST_UNTAKEN + 1),
        "{",
        "[]",
        '{"type": "other"}',
        '{"type": "size", "columns": -1, "rows": 5}',
        '{"type": "size", "columns": 1e99, "rows": 5}',
        '{"type": "shown", "bytes": "x"}',
        '{"type": "shown", "bytes": 1, "more": 2}',
    ],
)
async def test_what_no_browser_sends_ends_the_session(tmp_path: Path, frame: Any) -> None:
    code = "put(str(os.getpid()).encode() + b'.')\nwhile True: time.sleep(1)"
    async with talking(tmp_path, code) as socket:
        pid = int((await heard(socket, b"."))[:-1])
        await socket.send(frame)
        assert (await last(socket))[1] == 1008
        await gone(pid)


async def test_more_shown_than_was_sent_gains_nothing(tmp_path: Path) -> None:
    code = "os.read(0, 1)\nwhile True: put(b'x' * 50_000)"
    async with talking(tmp_path, code) as socket:
        await socket.send(json.dumps({"type": "shown", "bytes": 10**15}))
        await socket.send(b"g")
        assert await received_within(socket, 1.5) < session.MOST_UNSHOWN + 70_000


async def test_a_session_without_keys_ends(tmp_path: Path) -> None:
    code = "while True: time.sleep(0.05); put(b'tick')"
    async with talking(tmp_path, code, idle_seconds=2.0) as socket:
        began = asyncio.get_running_loop().time()
        for _ in range(4):  # keys keep it
            await asyncio.sleep(0.6)
            await socket.send(b"k")
        said, code_of_close = await last(socket)
        assert asyncio.get_running_loop().time() - began > 3.9
    assert said is not None
    assert "without a key" in said["message"]
    assert code_of_close == 1000


async def test_a_command_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    settings = TerminalSettings(("/nowhere/at/all",), dict(os.environ))
    async with serving([], tmp_path, "--app", terminal=settings) as served:
        cookie = await enter(served)
        async with socket_of(served, cookie) as socket:
            said, _ = await last(socket)
    assert said is not None
    assert said["type"] == "ended"


async def test_a_key_is_shown_at_once(tmp_path: Path) -> None:
    code = "put(b'ready')\nwhile True: put(os.read(0, 100))"
    async with talking(tmp_path, code) as socket:
        await heard(socket, b"ready")
        waits = []
        for _ in range(50):
            began = time.perf_counter()
            await socket.send(b"k")
            while not isinstance(await socket.recv(), bytes):
                pass
            waits.append(time.perf_counter() - began)
    # Small pieces that wait for each other (Nagle's algorithm) take 40 ms each.
    assert sorted(waits)[10] < 0.03
