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
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from tests.bench import codex
from tests.bench.raw_terminal import SIGNS, RawTerminal
from tests.bench.run_bench import MODELS, SIZE, end, server
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


_CODEX_SERVER = ("tests.bench.responses_server",)


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


Blocks: TypeAlias = list[list[float]]
"""Seconds from key to letter of each key, of each session."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Sessions, in the order of time; `codex` is empty where it is not here."""

    program: Blocks
    plain: Blocks
    codex: Blocks
    codex_version: str = ""


def measured(count: int, rounds: int) -> Typed:
    """`count` keys a session, of the program and of what stands beside it, there and back again
    so that each has both neighbours."""
    command = codex.found()
    times = Typed([], [], [], codex.version(command) if command else "")
    with (
        server(_TOKENS, _RATE) as (url, _),
        server(_TOKENS, _RATE, _CODEX_SERVER) as (codex_url, _),
    ):
        turn: list[tuple[Blocks, Callable[[str, int], list[float]], str]] = [
            (times.plain, of_plain, url),
            (times.program, of_program, url),
        ]
        if command:
            turn.append((times.codex, partial(of_codex, command), codex_url))
        for number in range(rounds):
            for blocks, session, address in reversed(turn) if number % 2 else turn:
                blocks.append(session(address, count))
    return times


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else KEYS
    times = measured(count, 1)
    rows = {"a plain text area": times.plain, "the program": times.program}
    if times.codex:
        rows[times.codex_version] = times.codex
    for name, blocks in rows.items():
        ordered = sorted(chain(*blocks))
        middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
        print(
            f"{name:24} p50 {middle * 1000:6.1f} ms   p95 {late * 1000:6.1f} ms   n {len(ordered)}"
        )


if __name__ == "__main__":
    main()
