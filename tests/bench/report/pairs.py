"""Ours and what stands beside it, measured in turns.

A machine is quicker in one minute than in the next, most of all one that others use too. What is
measured close together was measured on the same machine, so each figure of ours has a partner
beside it in time, and a ratio is the median of the ratios of those pairs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

_T = TypeVar("_T")
_U = TypeVar("_U")

Pairs: TypeAlias = list[tuple[_T, _U]]
"""What was found of ours, and of what stands beside it right before or after."""

_LOOPS = 400_000


def in_turns(rounds: int, ours: Callable[[], _T], beside: Callable[[], _U]) -> Pairs[_T, _U]:
    """Both of them `rounds` times: ours, beside, beside, ours and so on, so that what grows or
    shrinks all the while weighs on both alike."""
    found: Pairs[_T, _U] = []
    for number in range(rounds):
        if number % 2:
            other = beside()
            found.append((ours(), other))
        else:
            one = ours()
            found.append((one, beside()))
    return found


def middle(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float | None]:
    """The median of ours, of what stands beside it, and of the ratios of the pairs, which is None
    where one of them is to nothing."""
    ours, beside = zip(*pairs, strict=True)
    ratio = statistics.median(one / other for one, other in pairs) if all(beside) else None
    return statistics.median(ours), statistics.median(beside), ratio


def machine_ms() -> float:
    """Milliseconds of wall clock that a fixed loop in plain Python takes now, the median of five:
    how quick this machine is at this moment, others on it included."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        total = 0
        for number in range(_LOOPS):
            total += number & 3
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)
