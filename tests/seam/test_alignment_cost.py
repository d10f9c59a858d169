"""Joining takes time by the length of what comes in, whatever it repeats."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from autocoder_tui.engine.seam import PartReader, plan_continuation

LINES = 600
TIMES = 4
MOST_GROWTH = 2.5
"""In time per line, for four times the lines. What grows by the square makes 4."""
UNNOTICED = 40e-6
"""Seconds a line. Less is no wait, and too little to compare."""


def functions(count: int) -> list[str]:
    kinds = (
        "def step_{0}(value):\n",
        "    total = value * {0}\n",
        "    return total + {0}\n",
        "\n",
    )
    return [kinds[number % 4].format(number // 4) for number in range(count)]


def otherwise(line: str) -> str:
    return line.replace("total", "the_total").replace("step", "the_step")


def restart(lines: list[str]) -> list[str]:
    """All lines again, every third in other words."""
    return [otherwise(line) if number % 3 == 0 else line for number, line in enumerate(lines)]


def near_misses(lines: list[str]) -> list[str]:
    """Line after line that is like those of the text, and none of them."""
    return [otherwise(line) for line in lines]


def one_line(lines: list[str]) -> list[str]:
    """One line of the text for ever."""
    return [lines[-3]] * len(lines)


def older_lines(lines: list[str]) -> list[str]:
    """Few lines of the text, over and over, never to its end."""
    return [lines[40 + number % 12] for number in range(len(lines))]


def equal_lines(lines: list[str]) -> list[str]:
    return passes(len(lines))


def passes(count: int) -> list[str]:
    return ["    pass\n"] * count


def seconds_a_line(kept: list[str], reply: list[str]) -> float:
    text = '<file path="a.py">\n' + "".join(kept)
    best = float("inf")
    for _ in range(2):
        begun = time.process_time()
        plan = plan_continuation(text, finish_reason="length")
        reader = PartReader(plan, text)
        for line in reply:
            reader.feed(line)
        reader.finish("stop")
        best = min(best, time.process_time() - begun)
    return best / (len(kept) + len(reply))


REPLIES = [restart, near_misses, one_line, older_lines, equal_lines]


@pytest.mark.parametrize("said", REPLIES, ids=lambda said: said.__name__)
@pytest.mark.parametrize("text", [functions, passes], ids=lambda text: text.__name__)
def test_the_time_a_line_takes_does_not_grow(
    text: Callable[[int], list[str]], said: Callable[[list[str]], list[str]]
) -> None:
    short, long = text(LINES), text(LINES * TIMES)
    slow = seconds_a_line(long, said(long))
    if slow < UNNOTICED:
        return
    fast = seconds_a_line(short, said(short))
    assert slow < max(UNNOTICED, fast * MOST_GROWTH), f"{fast * 1e6:.0f} us, then {slow * 1e6:.0f}"
