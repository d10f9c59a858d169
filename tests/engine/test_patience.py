"""How long a server may be silent."""

import asyncio
import time

import pytest

from autocoder_tui.engine.provider.deadline import Patience


async def test_silence_uses_it_up_over_several_waits() -> None:
    patience = Patience(0.1)

    async def wait_again_and_again() -> None:
        while True:
            async with patience:
                await asyncio.sleep(0.03)

    with pytest.raises(TimeoutError):
        await wait_again_and_again()
    assert patience.left <= 0


async def test_time_in_which_nothing_could_be_heard_does_not_count() -> None:
    """The loop stands still, as in a stopped process, beyond what there is of it."""
    heard = asyncio.StreamReader()
    loop = asyncio.get_running_loop()

    def stand_still() -> None:
        loop.call_soon(heard.feed_data, b"x")
        time.sleep(1.4)

    patience = Patience(0.3)
    loop.call_soon(stand_still)
    async with patience:
        assert await heard.read(1) == b"x"
    assert patience.left > 0


async def test_time_between_two_waits_does_not_count() -> None:
    patience = Patience(0.05)
    for _ in range(2):
        async with patience:
            pass
        await asyncio.sleep(0.06)
    assert patience.left > 0


async def test_the_time_of_a_run_counts_between_waits_too() -> None:
    patience = Patience(0.05, between=True)
    await asyncio.sleep(0.06)
    with pytest.raises(TimeoutError):
        async with patience:
            await asyncio.sleep(60)


async def test_what_is_passed_over_does_not_count() -> None:
    patience = Patience(0.05, between=True)
    await asyncio.sleep(0.06)
    patience.pass_over()
    assert patience.left > 0
    async with patience:
        pass


async def test_time_as_a_stopped_process_counts_nowhere() -> None:
    patience = Patience(0.9, between=True)
    time.sleep(1.2)  # the loop stands still, as in a stopped process
    async with patience:
        await asyncio.sleep(0)
    time.sleep(1.2)
    async with patience:
        await asyncio.sleep(0)
    assert patience.left > 0
