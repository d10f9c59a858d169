"""kill -9 in mid-stream: the next start has all that had come, but for 100 ms of it at most.

AUTOCODER_TUI_KILLS=200 makes it 200 kills instead of a few.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.faults.killing import (
    Loss,
    Reply,
    killed_headless,
    killed_on_screen,
    plain_rest,
    whole,
    with_echo,
)

KILLS = int(os.environ.get("AUTOCODER_TUI_KILLS", "6"))
AT_ONCE = 2
MOST_LOST = 100.0
Kill: TypeAlias = Callable[[Path, float, Reply], Awaitable[Loss]]


async def _losses(kill: Kill, folder: Path, kills: int, reply: Reply = whole) -> list[Loss]:
    room = asyncio.Semaphore(AT_ONCE)
    chance = random.Random(kills)

    async def one(number: int, seconds: float) -> Loss:
        async with room:
            return await kill(folder / str(number), seconds, reply)

    moments = [chance.uniform(0.02, 1.5) for _ in range(kills)]
    return await asyncio.gather(*(one(number, at) for number, at in enumerate(moments)))


@pytest.mark.parametrize(("kill", "share"), [(killed_headless, 0.4), (killed_on_screen, 0.2)])
async def test_a_kill_costs_100_milliseconds_of_text_at_most(
    kill: Kill, share: float, tmp_path: Path
) -> None:
    check(await _losses(kill, tmp_path, max(2, round(KILLS * share))))


@pytest.mark.parametrize("reply", [with_echo, plain_rest])
async def test_a_kill_costs_no_more_while_it_is_not_clear_where_a_part_joins(
    reply: Reply, tmp_path: Path
) -> None:
    losses = await _losses(killed_headless, tmp_path, max(2, round(KILLS * 0.2)), reply)
    assert any(loss.requests > 1 for loss in losses)
    check(losses)


def check(losses: list[Loss]) -> None:
    milliseconds = max(loss.milliseconds for loss in losses)
    characters = max(loss.characters for loss in losses)
    print(f"{len(losses)} kills: at most {milliseconds:.0f} ms and {characters} characters lost")
    assert any(loss.kept for loss in losses)
    assert milliseconds <= MOST_LOST, losses
