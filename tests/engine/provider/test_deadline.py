"""How long a server may be silent."""

import asyncio
import time

import pytest

from autocoder_tui.engine.provider import deadline
from autocoder_tui.engine.provider.deadline import Patience


@pytest.fixture
def stopped_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of a second late is as good as stopped."""
    monkeypatch.setattr(deadline, "_STOPPED", 0.1)


async def test_silence_uses_it_up_over_several_waits() -> None:
    patience = Patience(0.1)

    async def wait_again_and_again() -> None:
        while True:
            async with patience:
                await asyncio.sleep(0.03)

    with pytest.raises(TimeoutError):
        await wait_again_and_again()
    assert patience.left <= 0


@pytest.mark.usefixtures("stopped_early")
async def test_time_in_which_nothing_could_be_heard_does_not_count() -> None:
    """The loop stands still, as in a stopped process, beyond what there is of it."""
    heard = asyncio.StreamReader()
    loop = asyncio.get_running_loop()

    def stand_still() -> None:
        loop.call_soon(heard.feed_data, b"x")
        time.sleep(0.2)

    patience = Patience(0.05)
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


@pytest.mark.usefixtures("stopped_early")
async def test_time_as_a_stopped_process_counts_nowhere() -> None:
    patience = Patience(0.12, between=True)
    time.sleep(0.15)  # the loop stands still, as in a stopped process
    async with patience:
        await asyncio.sleep(0)
    time.sleep(0.15)
    async with patience:
        await asyncio.sleep(0)
    assert patience.left > 0


async def test_many_short_waits_need_one_look_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a wait for each token of a reply."""
    loop = asyncio.get_running_loop()
    planned: list[float] = []
    call_at = loop.call_at

    def noted(when: float, *arguments: object, **options: object) -> asyncio.TimerHandle:
        planned.append(when)
        return call_at(when, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "call_at", noted)
    patience = Patience(60)
    begun = loop.time()
    for _ in range(1000):
        async with patience:
            await asyncio.sleep(0)
    assert len(planned) <= 2 + (loop.time() - begun) / 0.2


async def test_less_time_than_before_is_seen_at_once() -> None:
    patience = Patience(60)
    async with patience:
        pass
    patience.left = 0.01
    begun = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        async with patience:
            await asyncio.sleep(60)
    assert asyncio.get_running_loop().time() - begun < 30
