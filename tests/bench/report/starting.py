"""How soon the program is there."""

from __future__ import annotations

import sys

from tests.bench.report.figure import Figure, Goal
from tests.bench.report.pairs import in_turns
from tests.bench.start_bench import EMPTY, FLAGS, OURS, TYPED, measured

_SAYS = {
    "frame": "Start to first paint",
    "workspace": "Start to all panes",
    "typed is there": "Start to what was typed at the first paint",
}
_PAIRS = 2
"""Of each round: a start takes a moment only."""


def first_paint(rounds: int) -> list[Figure]:
    """Beside an empty Textual app, in turns; the first of each is not counted: it fills caches."""
    _empty(), _ours()
    pairs = in_turns(rounds * _PAIRS, _ours, _empty)
    return [
        Figure.of_pairs(
            said,
            "s",
            [(walls[mark], plain) for walls, plain in pairs],
            "an empty Textual app",
            Goal("times", 1.3) if mark == "frame" else None,
        )
        for mark, said in _SAYS.items()
    ]


def _empty() -> float:
    (_, wall, _), *_ = measured([sys.executable, "-c", EMPTY], {"painted": ""})
    return wall


def _ours() -> dict[str, float]:
    """Seconds to each of the marks."""
    *found, _ = measured([sys.executable, "-m", "autocoder_tui", *FLAGS], OURS, TYPED)
    return {mark: wall for mark, wall, _ in found}
