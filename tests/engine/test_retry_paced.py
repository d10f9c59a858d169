"""Runs that share a pace: a server that limits requests is no failure of the one that asks."""

import pytest

from autocoder_tui.engine.errors import RateLimited, ServerFailed
from autocoder_tui.engine.retry import MOST_LIMITED, Retries, WaitQuestion


async def test_being_limited_uses_up_no_attempts_but_has_an_end() -> None:
    retries = Retries(2, paced=True)
    for _ in range(MOST_LIMITED):
        assert await retries.delay_after(RateLimited("busy", status=429, retry_after=3.0)) == 3.0
        assert retries.agreed == 3.0
    assert retries.failed == 0
    assert await retries.delay_after(RateLimited("busy", status=429)) is not None
    assert await retries.delay_after(RateLimited("busy", status=429)) is None


async def test_other_failures_count_as_ever() -> None:
    retries = Retries(2, paced=True)
    assert await retries.delay_after(RateLimited("busy", status=429)) == 0.0
    assert await retries.delay_after(ServerFailed("down", status=500)) is not None
    assert await retries.delay_after(ServerFailed("down", status=500)) is None


async def test_without_a_pace_being_limited_is_a_failure() -> None:
    retries = Retries(2)
    assert await retries.delay_after(RateLimited("busy", status=429)) is not None
    assert await retries.delay_after(RateLimited("busy", status=429)) is None


@pytest.mark.parametrize("answer", [90.0, None])
async def test_a_long_wait_is_asked_about(answer: float | None) -> None:
    asked: list[float] = []

    async def ask(question: WaitQuestion) -> float | None:
        asked.append(question.seconds)
        return answer

    retries = Retries(2, ask, paced=True)
    assert await retries.delay_after(RateLimited("busy", status=429, retry_after=90.0)) == answer
    assert asked == [90.0]
