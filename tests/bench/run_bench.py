"""What a whole run costs the processor, in the program as a person runs it.

    python -m tests.bench.run_bench [TOKENS[xRATE] ...] [--rounds N] [--profile FILE]

The program is a child process in a pseudo-terminal of 120x40 that is read as fast as it is
written, its server another process. It is started, the run is begun by keys, and its CPU (user
and system, all threads) is taken from /proc: from the key to the last token, and until it is idle
again. Beside it stand, in the same turns, two apps that show nothing: `nothing` takes the same
stream from the SDK, chunk by chunk as it comes, decoded and no more, and so costs the same whatever
is done to the program; `reader` takes it as the program does, which gathers what comes. Seconds
per 10,000 tokens, medians, as a share of `nothing`; RATE is tokens a second, 0 for as fast as they
are read (10000x1000 and 50000x0 where none is given).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from autocoder_tui.demo.script import Reply, tokens
from autocoder_tui.demo.server import DemoServer
from tests.bench.start_bench import cpu_seconds, environment
from tests.terminal.program import ROOT, Pseudoterminal

Cost: TypeAlias = tuple[float, float, float]
"""CPU seconds to the last token and until idle, and the most memory in MB."""

SIZE = (120, 40)
QUIET = 0.011
"""CPU seconds in half a second below which it is idle."""
MODELS = """
[providers.bench]
base_url = "{url}"
key_variable = "BENCH_API_KEY"
key_file = "bench-api-key.txt"
[[models]]
name = "bench-model"
provider = "bench"
context_length = 2000000
max_tokens = 1000000
"""


def reply_text(count: int) -> str:
    """About `count` tokens of framed Python files: the package's own, again and again."""
    pieces: list[str] = []
    number = 0
    while True:
        for path in sorted((ROOT / "autocoder_tui").rglob("*.py")):
            name = f"turn{number}/{path.relative_to(ROOT).as_posix()}"
            text = path.read_text(encoding="utf-8")
            if "<file" in text:
                continue
            if len(pieces) >= count:
                return "".join(pieces)
            pieces += tokens(f'<file path="{name}">\n{text}</file>\n')
        number += 1


async def serve(count: int, rate: float) -> None:
    reply = Reply(text=reply_text(count))
    async with DemoServer(lambda _: reply, tokens_per_second=rate) as server:
        print(server.base_url, len(tokens(reply.text)), flush=True)
        await asyncio.Event().wait()


_SERVER = ("tests.bench.run_bench", "serve")


@contextmanager
def server(count: int, rate: float, module: Sequence[str] = _SERVER) -> Iterator[tuple[str, int]]:
    """The address of a server that streams about `count` tokens, in a process of its own, and how
    many there are."""
    me = [sys.executable, "-m", *module, str(count), str(rate)]
    with subprocess.Popen(me, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            url, streamed = process.stdout.readline().split()
            yield url, int(streamed)
        finally:
            process.kill()


NOTHING = """
import asyncio, sys, time
from textual.app import App
from textual.widgets import Static
from tests.bench.stream_bench import read_engine, read_sdk, warm_up
class Nothing(App):
    def compose(self):
        yield Static("ready")
    def on_mount(self):
        self.run_worker(self.work())
    async def work(self):
        await warm_up()
        self.query_one(Static).update("waiting")
        await asyncio.sleep(2)
        self.query_one(Static).update("reading")
        await {"nothing": read_sdk, "reader": read_engine}[sys.argv[2]](sys.argv[1])
        self.query_one(Static).update("finished")
Nothing().run()
"""


def until_idle(process: int) -> float:
    """Its CPU seconds once it does nothing any more."""
    quiet, before = 0, cpu_seconds(process)
    while quiet < 2:
        time.sleep(0.5)
        now = cpu_seconds(process)
        quiet = quiet + 1 if now - before <= QUIET else 0
        before = now
    return before


def of_program(url: str, profile: str | None = None) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "config").mkdir()
        (place / "config" / "models.toml").write_text(MODELS.format(url=url))
        project = place / "shop"
        project.mkdir()
        (project / "shop.py").write_text("x = 1\n")
        command = [sys.executable, "-m", "autocoder_tui", "-m", "bench-model", "-r", "go"]
        if profile:
            command = [*PROFILER, profile, *command]
        environ = environment(place) | {"BENCH_API_KEY": "none"}
        screen = Pseudoterminal(command, environ=environ, folder=project, size=SIZE)
        try:
            screen.until_shows("shop.py", "go")
            until_idle(screen.process.pid)
            before = cpu_seconds(screen.process.pid)
            screen.press("\x12")
            screen.until_shows("undecided", seconds=900)
            last = cpu_seconds(screen.process.pid)
            idle = until_idle(screen.process.pid)
            return last - before, idle - before, peak(screen.process.pid)
        finally:
            end(screen)


PROFILER = ["py-spy", "record", "-r", "200", "-f", "raw", "-o"]


def peak(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def of_nothing(url: str, reads: str = "nothing") -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        command = [sys.executable, "-c", NOTHING, url, reads]
        screen = Pseudoterminal(command, environ=environment(place), folder=ROOT, size=SIZE)
        try:
            screen.until_shows("waiting")
            before = cpu_seconds(screen.process.pid)
            screen.until_shows("finished", seconds=600)
            last = cpu_seconds(screen.process.pid)
            idle = until_idle(screen.process.pid)
            return last - before, idle - before, peak(screen.process.pid)
        finally:
            end(screen)


def end(screen: Pseudoterminal) -> None:
    screen.process.terminate()
    try:
        screen.process.wait(10)
    except subprocess.TimeoutExpired:
        screen.process.kill()
        screen.process.wait()
    screen.hang_up()


def bench(count: int, rate: float, rounds: int, profile: str | None) -> Mapping[str, object]:
    figures: dict[str, list[Cost]] = {"nothing": [], "reader": [], "program": []}
    with server(count, rate) as (url, streamed):
        for _ in range(rounds):
            figures["nothing"].append(of_nothing(url))
            figures["reader"].append(of_nothing(url, "reader"))
            figures["program"].append(of_program(url, profile))
    share = 10_000 / streamed
    report: dict[str, object] = {"tokens": streamed, "rate": rate, "rounds": rounds}
    base = statistics.median(last for last, _, _ in figures["nothing"]) * share
    print(f"{streamed} tokens at {rate:.0f}/s (0: as read); median of {rounds}")
    for name, rows in figures.items():
        last, idle, memory = (statistics.median(values) for values in zip(*rows, strict=True))
        last, idle = last * share, idle * share
        report[name] = {"last": last, "idle": idle, "peak_mb": memory}
        print(
            f"  {name:10} to the last token {last:6.2f} s ({last / base:4.2f}), until idle "
            f"{idle:6.2f} s ({idle / base:4.2f}), peak {memory:.0f} MB"
        )
    return report


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2]), float(sys.argv[3])))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", nargs="*", default=["10000x1000", "50000x0"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile")
    options = parser.parse_args()
    os.chdir(ROOT)
    reports = []
    for size in options.sizes:
        count, _, rate = size.partition("x")
        reports.append(bench(int(count), float(rate or 0), options.rounds, options.profile))
    print(json.dumps(reports))


if __name__ == "__main__":
    main()
