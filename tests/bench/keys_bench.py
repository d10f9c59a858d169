"""From a key to the letter it writes on the screen while a reply streams in.

    python -m tests.bench.keys_bench [KEYS]

The program runs in a pseudo-terminal of 120x40, its server in another process sends 1,000 tokens
a second. Letters are typed in the requirements at uneven moments, each of them one that is nowhere
else on the screen, and timed until it is written. Beside it, in turns: the same letters in a text
area of an app that reads the same stream and shows none of it, and, where it is found
(`tests/bench/codex.py`), in codex, while the same text comes at the same pace.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import codex
from tests.bench.raw_terminal import SIGNS, RawTerminal
from tests.bench.run_bench import MODELS, SIZE, end
from tests.bench.start_bench import environment
from tests.terminal.program import ROOT, Pseudoterminal

KEYS = 100
_TOKENS = 60_000
_RATE = 1_000
_PAUSES = (0.03, 0.09)
"""Seconds between two keys, as quick typing has them."""
_BEGUN = 2.0
"""Seconds of streaming before the first key."""

PLAIN = """
import sys
from textual.app import App
from textual.widgets import Static, TextArea
from tests.bench.stream_bench import read_engine, warm_up
class Plain(App):
    def compose(self):
        yield Static("ready")
        yield TextArea()
    def on_mount(self):
        self.query_one(TextArea).focus()
        self.run_worker(self.work())
    async def work(self):
        await warm_up()
        self.query_one(Static).update("reading")
        await read_engine(sys.argv[1])
Plain().run()
"""


_SERVER = ("tests.bench.run_bench", "serve")
_CODEX_SERVER = ("tests.bench.responses_server",)


@contextmanager
def server(count: int, rate: float, module: Sequence[str] = _SERVER) -> Iterator[str]:
    """The address of a server that streams `count` tokens, in a process of its own."""
    me = [sys.executable, "-m", *module, str(count), str(rate)]
    with subprocess.Popen(me, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[0]
        finally:
            process.kill()


def typed(screen: Pseudoterminal, count: int) -> list[float]:
    raw, dice = RawTerminal(screen), random.Random(3)
    raw.drain(_BEGUN)
    times = []
    for number in range(count):
        times.append(raw.timed(SIGNS[number], SIGNS[number]))
        raw.drain(dice.uniform(*_PAUSES))
    return times


def of_program(url: str, count: int) -> list[float]:
    """Seconds from each key to its letter, while the program streams."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "config").mkdir()
        (place / "config" / "models.toml").write_text(MODELS.format(url=url))
        project = place / "shop"
        project.mkdir()
        (project / "shop.py").write_text("x = 1\n")
        command = [sys.executable, "-m", "autocoder_tui", "-m", "bench-model", "-r", "go"]
        environ = environment(place) | {"BENCH_API_KEY": "none"}
        screen = Pseudoterminal(command, environ=environ, folder=project, size=SIZE)
        try:
            screen.until_shows("shop.py", "go")
            screen.press("\x12")
            screen.until_shows("turn0/")
            screen.press("f3")
            return typed(screen, count)
        finally:
            end(screen)


def of_plain(url: str, count: int) -> list[float]:
    """The same in an app that shows nothing of the stream."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PLAIN, url]
        environ = environment(Path(folder))
        screen = Pseudoterminal(command, environ=environ, folder=ROOT, size=SIZE)
        try:
            screen.until_shows("reading")
            return typed(screen, count)
        finally:
            end(screen)


def of_codex(command: str, url: str, count: int) -> list[float]:
    with codex.streaming(command, url) as screen:
        return typed(screen, count)


@dataclass(frozen=True, slots=True)
class Typed:
    """Seconds from key to letter of each key; `codex` is empty where it is not here."""

    program: list[float]
    plain: list[float]
    codex: list[float]
    codex_version: str = ""


def measured(count: int, rounds: int) -> Typed:
    """Of the program and of what stands beside it, in turns."""
    command = codex.found()
    times = Typed([], [], [], codex.version(command) if command else "")
    with server(_TOKENS, _RATE) as url, server(_TOKENS, _RATE, _CODEX_SERVER) as codex_url:
        for _ in range(rounds):
            times.plain.extend(of_plain(url, count))
            times.program.extend(of_program(url, count))
            if command:
                times.codex.extend(of_codex(command, codex_url, count))
    return times


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else KEYS
    times = measured(count, 1)
    rows = {"a plain text area": times.plain, "the program": times.program}
    if times.codex:
        rows[times.codex_version] = times.codex
    for name, values in rows.items():
        ordered = sorted(values)
        middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(
            f"{name:24} p50 {middle * 1000:6.1f} ms   p95 {late * 1000:6.1f} ms   n {len(values)}"
        )


if __name__ == "__main__":
    main()
