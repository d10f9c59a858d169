"""What streaming costs: the processor's time, memory, and nothing at all while it is idle."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from tests.bench import run_bench
from tests.bench.keys_bench import KEYS, Blocks, measured
from tests.bench.report.figure import Figure, Goal, percentile
from tests.bench.report.pairs import in_turns, middle
from tests.bench.start_bench import EMPTY, cpu_seconds, environment
from tests.terminal.program import Pseudoterminal

_NOTHING = "an app that takes it from the SDK and shows nothing"
_SIZES = (10_000, 50_000, 200_000)
_FLAT = 1.15
"""The largest of the sizes may cost so much more for each token than the smallest."""
_MEMORY_MB = 120
_IDLE_SECONDS = 30.0
_CODEX_ONCE_MS = 13
"""The p95 of codex beside the program, when the goal was set."""


def at_a_pace(rounds: int) -> list[Figure]:
    last, idle, _ = _costs(10_000, 1_000, rounds)
    what = "CPU per 10,000 tokens at 1,000 a second"
    return [
        Figure.of_pairs(f"{what}, to the last token", "s", last, _NOTHING, Goal("times", 1.35)),
        Figure.of_pairs(f"{what}, until idle", "s", idle, _NOTHING, Goal("times", 1.5)),
    ]


def as_read(rounds: int, sizes: tuple[int, ...] = _SIZES) -> list[Figure]:
    """As fast as it is read: CPU of each size, and the memory of the largest."""
    costs = {size: _costs(size, 0, rounds) for size in sizes}
    found = [
        Figure.of_pairs(
            f"CPU per 10,000 tokens as fast as read, {size:,} of them, until idle",
            "s",
            idle,
            _NOTHING,
            Goal("most", 1.2, ", flat"),
        )
        for size, (_, idle, _) in costs.items()
    ]
    if found[-1].ours > _FLAT * found[0].ours:
        found[-1] = replace(found[-1], fails="the cost per token grows with the size")
    what = f"Peak memory, {sizes[-1]:,} tokens"
    goal = Goal("most", _MEMORY_MB)
    return [*found, Figure.of_pairs(what, "MB", costs[sizes[-1]][2], _NOTHING, goal)]


_Both: TypeAlias = list[tuple[float, float]]


def _costs(count: int, rate: float, rounds: int) -> tuple[_Both, _Both, _Both]:
    """Of the program and of the app that shows nothing: CPU seconds per 10,000 tokens to the last
    one and until idle, and the peak in MB."""
    with run_bench.server(count, rate) as (url, streamed):
        pairs = in_turns(
            rounds, lambda: run_bench.of_program(url), lambda: run_bench.of_nothing(url)
        )
    share = 10_000 / streamed
    last = [(one[0] * share, other[0] * share) for one, other in pairs]
    idle = [(one[1] * share, other[1] * share) for one, other in pairs]
    return last, idle, [(one[2], other[2]) for one, other in pairs]


def at_rest(rounds: int) -> list[Figure]:
    """The share of a processor that is taken while nobody does anything, of both side by side."""
    commands = {"empty": [sys.executable, "-c", EMPTY]}
    commands["program"] = [sys.executable, "-m", "autocoder_tui"]
    shares: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            screens = {}
            try:
                for name, command in commands.items():
                    place = Path(folder) / name
                    place.mkdir()
                    screens[name] = Pseudoterminal(
                        command, environ=environment(place), folder=place, size=run_bench.SIZE
                    )
                for screen in screens.values():
                    screen.until(lambda screen=screen: screen.picture.text.strip())  # type: ignore[misc]
                    run_bench.until_idle(screen.process.pid)
                before = {name: cpu_seconds(one.process.pid) for name, one in screens.items()}
                begun = time.monotonic()
                time.sleep(_IDLE_SECONDS)
                took = time.monotonic() - begun
                for name, screen in screens.items():
                    spent = cpu_seconds(screen.process.pid) - before[name]
                    shares[name].append(100 * spent / took)
            finally:
                for screen in screens.values():
                    run_bench.end(screen)
    pairs = list(zip(shares["program"], shares["empty"], strict=True))
    goal = Goal("most", 0.5)
    return [Figure.of_pairs("CPU while idle", "%", pairs, "an empty Textual app", goal)]


def keys(rounds: int, count: int = KEYS) -> list[Figure]:
    """A letter typed while a reply streams in. Where codex is to be had the goal is to be no later
    than it, and else what it once took."""
    times = measured(count, rounds)
    plain = "a text area in an app that shows nothing of the stream"
    if not times.codex:
        most = Goal("most", _CODEX_ONCE_MS, ", as codex once was")
        return _keys("", times.program, times.plain, plain, most)
    return [
        *_keys("", times.program, times.codex, times.codex_version, Goal("times", 1)),
        *_keys(", beside a text area", times.program, times.plain, plain, None),
    ]


def _keys(which: str, ours: Blocks, beside: Blocks, name: str, goal: Goal | None) -> list[Figure]:
    """The late ones have the goal. The figures are of all keys, the ratio that of the blocks."""
    found = []
    for said, share in (("p50", 0.5), ("p95", 0.95)):
        pairs = [
            (percentile(one, share), percentile(other, share))
            for one, other in zip(ours, beside, strict=True)
        ]
        found.append(
            Figure(
                f"Key to paint while streaming, {said}{which}",
                percentile([*chain(*ours)], share) * 1000,
                "ms",
                sum(map(len, ours)),
                percentile([*chain(*beside)], share) * 1000,
                name,
                goal if share > 0.5 else None,
                paired=middle(pairs)[2],
            )
        )
    return found
