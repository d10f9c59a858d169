"""What streaming to the screen costs, and how soon the first screen is there.

    python tests/bench/stream_bench.py            everything, about four minutes
    python tests/bench/stream_bench.py stream     CPU seconds per 10,000 streamed tokens
    python tests/bench/stream_bench.py startup    seconds until the first paint

Each measurement is a process of its own under a pseudo-terminal of 120 x 40 that is read as
fast as it is written; the server is another process. CPU seconds are those of the process,
all threads, from the first to the last token. The numbers depend on the machine: compare them
with each other.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from fcntl import ioctl
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from autocoder_tui.store.journal.journal import Journal

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

TOKENS = 10_000
TOKENS_PER_SECOND = 1_000.0
SIZE = (40, 120)


# ---------------------------------------------------------------------- the server


def reply_text() -> str:
    """About TOKENS tokens of framed Python files: the package's own."""
    from autocoder_tui.demo.script import tokens

    pieces: list[str] = []
    for path in sorted((ROOT / "autocoder_tui").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        pieces += tokens(f'Now {name}.\n\n<file path="{name}">\n{path.read_text()}</file>\n\n')
        if len(pieces) >= TOKENS:
            break
    return "".join(pieces[:TOKENS])


async def serve() -> None:
    from autocoder_tui.demo.script import Reply
    from autocoder_tui.demo.server import DemoServer

    reply = Reply(text=reply_text())
    async with DemoServer(lambda _: reply, tokens_per_second=TOKENS_PER_SECOND) as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


# ---------------------------------------------------------------------- the readers


async def read_bare(base_url: str) -> int:
    """The stream's bytes from a socket, each event decoded from JSON: the least there is."""
    parts = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    body = json.dumps({"model": "demo", "stream": True, "messages": []}).encode()
    head = f"POST {parts.path}/chat/completions HTTP/1.1\r\nhost: x\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    count = 0
    while line := await reader.readline():
        if line.startswith(b"data: {"):
            choices = json.loads(line[6:])["choices"]
            count += bool(choices and choices[0]["delta"].get("content"))
        elif line.startswith(b"data: [DONE]"):
            break
    writer.close()
    return count


async def read_sdk(base_url: str) -> int:
    """The stream as the SDK hands it on, each event decoded from JSON."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(api_key="none", base_url=base_url, max_retries=0) as client:
        create = client.chat.completions.with_streaming_response.create
        count = 0
        async with create(model="demo", messages=[], stream=True) as response:
            async for line in response.iter_lines():
                if line.startswith("data: {"):
                    choices = json.loads(line[6:])["choices"]
                    count += bool(choices and choices[0]["delta"].get("content"))
    return count


async def read_events(base_url: str) -> AsyncIterator[object]:
    """The stream as the program reads it, as events."""
    from autocoder_tui.engine.catalog import Endpoint, Model, Provider
    from autocoder_tui.engine.events import TextDelta
    from autocoder_tui.engine.provider.capabilities import Capabilities
    from autocoder_tui.engine.provider.chat import stream_reply
    from autocoder_tui.engine.provider.chunks import Text
    from autocoder_tui.engine.request import Limits

    endpoint, model = Endpoint(Provider("bench", base_url)), Model("demo", "bench")
    messages = [{"role": "user", "content": "go"}]
    pieces = stream_reply(endpoint, model, messages, limits=Limits(), capabilities=Capabilities())
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Text):
                yield TextDelta(piece.text)


async def read_engine(base_url: str) -> int:
    return len([None async for _ in read_events(base_url)])


def in_app(
    base_url: str, *, shown: bool, kept: Path | None, report: Callable[[int, float], None]
) -> None:
    """The stream read in a Textual app that shows nothing, or the output and the meters, and
    writes it down in the folder `kept` before."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    from autocoder_tui.engine.events import CostEstimate, Event, RequestStarted, RunStarted
    from autocoder_tui.engine.run_state import RunState
    from autocoder_tui.runs.event_batches import pump
    from autocoder_tui.ui.widgets.meters.meters import Meters
    from autocoder_tui.ui.widgets.stream.view import StreamView

    class BenchApp(App[None]):
        CSS = "StreamView { height: 1fr; } #left { width: 24; dock: left; }"

        def compose(self) -> ComposeResult:
            yield Static("files", id="left")
            if shown:
                yield StreamView()
                yield Meters()

        def on_mount(self) -> None:
            self.run_worker(self.work())

        async def work(self) -> None:
            await warm_up()
            begun = time.process_time()
            count = await (self.show() if shown else read_engine(base_url))
            report(count, time.process_time() - begun)
            self.exit()

        async def show(self) -> int:
            view, meters, state = self.query_one(StreamView), self.query_one(Meters), RunState()
            state.apply(RunStarted("r", "m", CostEstimate(1, 16384, True, None, None)), 0)
            state.apply(RequestStarted(1), time.monotonic())
            meters.show_run(state, time.monotonic())

            def deliver(events: object) -> None:
                for event in events:  # type: ignore[attr-defined]
                    view.append(event.text)

            def seen(event: Event) -> None:
                state.apply(event, time.monotonic())

            events = read_events(base_url)
            journal = None if kept is None else begun_journal(kept)
            keep = None if journal is None else journal.append
            await pump(events, deliver, seen=seen, keep=keep)  # type: ignore[arg-type]
            if journal is not None:
                journal.close()
            assert view.text == reply_text()
            return state.stats.chunks

    BenchApp().run()


def begun_journal(folder: Path) -> Journal:
    from autocoder_tui.store.journal.journal import Journal
    from autocoder_tui.store.snapshot import Snapshot

    snapshot = Snapshot("r", "j", "2026-01-01", "/", "x", None, "m", "p", "http://127.0.0.1/v1")
    return Journal(folder, snapshot, print)


async def warm_up() -> None:
    """Import and set up once what any first request would."""
    # As anybody loads the SDK, which the program does not.
    await asyncio.to_thread(importlib.import_module, "openai.resources.chat")

    from autocoder_tui.engine.provider.chat import preload

    await asyncio.to_thread(preload)
    await asyncio.sleep(0.5)


def measure(kind: str, base_url: str, result: Path) -> None:
    def report(count: int, seconds: float) -> None:
        result.write_text(json.dumps({"tokens": count, "seconds": seconds}))

    async def plainly(read: Callable[[str], object]) -> None:
        await warm_up()
        begun = time.process_time()
        count = await read(base_url)  # type: ignore[misc]
        report(count, time.process_time() - begun)

    if kind in ("bare", "engine"):
        asyncio.run(plainly(read_bare if kind == "bare" else read_engine))
    else:
        kept = result.parent / "state" if kind == "kept" else None
        in_app(base_url, shown=kind != "nothing", kept=kept, report=report)


# ---------------------------------------------------------------------- under a terminal


def under_terminal(command: list[str], until: bytes | None = None, limit: float = 120.0) -> float:
    """Run `command` until it ends or has written `until`; the seconds that took."""
    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execv(command[0], command)
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    seen, taken = b"", 0.0
    while time.perf_counter() - begun < limit:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            data = os.read(terminal, 1 << 16)
        except OSError:  # how Linux says that the other end is closed
            break
        if until is not None and not taken:
            seen += data
            if until in seen:
                taken = time.perf_counter() - begun
                os.kill(pid, signal.SIGTERM)  # and read on, so that it can leave tidily
                limit = taken + 5
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(terminal)
    os.waitpid(pid, 0)
    return taken or time.perf_counter() - begun


def bench_stream(rounds: int) -> None:
    me = [sys.executable, str(Path(__file__))]
    kinds = {
        "bare": "(a) bytes and JSON, no program",
        "engine": "    the engine's reading, no app",
        "nothing": "(b) an app that shows nothing",
        "shown": "(c) with live output and meters",
        "kept": "(d) the same, in a journal before",
    }
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([*me, "serve"], stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        base_url = server.stdout.readline().strip()
        result = Path(folder) / "result"
        for _ in range(rounds):
            for kind in kinds:
                under_terminal([*me, "measure", kind, base_url, str(result)])
                measured = json.loads(result.read_text())
                assert measured["tokens"] >= TOKENS * 0.99, measured
                seconds[kind].append(measured["seconds"] * TOKENS / measured["tokens"])
                result.unlink()
        server.kill()
    print(f"CPU seconds per 10,000 tokens at {TOKENS_PER_SECOND:,.0f}/s, median of {rounds}:")
    for kind, title in kinds.items():
        every = "  ".join(f"{value:.2f}" for value in seconds[kind])
        print(f"  {title:<34} {statistics.median(seconds[kind]):5.2f}   ({every})")
    ratio = statistics.median(seconds["shown"]) / statistics.median(seconds["nothing"])
    print(f"  (c) / (b)                          {ratio:5.2f}   aim: at most 1.5")
    ratio = statistics.median(seconds["kept"]) / statistics.median(seconds["shown"])
    print(f"  (d) / (c)                          {ratio:5.2f}   aim: at most 1.05")


EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("first paint")
Empty().run()
"""


def bench_startup(rounds: int) -> None:
    empty = [sys.executable, "-c", EMPTY_APP]
    real = [sys.executable, "-m", "autocoder_tui", "--demo"]
    os.chdir(ROOT)
    times: dict[str, list[float]] = {"empty": [], "real": []}
    for number in range(rounds + 1):
        for kind, command, mark in (("empty", empty, b"first paint"), ("real", real, b"Files")):
            taken = under_terminal(command, until=mark, limit=30)
            if number:  # the first of each fills the disk cache
                times[kind].append(taken)
    print(f"Seconds to the first paint, median of {rounds}:")
    for kind, title in (("empty", "an empty Textual app"), ("real", "autocoder-tui --demo")):
        every = "  ".join(f"{value:.2f}" for value in times[kind])
        print(f"  {title:<34} {statistics.median(times[kind]):5.2f}   ({every})")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="?", default="all")
    parser.add_argument("arguments", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.what == "serve":
        asyncio.run(serve())
    elif options.what == "measure":
        kind, base_url, result = options.arguments
        measure(kind, base_url, Path(result))
    else:
        if options.what in ("all", "stream"):
            bench_stream(options.rounds)
        if options.what in ("all", "startup"):
            bench_startup(options.rounds)


if __name__ == "__main__":
    main()
