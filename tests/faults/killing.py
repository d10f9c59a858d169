"""Killing the real program while a server sends it text, and measuring what is gone."""

from __future__ import annotations

import asyncio
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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

from autocoder_tui.store.history import History
from autocoder_tui.store.recovery import recover_runs

ROOT = Path(__file__).parents[2]
PERIOD = 0.004
"""Seconds between two pieces: 250 a second."""
LINES = "".join(f"    total_{number} = price({number}) * 1.19\n" for number in range(2000))
TEXT = f'<file path="out.py">\ndef main():\n{LINES}</file>\n'
PIECES = re.findall(r"\s*\S{1,6}", TEXT)


@dataclass
class Sending:
    """One stream: when each piece left, and how far into the stream's bytes its end was."""

    client_port: int
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    times: list[float] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """Bytes on the wire up to the end of each piece."""


class PacedServer:
    """Sends TEXT at a steady pace to whoever asks, and notes the time of each piece."""

    def __init__(self) -> None:
        self.base_url = ""
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
            await reader.readexactly(int(length.group(1)) if length else 0)
            sending = Sending(writer.get_extra_info("peername")[1])
            self.sendings.append(sending)
            self.arrived.set()
            await self._stream(writer, sending)
        writer.close()

    async def _stream(self, writer: asyncio.StreamWriter, sending: Sending) -> None:
        sent = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        writer.write(sent)
        total, begun = len(sent), time.monotonic()
        for count, piece in enumerate(PIECES):
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
async def paced_server() -> AsyncIterator[PacedServer]:
    paced = PacedServer()
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
    and in the milliseconds since the first missing piece was sent."""

    characters: int
    milliseconds: float
    kept: int


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return {
        **kept,
        "AUTOCODER_TUI_CONFIG_DIR": str(folder / "config"),
        "AUTOCODER_TUI_STATE_DIR": str(folder / "state"),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
    }


async def killed_headless(folder: Path, seconds: float) -> Loss:
    """Start `autocoder-tui run`, and kill it `seconds` into the stream."""
    async with paced_server() as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "autocoder_tui", "run", *_flags(folder, server)],
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return await _kill(process.pid, folder, server, seconds)
        finally:
            process.kill()
            process.wait()


async def killed_on_screen(folder: Path, seconds: float) -> Loss:
    """Start the full-screen program on a pseudo-terminal, run, and kill it the same way."""
    async with paced_server() as server:
        pid, terminal = pty.fork()
        if pid == 0:
            flags = _flags(folder, server)
            os.execve(
                sys.executable,
                [sys.executable, "-m", "autocoder_tui", *flags],
                _environment(folder),
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
        (sending,) = server.sendings
        await sending.begun.wait()
    await asyncio.sleep(seconds)
    # Stopped first, so that what it has not read yet can be told from what it lost.
    os.kill(pid, signal.SIGSTOP)
    at = time.monotonic()
    await asyncio.sleep(0.02)
    unread = _unread(sending.client_port)
    on_wire = sending.ends[-1]
    os.kill(pid, signal.SIGKILL)
    received = sum(end <= on_wire - unread for end in sending.ends)
    await asyncio.to_thread(_wait_until_gone, folder)
    kept = await asyncio.to_thread(_kept_text, folder)
    assert TEXT.startswith(kept)
    had = len("".join(PIECES[:received]))
    missing = max(0, had - len(kept))
    length = 0
    for piece, sent in zip(PIECES[:received], sending.times, strict=False):
        length += len(piece)
        if length > len(kept):
            return Loss(missing, (at - sent) * 1000, len(kept))
    return Loss(0, 0.0, len(kept))


def _unread(port: int) -> int:
    """Bytes the kernel has received for the connection from `port` that nobody has read."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[3] == "01":
            return int(fields[4].split(":")[1], 16)
    raise AssertionError("the connection is gone")


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
        env=_environment(folder),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return done.stdout.decode()
