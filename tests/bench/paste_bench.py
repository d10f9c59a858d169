"""How long the program is busy with a paste of 5,000 lines in the requirements, and a key after it.

    python -m tests.bench.paste_bench

The program runs in a pseudo-terminal, as a person starts it. Beside it: a paste of ten lines.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.terminal.program import Pseudoterminal, terminal

LINES = 5_000
_TRIES = 5
_REST = 4.0
"""Seconds the program is given to start, and to come to rest between two pastes."""


def pasted(screen: Pseudoterminal, lines: int, number: int) -> tuple[float, float]:
    """Seconds until the end of a paste is seen, and until a key pressed then is."""
    text = "".join(
        f"line {line} of what is wanted, as a person would write it\r" for line in range(lines)
    )
    begun = time.perf_counter()
    screen.press(f"\x1b[200~{text}end-{number}-{lines}\x1b[201~")
    screen.until_shows(f"end-{number}-{lines}", seconds=120)
    seen = time.perf_counter()
    screen.press("§")
    screen.until_shows(f"end-{number}-{lines}§", seconds=120)
    return seen - begun, time.perf_counter() - seen


def main() -> None:
    key = {"HYPERBOLIC_API_KEY": "none-is-sent"}
    with tempfile.TemporaryDirectory() as place, terminal(Path(place), environ=key) as screen:
        screen.until_shows("ready")
        for lines in (10, LINES):
            times = []
            for number in range(_TRIES):
                time.sleep(_REST)
                times.append(pasted(screen, lines, number))
            for what, at in (("shown", 0), ("the next key", 1)):
                ordered = sorted(one[at] for one in times)
                middle, worst = ordered[_TRIES // 2] * 1000, ordered[-1] * 1000
                print(
                    f"{lines:6,} lines, {what:14} median {middle:7.1f} ms   worst {worst:7.1f} ms"
                )


if __name__ == "__main__":
    main()
