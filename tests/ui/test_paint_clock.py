"""What a person waits for is painted at once, all else at a steady pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from autocoder_tui.ui.screens.paint_clock import PERIOD, PaintClock


class Painted:
    """Notes when it was asked to paint, and takes `seconds` for it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.at: list[float] = []
        self.seconds = seconds

    def count_is(self, count: int) -> bool:
        return len(self.at) == count

    def __call__(self) -> None:
        self.at.append(time.monotonic())
        time.sleep(self.seconds)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def painted_twice(clock: PaintClock, painted: Painted) -> float:
    """Seconds between two paintings, of which the second is asked for right after the first."""
    clock.resume()
    await until(partial(painted.count_is, 1))
    clock.resume()
    await until(partial(painted.count_is, 2))
    return painted.at[1] - painted.at[0]


async def test_what_comes_by_itself_is_painted_once_in_a_period() -> None:
    painted = Painted()
    assert await painted_twice(PaintClock(painted), painted) >= PERIOD


async def test_what_answers_a_key_does_not_wait_for_the_period() -> None:
    # The shortest of several: between two looks at the clock a busy machine may do anything else.
    times = []
    for _ in range(20):
        painted = Painted()
        times.append(await painted_twice(PaintClock(painted, time.monotonic), painted))
    assert min(times) < PERIOD / 2


async def test_an_answer_overtakes_what_is_due_later() -> None:
    times = []
    for _ in range(20):
        painted, typed_at = Painted(), [float("-inf")]
        clock = PaintClock(painted, typed_at.pop)
        clock.paint_now()
        clock.resume()
        typed_at += [time.monotonic()]
        clock.resume()
        await until(partial(painted.count_is, 2))
        times.append(painted.at[1] - painted.at[0])
    assert min(times) < PERIOD / 2


async def test_further_input_goes_first() -> None:
    painted = Painted()
    clock = PaintClock(painted, time.monotonic, lambda: True)
    assert await painted_twice(clock, painted) >= PERIOD


async def test_answers_take_no_more_than_half_of_the_time() -> None:
    painted = Painted(seconds=PERIOD / 4)
    clock = PaintClock(painted, time.monotonic)
    assert await painted_twice(clock, painted) >= 2 * painted.seconds


async def test_what_is_taken_back_is_not_painted() -> None:
    painted = Painted()
    clock = PaintClock(painted)
    clock.resume()
    clock.pause()
    await asyncio.sleep(2 * PERIOD)
    assert not painted.at
