"""How many requests a provider gets at once, and what its answers change about that."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from autocoder_tui.batch.rate import ProviderRate, Rates
from autocoder_tui.batch.rate_headers import asked_wait, requests_left, seconds_until, used_up


async def sent(rate: ProviderRate, status: int = 200, **headers: str) -> None:
    async with rate.turn() as turn:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        turn.heard(status, names)


async def until(condition) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def test_no_more_than_the_limit_are_under_way_and_they_come_in_order() -> None:
    rate, going, begun = ProviderRate(2), asyncio.Event(), list[int]()

    async def one(number: int) -> None:
        async with rate.turn():
            begun.append(number)
            await going.wait()

    tasks = [asyncio.create_task(one(number)) for number in range(5)]
    await until(lambda: len(begun) == 2)
    assert begun == [0, 1]
    going.set()
    await asyncio.gather(*tasks)
    assert begun == [0, 1, 2, 3, 4]


async def test_a_refusal_holds_everybody_and_halves_what_is_sent_at_once() -> None:
    rate = ProviderRate(8)
    async with rate.turn() as first, rate.turn(), rate.turn(), rate.turn():
        first.heard(429, {"retry-after": "0.15"})
    assert rate.at_once == 2
    loop = asyncio.get_running_loop()
    before = loop.time()
    await sent(rate)
    assert loop.time() - before >= 0.1


async def test_a_burst_counts_once_however_many_of_it_are_refused() -> None:
    rate = ProviderRate(8)
    async with rate.turn() as one, rate.turn() as two, rate.turn() as three, rate.turn() as four:
        for turn in (one, two, three, four):
            turn.heard(429, {"retry-after": "0"})
    assert rate.refused == 4
    assert rate.at_once == 2


async def test_it_recovers_gradually() -> None:
    rate = ProviderRate(4)
    await sent(rate, 429, retry_after="0")
    assert rate.at_once == 1
    seen = []
    for _ in range(20):
        await sent(rate)
        seen.append(rate.at_once)
    assert seen == sorted(seen)
    assert seen[0] < 4
    assert set(seen) >= {2, 3, 4}
    assert max(seen) == 4


async def test_without_a_time_the_pause_grows_as_long_as_one_request_is_too_much() -> None:
    rate, pauses = ProviderRate(4), []
    for _ in range(3):
        rate._free_at = 0.0
        await sent(rate, 429)
        pauses.append(rate.pause)
    assert 0.3 < pauses[0] < pauses[2] < 2


async def test_a_limit_that_is_used_up_holds_before_anything_is_refused() -> None:
    rate = ProviderRate(4)
    await sent(rate, x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="90s")
    assert 80 < rate.pause <= 90
    other = ProviderRate(4)
    await sent(other, x_ratelimit_remaining_requests="2", x_ratelimit_reset_requests="90s")
    assert other.pause == 0
    assert other.at_once == 2


async def test_a_failure_of_the_server_that_names_no_time_slows_nobody() -> None:
    rate = ProviderRate(4)
    await sent(rate, 503)
    await sent(rate, 500)
    assert (rate.pause, rate.at_once) == (0, 4)
    await sent(rate, 503, retry_after="30")
    assert rate.pause > 20


async def test_who_gives_up_waiting_takes_nobodys_turn() -> None:
    rate = ProviderRate(1)
    async with rate.turn():
        waiting = [asyncio.create_task(sent(rate)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    await asyncio.gather(*waiting[1:])
    # Cancelled in the very moment in which it was let through.
    async with rate.turn():
        late = asyncio.create_task(sent(rate))
        await asyncio.sleep(0)
    late.cancel()
    await asyncio.gather(late, return_exceptions=True)
    await asyncio.wait_for(sent(rate), 1)


async def test_each_provider_has_its_own() -> None:
    rates = Rates(2)
    await sent(rates.of("http://one"), 429, retry_after="60")
    assert rates.of("http://two").pause == 0
    assert rates.of("http://one").pause > 50
    assert rates.of("http://one") is rates.of("http://one")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1s", 1),
        ("6m0s", 360),
        ("120ms", 0.12),
        ("2m59.56s", 179.56),
        ("1h2m", 3720),
        ("7.66", 7.66),
        ("0", 0),
        ("soon", None),
        ("", None),
        ("-3", None),
        ("nan", None),
        ("1e400", None),
        (None, None),
    ],
)
def test_what_reset_headers_say(value: str | None, seconds: float | None) -> None:
    assert seconds_until(value) == (None if seconds is None else pytest.approx(seconds))


def test_reset_headers_may_name_a_moment() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=30)
    for value in (moment.isoformat(), str(moment.timestamp()), str(moment.timestamp() * 1000)):
        found = seconds_until(value)
        assert found is not None
        assert 25 < found <= 30


def test_the_longest_wait_of_limits_that_are_used_up() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "2s",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "9s",
        "anthropic-ratelimit-tokens-remaining": "50",
        "anthropic-ratelimit-tokens-reset": "2999-01-01T00:00:00Z",
    }
    assert used_up(headers) == 9
    assert asked_wait({**headers, "retry-after": "4"}) == 4
    assert requests_left(headers) == 0
    assert requests_left({}) is None
