"""How soon the program is there."""

from __future__ import annotations

import statistics
import sys

from tests.bench.report.figure import Figure, Goal
from tests.bench.start_bench import EMPTY, measured


def first_paint(rounds: int) -> list[Figure]:
    """Beside an empty Textual app, in turns; the first of each is not counted: it fills caches."""
    empty: list[float] = []
    painted: list[float] = []
    panes: list[float] = []
    for number in range(rounds + 1):
        (plain, _), *_ = measured([sys.executable, "-c", EMPTY], [""])
        first, full, *_ = measured([sys.executable, "-m", "autocoder_tui"], ["", "module_19.py"])
        if number:
            empty.append(plain)
            painted.append(first[0])
            panes.append(full[0])
    base, beside = statistics.median(empty), "an empty Textual app"
    return [
        Figure(
            "Start to first paint",
            statistics.median(painted),
            "s",
            rounds,
            base,
            beside,
            Goal("times", 1.3),
        ),
        Figure("Start to all panes", statistics.median(panes), "s", rounds, base, beside),
    ]
