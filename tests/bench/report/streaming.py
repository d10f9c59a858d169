"""What streaming costs: the processor's time, memory, and nothing at all while it is idle."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import run_bench
from tests.bench.keys_bench import KEYS, measured
from tests.bench.report.figure import Figure, Goal, percentile
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
    last, idle, _ = _medians(10_000, 1_000, rounds)
    what = "CPU per 10,000 tokens at 1,000 a second"
    return [
        Figure(f"{what}, to the last token", last[1], "s", rounds, last[0], _NOTHING, _times(1.35)),
        Figure(f"{what}, until idle", idle[1], "s", rounds, idle[0], _NOTHING, _times(1.5)),
    ]


def as_read(rounds: int, sizes: tuple[int, ...] = _SIZES) -> list[Figure]:
    """As fast as it is read: CPU of each size, and the memory of the largest."""
    costs = {size: _medians(size, 0, rounds) for size in sizes}
    ours = [idle[1] for _, idle, _ in costs.values()]
    steep = "" if ours[-1] <= _FLAT * ours[0] else "the cost per token grows with the size"
    found = [
        Figure(
            f"CPU per 10,000 tokens as fast as read, {size:,} of them, until idle",
            idle[1],
            "s",
            rounds,
            idle[0],
            _NOTHING,
            Goal("most", 1.2, ", flat"),
            steep if size == sizes[-1] else "",
        )
        for size, (_, idle, _) in costs.items()
    ]
    plain, program = costs[sizes[-1]][2]
    what = f"Peak memory, {sizes[-1]:,} tokens"
    goal = Goal("most", _MEMORY_MB)
    return [*found, Figure(what, program, "MB", rounds, plain, _NOTHING, goal)]


def _times(value: float) -> Goal:
    return Goal("times", value)


_Pair = tuple[float, float]


def _medians(count: int, rate: float, rounds: int) -> tuple[_Pair, _Pair, _Pair]:
    """Of the app that shows nothing and of the program: CPU seconds per 10,000 tokens to the last
    one and until idle, and the peak in MB."""
    report = run_bench.bench(count, rate, rounds, None)
    pairs = []
    for what in ("last", "idle", "peak_mb"):
        values = [report[name] for name in ("nothing", "program")]
        pairs.append(tuple(value[what] for value in values))  # type: ignore[index]
    return pairs[0], pairs[1], pairs[2]


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
    empty, program = (statistics.median(values) for values in shares.values())
    beside = "an empty Textual app"
    return [Figure("CPU while idle", program, "%", rounds, empty, beside, Goal("most", 0.5))]


def keys(rounds: int, count: int = KEYS) -> list[Figure]:
    """A letter typed while a reply streams in. Where codex is to be had the goal is to be no later
    than it, and else what it once took."""
    times = measured(count, rounds)
    plain = "a text area in an app that shows nothing of the stream"
    if not times.codex:
        most = Goal("most", _CODEX_ONCE_MS, ", as codex once was")
        return _keys("", times.program, times.plain, plain, most)
    return [
        *_keys("", times.program, times.codex, times.codex_version, _times(1)),
        *_keys(", beside a text area", times.program, times.plain, plain, None),
    ]


def _keys(
    which: str, ours: list[float], beside: list[float], name: str, goal: Goal | None
) -> list[Figure]:
    """The late ones have the goal."""
    return [
        Figure(
            f"Key to paint while streaming, {said}{which}",
            percentile(ours, share) * 1000,
            "ms",
            len(ours),
            percentile(beside, share) * 1000,
            name,
            goal if share > 0.5 else None,
        )
        for said, share in (("p50", 0.5), ("p95", 0.95))
    ]
