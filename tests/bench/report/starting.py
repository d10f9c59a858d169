"""How soon the program is there."""

from __future__ import annotations

import statistics
import sys

from tests.bench.report.figure import Figure, Goal
from tests.bench.start_bench import EMPTY, FLAGS, OURS, TYPED, measured

_SAYS = {
    "frame": "Start to first paint",
    "workspace": "Start to all panes",
    "typed is there": "Start to what was typed at the first paint",
}


def first_paint(rounds: int) -> list[Figure]:
    """Beside an empty Textual app, in turns; the first of each is not counted: it fills caches."""
    empty: list[float] = []
    ours: dict[str, list[float]] = {mark: [] for mark in OURS}
    for number in range(rounds + 1):
        (_, plain, _), *_ = measured([sys.executable, "-c", EMPTY], {"painted": ""})
        *found, _ = measured([sys.executable, "-m", "autocoder_tui", *FLAGS], OURS, TYPED)
        if number:
            empty.append(plain)
            for mark, wall, _ in found:
                ours[mark].append(wall)
    base, beside = statistics.median(empty), "an empty Textual app"
    goal = Goal("times", 1.3)
    return [
        Figure(
            _SAYS[mark],
            statistics.median(walls),
            "s",
            rounds,
            base,
            beside,
            goal if mark == "frame" else None,
        )
        for mark, walls in ours.items()
    ]
