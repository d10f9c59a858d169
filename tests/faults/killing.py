"""Killing the real program while a server sends it text, and measuring what is gone."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path
from typing import Any, TypeAlias

from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from tests.terminal.program import environment

PERIOD = 0.004
"""Seconds between two pieces: 250 a second."""
LINES = "".join(f"    total_{number} = price({number}) * 1.19\n" for number in range(2000))
TEXT = f'<file path="out.py">\ndef main():\n{LINES}</file>\n'
PIECE = re.compile(r"\s*\S{1,6}")
CUT_AFTER = 60
"""Pieces in each part of a reply that is cut off by length."""


@dataclass
class Sending:
    """One stream: when each piece left, and how far into the stream's bytes its end was."""

    client_port: int
    pieces: list[str]
    begin: int
    """The character of TEXT at which what is sent begins, after what it repeats."""
    echo: int
    """Characters it repeats first."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    times: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """Bytes on the wire up to the end of each piece."""

    def reached(self) -> list[int]:
        """How far into TEXT each piece goes."""
        lengths = itertools.accumulate(len(piece) for piece in self.pieces)
        return [self.begin + max(0, length - self.echo) for length in lengths]


def whole(asked: dict[str, Any]) -> str:
    """TEXT in one reply."""
    return TEXT


def _copied(asked: dict[str, Any]) -> str:
    """What the last message of a continuation wants copied."""
    said = asked["messages"][-1]["content"]
    return str(said.partition("(they are the last lines above):\n")[2].partition("\nThen go on")[0])


def with_echo(asked: dict[str, Any]) -> str:
    """What is still missing of TEXT, after the lines that were to be repeated."""
    shown = _shown(asked)
    return TEXT if shown is None else f"{_copied(asked)}\n{TEXT[len(shown) :]}"


def plain_rest(asked: dict[str, Any]) -> str:
    """What is still missing of TEXT, and no echo."""
    shown = _shown(asked)
    return TEXT if shown is None else TEXT[len(shown) :]


def _shown(asked: dict[str, Any]) -> str | None:
    said = [turn["content"] for turn in asked["messages"] if turn["role"] == "assistant"]
    return str(said[-1]) if said else None


Reply: TypeAlias = Callable[[dict[str, Any]], str]


class PacedServer:
    """Sends TEXT at a steady pace to whoever asks, and notes the time of each piece."""

    def __init__(self, reply: Reply) -> None:
        self.base_url = ""
        self._reply = reply
        self.sendings: list[Sending] = []
        self.arrived = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled when the test is over; a server of asyncio would report that as an error.
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"POST /v1/chat/completions"):
                writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                writer.close()
                return
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            asked = json.loads(await reader.readexactly(int(length.group(1)) if length else 0))
            said, begin = self._reply(asked), len(_shown(asked) or "")
            cut = self._reply is not whole
            pieces = PIECE.findall(said)[: CUT_AFTER if cut else None]
            echo = len(said) - len(TEXT) + begin
            sending = Sending(writer.get_extra_info("peername")[1], pieces, begin, echo)
            self.sendings.append(sending)
            self.arrived.set()
            await self._stream(writer, sending)
            if cut:
                end = json.dumps({"choices": [{"index": 0, "finish_reason": "length"}]})
                writer.write(f"data: {end}\n\ndata: [DONE]\n\n".encode())
                await writer.drain()
            writer.close()

    async def _stream(self, writer: asyncio.StreamWriter, sending: Sending) -> None:
        sent = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        writer.write(sent)
        total, begun = len(sent), time.monotonic()
        for count, piece in enumerate(sending.pieces):
            frame = json.dumps({"choices": [{"index": 0, "delta": {"content": piece}}]})
            data = f"data: {frame}\n\n".encode()
            total += len(data)
            sending.times.append(time.monotonic())
            sending.ends.append(total)
            writer.write(data)
            await writer.drain()
            sending.begun.set()
            await asyncio.sleep(max(0.0, begun + (count + 1) * PERIOD - time.monotonic()))


@asynccontextmanager
async def paced_server(reply: Reply) -> AsyncIterator[PacedServer]:
    paced = PacedServer(reply)
    server = await asyncio.start_server(paced.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    paced.base_url = f"http://127.0.0.1:{port}/v1"
    try:
        yield paced
    finally:
        server.close()


@dataclass(frozen=True)
class Loss:
    """What a kill cost: of the text the program had read, what is not in history, in characters
    and in the milliseconds since the first missing piece was sent, those left out in which the
    program stood in line for a processor."""

    characters: int
    milliseconds: float
    kept: int
    requests: int


async def killed_headless(folder: Path, seconds: float, reply: Reply = whole) -> Loss:
    """Start `autocoder-tui run`, and kill it `seconds` into the stream."""
    async with paced_server(reply) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "autocoder_tui", "run", *_flags(folder, server)],
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return await _kill(process.pid, folder, server, seconds)
        finally:
            process.kill()
            process.wait()


async def killed_on_screen(folder: Path, seconds: float, reply: Reply = whole) -> Loss:
    """Start the full-screen program on a pseudo-terminal, run, and kill it the same way."""
    async with paced_server(reply) as server:
        pid, terminal = pty.fork()
        if pid == 0:
            flags = _flags(folder, server)
            os.execve(
                sys.executable,
                [sys.executable, "-m", "autocoder_tui", *flags],
                environment(folder),
            )
        ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.kill(pid, signal.SIGWINCH)
        shown = bytearray()
        reading = threading.Thread(target=_drain, args=(terminal, shown), daemon=True)
        reading.start()
        try:
            async with asyncio.timeout(60):
                while b"Keep the prices" not in shown:
                    await asyncio.sleep(0.02)
                while not server.arrived.is_set():
                    os.write(terminal, b"\x12")  # Ctrl+R
                    with suppress(TimeoutError):
                        await asyncio.wait_for(server.arrived.wait(), 1)
            return await _kill(pid, folder, server, seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            reading.join(10)
            os.close(terminal)


def _drain(terminal: int, shown: bytearray) -> None:
    with suppress(OSError):
        while data := os.read(terminal, 1 << 16):
            shown += data


def _flags(folder: Path, server: PacedServer) -> list[str]:
    project = folder / "project"
    project.mkdir(parents=True, exist_ok=True)
    requirements = "Keep the prices"
    flags = ["--base-url", server.base_url, "-m", "m", "-r", requirements, "-o", "out.py"]
    return [str(project), *flags]


async def _kill(pid: int, folder: Path, server: PacedServer, seconds: float) -> Loss:
    async with asyncio.timeout(60):
        await server.arrived.wait()
        await server.sendings[0].begun.wait()
    in_line: list[tuple[float, float]] = []
    watching = asyncio.create_task(_watch_line(pid, in_line))
    await asyncio.sleep(seconds)
    # Stopped first, so that what it has not read yet can be told from what it lost.
    os.kill(pid, signal.SIGSTOP)
    at = time.monotonic()
    await asyncio.sleep(0.02)
    watching.cancel()
    *earlier, last = server.sendings
    unread, on_wire = _unread(last.client_port), (last.ends or [0])[-1]
    os.kill(pid, signal.SIGKILL)
    received = sum(end <= on_wire - unread for end in last.ends)
    await asyncio.to_thread(_wait_until_gone, folder)
    kept = await asyncio.to_thread(_kept_text, folder)
    pairs = enumerate(zip(kept, TEXT, strict=False))
    good = next((at for at, (had, wanted) in pairs if had != wanted), min(len(kept), len(TEXT)))
    came = [pair for one in earlier for pair in zip(one.reached(), one.times, strict=True)]
    came += list(zip(last.reached()[:received], last.times, strict=False))
    # A part says again what the end of the one before it was.
    missing = max(0, max((reached for reached, _ in came), default=0) - good)
    sent = [time for reached, time in came if reached > good]
    lost = 0.0
    if sent:
        before = [waited for then, waited in in_line if then <= min(sent)]
        stood = in_line[-1][1] - (before or [in_line[0][1]])[-1] if in_line else 0.0
        lost = max(0.0, at - min(sent) - stood) * 1000
    return Loss(missing, lost, good, len(server.sendings))


async def _watch_line(pid: int, in_line: list[tuple[float, float]]) -> None:
    """Note every few milliseconds how long the process has stood in line for a processor."""
    while True:
        with suppress(OSError, ValueError, IndexError):
            figures = Path(f"/proc/{pid}/schedstat").read_text().split()
            in_line.append((time.monotonic(), int(figures[1]) / 1e9))
        await asyncio.sleep(0.005)


def _unread(port: int) -> int:
    """Bytes the kernel has received for the connection from `port` that nobody has read."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        established, closed_there = "01", "08"
        if fields[1].endswith(f":{port:04X}") and fields[3] in (established, closed_there):
            return int(fields[4].split(":")[1], 16)
    return 0  # all was read, and the connection closed


def _wait_until_gone(folder: Path) -> None:
    """The kernel lets go of a killed program's lock in its own time."""
    history = History(folder / "state")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if recover_runs(history).offered:
            return
        time.sleep(0.02)
    raise AssertionError("nothing to recover was found")


def _kept_text(folder: Path) -> str:
    """What the program itself prints of the newest run."""
    done = subprocess.run(
        [sys.executable, "-m", "autocoder_tui", "history", "show", "last", "--reply"],
        env=environment(folder),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode()
