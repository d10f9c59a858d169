"""The network misbehaves, seen from outside: the headless program and the full-screen one, each
against a server that does not behave."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.widgets import TextArea

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.ui.screens.dialogs.question import Question
from autocoder_tui.ui.widgets.meters.meters import Meters
from tests.effort import FULL
from tests.engine.provider.test_failures import STREAM_START
from tests.headless.test_run import CANARY, environment, framed, heard, started
from tests.ui.driving import serving, until, view_of

ROOT_OF_TESTS = Path(__file__).parents[2]
MOST_MEMORY_KB = 300 * 1024
FRAME_START = b'data: {"choices": [{"index": 0, "delta": {"content": "'
FRAME_END = b'"}, "finish_reason": null}]}\n\n'


# ---------------------------------------------------------------- memory


def _bomb(first: bytes, again: bytes, times: int) -> bytes:
    """`first` and then `again` so many times, packed by gzip but for its end, which nobody
    should get to."""
    packer = zlib.compressobj(wbits=31)
    start = packer.compress(first) + packer.flush(zlib.Z_FULL_FLUSH)
    # A block after a full flush refers to nothing before it: it can stand as often as one likes.
    return start + (packer.compress(again) + packer.flush(zlib.Z_FULL_FLUSH)) * times


def _lines(count: int) -> Iterator[bytes]:
    """Frames of lines no two of which are equal: what repeats itself is stopped for that."""
    for first in itertools.count(step=count):
        text = "".join(f"total_{first + at} = {at}\\n" for at in range(count))
        yield FRAME_START + text.encode() + FRAME_END


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM_START + b"connection: close\r\n\r\n")
    for frame in _lines(400):
        if writer.transport.is_closing():
            break
        writer.write(frame)
        await writer.drain()


async def _endless_file(writer: asyncio.StreamWriter) -> None:
    start = FRAME_START + b'<file path=\\"out.py\\">\\n' + FRAME_END
    writer.write(STREAM_START + b"connection: close\r\n\r\n" + start)
    for frame in _lines(400):
        if writer.transport.is_closing():
            break
        writer.write(frame)
        await writer.drain()


async def _endless_nothing(writer: asyncio.StreamWriter) -> None:
    """Lines of an event that never ends."""
    writer.write(STREAM_START + b"connection: close\r\n\r\n")
    while not writer.transport.is_closing():
        writer.write(b"data:\n" * 10_000)
        await writer.drain()


async def _one_large_delta(writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM_START + b"connection: close\r\n\r\n" + FRAME_START)
    for first in range(0, 1_000_000, 10_000):
        writer.write(b"".join(rb"total_%d = 1\n" % at for at in range(first, first + 10_000)))
        await writer.drain()
    writer.write(FRAME_END)


async def _gzip_bomb(writer: asyncio.StreamWriter) -> None:
    head = STREAM_START + b"content-encoding: gzip\r\nconnection: close\r\n\r\n"
    writer.write(head + _bomb(FRAME_START, b"x" * 10**6, 1000))
    await writer.drain()


async def _twice_packed_bomb(writer: asyncio.StreamWriter) -> None:
    once = _bomb(b"", b": \n" * 10**6, 400)
    head = STREAM_START + b"content-encoding: gzip, gzip\r\nconnection: close\r\n\r\n"
    writer.write(head + _bomb(once, b"", 0))
    await writer.drain()


async def _large_header(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    for _ in range(20):
        writer.write(b"y" * 100_000)
        await writer.drain()
    writer.write(b"\r\n\r\n")


async def _large_error(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
    for _ in range(1000):
        writer.write(b"e" * 100_000)
        await writer.drain()


async def _large_structure(writer: asyncio.StreamWriter) -> None:
    writer.write(STREAM_START + b"connection: close\r\n\r\ndata: [" + b"{}," * 5_000_000)
    writer.write(b"{}]\n\ndata: [DONE]\n\n")
    await writer.drain()


def _full(*row: object) -> object:
    """A flood that takes long and has a sister among the others."""
    return pytest.param(*row, marks=pytest.mark.skipif(not FULL, reason="only with --full"))


FLOODS = [
    _full(_endless, "output_too_large", "8 MB"),
    (_endless_file, "output_too_large", "8 MB"),
    _full(_endless_nothing, "output_too_large", "8 MB"),
    (_one_large_delta, "output_too_large", "8 MB"),
    (_gzip_bomb, "output_too_large", "8 MB"),
    _full(_twice_packed_bomb, "output_too_large", "8 MB"),
    (_large_header, "not_a_reply", "127.0.0.1"),
    (_large_error, "bad_request", "400"),
    (_large_structure, "not_a_reply", "127.0.0.1"),
]


@asynccontextmanager
async def _flooding(
    flood: Callable[[asyncio.StreamWriter], object],
) -> AsyncIterator[tuple[str, list[int]]]:
    """A server that answers every request with this flood; its URL, and one entry per request."""
    asked: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            # Closing with the request half read would send a reset that overtakes the answer.
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            if b"/chat/completions " in head.partition(b"\r\n")[0]:
                # What is asked of the model's window and of how it counts is flooded as well.
                asked.append(1)
            await flood(writer)  # type: ignore[misc]
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", asked


@dataclass
class Measured:
    code: int
    out: str
    err: str
    most_kb: int


_MEASURED = """
import sys
from pathlib import Path
from autocoder_tui.cli.main import main
from tests.peak_memory import peak_kb
code = main(sys.argv[2:])
Path(sys.argv[1]).write_text(str(peak_kb()))
sys.exit(code)
"""


def _measured(folder: Path, *flags: str) -> Measured:
    """The headless program as a process of its own, and the most memory it ever held."""
    (folder / "project").mkdir()
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", _MEASURED, str(folder / "peak"), "run", *flags],
            cwd=folder / "project",
            env={**environment(folder), "PYTHONPATH": str(ROOT_OF_TESTS)},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        code = process.wait()
    most = int((folder / "peak").read_text())
    return Measured(code, out.read_text(), err.read_text(), most)


@pytest.mark.parametrize(("flood", "kind", "words"), FLOODS)
async def test_a_flood_ends_in_a_sentence_within_the_memory(
    tmp_path: Path, flood: Callable[[asyncio.StreamWriter], object], kind: str, words: str
) -> None:
    async with _flooding(flood) as (url, asked):
        at = ("--base-url", url, "-m", "m", "-r", "x", "-o", "out.py", "--json")
        done = await asyncio.to_thread(_measured, tmp_path, *at, "--first-byte-timeout", "60")
    error = json.loads(done.out)["error"]
    print(f"{flood.__name__}: {done.most_kb / 1024:.0f} MB")
    assert done.code == 1
    assert (error["kind"], len(asked)) == (kind, 1), error
    assert words in error["message"]
    assert len(error["message"]) < 700
    assert done.most_kb < MOST_MEMORY_KB
    assert "Traceback" not in done.err
    assert not (tmp_path / "project" / "out.py").exists()


async def test_many_thousand_deltas_stay_within_the_memory(tmp_path: Path) -> None:
    code = "".join(f"x{at} = 1\n" for at in range(10_000 if FULL else 3_000))
    async with DemoServer([Reply(framed(code), chunk_size=2)]) as server:
        at = ("--base-url", server.base_url, "-m", "m", "-r", "x", "-o", "out.py")
        done = await asyncio.to_thread(_measured, tmp_path, *at)
    assert done.code == 0
    assert done.most_kb < MOST_MEMORY_KB
    assert (tmp_path / "project" / "out.py").read_text() == code


# ---------------------------------------------------------------- waits, headless


async def test_a_wait_is_told_on_stderr_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    busy = error_reply(503, "busy", headers={"retry-after": "50"})
    async with DemoServer([busy] * 3) as server:
        at = ("--base-url", server.base_url, "-m", "m", "-r", "x", "-o", "out.py", "--json")
        process = await started(tmp_path, *at)
        await heard(process, b"Attempt 2 in 50.0 s")
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, _ = await asyncio.wait_for(process.communicate(), 20)
        # The engine lets go within 0.2 s; leaving takes the interpreter a moment more.
        assert time.monotonic() - begun < 5
        assert len(server.requests) == 1
    assert process.returncode == 130
    assert json.loads(out)["status"] == "cancelled"


async def test_a_long_wait_ends_the_headless_program_with_the_reason(tmp_path: Path) -> None:
    busy = error_reply(429, f"no {CANARY}", headers={"retry-after": "86400"})
    async with DemoServer([busy] * 3) as server:
        at = ("--base-url", server.base_url, "-m", "m", "-r", "x", "-o", "out.py")
        process = await started(tmp_path, *at)
        _, err = await asyncio.wait_for(process.communicate(), 30)
        assert len(server.requests) == 1
    assert process.returncode == 1
    assert "asks to wait 24 h" in err.decode()
    assert CANARY not in err.decode()
    assert not (tmp_path / "project" / "out.py").exists()


_SLOW_NAMES = """\
import socket, sys, time
known = socket.getaddrinfo
def getaddrinfo(host, *more, **named):
    if "slow" in str(host):
        print("asking for the name", file=sys.stderr, flush=True)
        time.sleep(30)
    return known(host, *more, **named)
socket.getaddrinfo = getaddrinfo
"""


async def test_a_name_server_that_does_not_answer_can_be_left(tmp_path: Path) -> None:
    """The system's resolver can't be interrupted: the program must not wait for it."""
    (tmp_path / "sitecustomize.py").write_text(_SLOW_NAMES)
    (tmp_path / "project").mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "autocoder_tui", "run", "--base-url", "https://slow.invalid/v1"),
        *("-m", "m", "-r", "x"),
        cwd=tmp_path / "project",
        env={**environment(tmp_path), "PYTHONPATH": f"{ROOT_OF_TESTS}{os.pathsep}{tmp_path}"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    await heard(process, b"asking for the name")
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 130


# ---------------------------------------------------------------- waits, on the screen

LATER = error_reply(429, "later \x1b]52;c;AAAA\x07", headers={"retry-after": "86400"})


@pytest.mark.parametrize(("key", "requests"), [("t", 2), ("s", 1), ("escape", 1), ("w", 1)])
async def test_the_screen_asks_about_a_long_wait(tmp_path: Path, key: str, requests: int) -> None:
    script = [LATER, Reply(framed("x = 1\n", "a.py"))]
    async with serving(tmp_path, script, "-r", "x") as (app, pilot, server):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, Question))
        asked = " ".join(str(part.render()) for part in app.screen.query(".dialog-text"))
        assert "24 h" in asked
        assert "\x1b" not in asked
        await pilot.press(key)
        if key == "w":
            await until(pilot, lambda: app.runner.state.waiting is not None)
            waiting = app.runner.state.waiting
            assert waiting is not None
            assert waiting.delay_seconds == 86_400
            await pilot.press("escape")
        await until(pilot, lambda: not app.runner.running)
        assert len(server.requests) == requests
        ends = {"t": "completed", "w": "cancelled"}
        assert app.runner.state.status == ends.get(key, "error")


async def test_the_screen_shows_a_wait_and_escape_ends_it_at_once(tmp_path: Path) -> None:
    busy = error_reply(503, "busy", headers={"retry-after": "50"})
    took = []
    async with serving(tmp_path, [busy] * 3, "-r", "x") as (app, pilot, server):
        await until(pilot, lambda: app.main.query_one("#requirements", TextArea).text)
        meters = app.main.query_one(Meters)
        for _ in range(3):
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.runner.state.waiting is not None)
            await until(pilot, lambda: meters.view and view_of(meters).phase == "retrying")
            assert view_of(meters).waiting_seconds is not None
            assert any("Attempt 2 in 50.0 s" in line for line in app.main.log_lines)
            begun = time.monotonic()
            app.action_stop()
            while app.runner.running:
                await asyncio.sleep(0.001)
            took.append(time.monotonic() - begun)
            assert app.runner.state.status == "cancelled"
        assert len(server.requests) == 3
    assert min(took) < 0.2, took
