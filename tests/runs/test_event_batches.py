"""The stream pump: order, losslessness, pace, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.engine.events import (
    Event,
    PartFinished,
    ReasoningDelta,
    RunCancelled,
    RunFinished,
    TextDelta,
    TextRetracted,
    UsageUpdated,
)
from autocoder_tui.runs.event_batches import merge, pump

usages = st.builds(
    UsageUpdated, st.just(1), st.integers(0, 99), st.just(0), st.none(), st.booleans()
)
events = st.one_of(
    st.builds(TextDelta, st.text(max_size=3)),
    st.builds(ReasoningDelta, st.text(max_size=3)),
    st.builds(TextRetracted, st.integers(1, 5)),
    st.builds(PartFinished, st.integers(1, 3), st.just("stop")),
    usages,
)


def told(events: Sequence[Event]) -> tuple[list[object], list[UsageUpdated]]:
    """What a reader of `events` is told, however the text was cut; and the counts that last."""
    story: list[object] = []
    counts: list[UsageUpdated] = []
    newest: UsageUpdated | None = None
    for event in events:
        if isinstance(event, UsageUpdated):
            newest = event
        elif isinstance(event, TextDelta | ReasoningDelta):
            story.extend((type(event), character) for character in event.text)
        else:
            if newest is not None:
                counts.append(newest)
                newest = None
            story.append(event)
    return story, counts + ([newest] if newest is not None else [])


async def source(events: Sequence[Event], pauses: Sequence[float] = ()) -> AsyncIterator[Event]:
    for index, event in enumerate(events):
        if index < len(pauses):
            await asyncio.sleep(pauses[index])
        yield event


@given(st.lists(events))
def test_merging_loses_and_moves_nothing(stream: list[Event]) -> None:
    merged = merge(stream)
    assert told(merged) == told(stream)
    assert len(merged) <= len(stream)
    for first, second in pairwise(merged):
        assert not (isinstance(first, TextDelta) and isinstance(second, TextDelta))
        assert not (isinstance(first, UsageUpdated) and isinstance(second, UsageUpdated))


@settings(max_examples=50, deadline=None)
@given(st.lists(events), st.lists(st.sampled_from([0.0, 0.0, 0.001, 0.003])))
def test_everything_arrives_in_order(stream: list[Event], pauses: list[float]) -> None:
    batches: list[Sequence[Event]] = []
    seen: list[Event] = []
    asyncio.run(
        pump(source(stream, pauses), batches.append, frames_per_second=500, seen=seen.append)
    )
    assert seen == stream
    story, _ = told([event for batch in batches for event in batch])
    assert story == told(stream)[0]
    assert all(batches)


async def test_at_most_so_many_frames_a_second() -> None:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    stream = [TextDelta("x")] * 400
    await pump(
        source(stream, [0.001] * 400), lambda _: times.append(loop.time()), frames_per_second=20
    )
    gaps = [later - sooner for sooner, later in pairwise(times[:-1])]
    assert gaps
    # The last delivery is the end of the stream, which does not wait for a frame.
    assert min(gaps) >= 0.049


async def test_the_first_event_is_not_kept_waiting() -> None:
    first = asyncio.Event()
    hold = asyncio.Event()

    async def slow() -> AsyncIterator[Event]:
        yield TextDelta("now")
        await hold.wait()

    task = asyncio.create_task(pump(slow(), lambda _: first.set(), frames_per_second=0.01))
    await asyncio.wait_for(first.wait(), 5)
    hold.set()
    await task


async def test_a_source_that_never_waits_leaves_the_loop_its_turns() -> None:
    turns = 0
    ended = False

    async def count() -> None:
        nonlocal turns
        while not ended:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    batches: list[Sequence[Event]] = []
    await pump(source([TextDelta("x")] * 30_000), batches.append, frames_per_second=1000)
    ended = True
    await counting
    assert turns >= len(batches) - 1 > 1


async def test_cancelling_delivers_what_is_pending_and_closes_the_source() -> None:
    closed = asyncio.Event()
    two = asyncio.Event()
    got: list[Event] = []

    async def endless() -> AsyncIterator[Event]:
        try:
            yield TextDelta("a")
            yield TextDelta("b")
            two.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    task = asyncio.create_task(pump(endless(), got.extend, frames_per_second=0.01))
    await two.wait()
    assert got == [TextDelta("a")]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert got == [TextDelta("a"), TextDelta("b")]
    assert closed.is_set()


@pytest.mark.parametrize("waits", [True, False])
async def test_a_cancelled_source_has_its_last_words(waits: bool) -> None:
    """Wherever the cancellation strikes: in the source's own waiting, or between two events."""
    got: list[Event] = []
    reached = asyncio.Event()

    async def run() -> AsyncIterator[Event]:
        try:
            while True:
                yield TextDelta("a")
                reached.set()
                if waits:
                    await asyncio.Event().wait()
        except asyncio.CancelledError:
            yield TextDelta("held back")
            yield RunCancelled()
            raise

    task = asyncio.create_task(pump(run(), got.extend, frames_per_second=1000))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert got[-1] == RunCancelled()
    assert isinstance(got[-2], TextDelta)
    assert got[-2].text.endswith("held back")


async def test_an_error_of_the_source_comes_after_what_it_gave() -> None:
    got: list[Event] = []

    async def failing() -> AsyncIterator[Event]:
        yield TextDelta("a")
        yield TextDelta("b")
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await pump(failing(), got.extend, frames_per_second=0.01)
    assert merge(got) == [TextDelta("ab")]


async def test_an_error_of_the_screen_ends_the_pump_with_it() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[Event]:
        try:
            yield TextDelta("a")
            yield TextDelta("b")
            await asyncio.Event().wait()
        finally:
            closed.set()

    delivered = 0

    def deliver(_: Sequence[Event]) -> None:
        nonlocal delivered
        delivered += 1
        if delivered == 2:
            raise ValueError("no screen")

    with pytest.raises(ValueError, match="no screen"):
        await pump(endless(), deliver, frames_per_second=100)
    assert closed.is_set()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_the_end_is_delivered_at_once() -> None:
    got: list[Event] = []
    await asyncio.wait_for(
        pump(source([TextDelta("a"), RunFinished()]), got.extend, frames_per_second=0.01), 5
    )
    assert got == [TextDelta("a"), RunFinished()]


async def test_all_that_is_delivered_was_kept_before() -> None:
    kept: list[Event] = []
    batches: list[int] = []

    def deliver(events: Sequence[Event]) -> None:
        shown.extend(events)
        batches.append(len(events))
        assert merge(shown) == merge(kept)

    shown: list[Event] = []

    async def source() -> AsyncIterator[Event]:
        for number in range(50):
            yield TextDelta(str(number))
            await asyncio.sleep(0.001)

    await pump(source(), deliver, keep=kept.extend)
    assert merge(shown) == [TextDelta("".join(map(str, range(50))))]
    assert len(batches) > 1


async def test_what_came_is_kept_without_waiting_for_a_picture() -> None:
    kept: list[Event] = []
    batches: list[Sequence[Event]] = []
    written = asyncio.Event()

    def keep(events: Sequence[Event]) -> None:
        kept.extend(events)
        if TextDelta("b") in events:
            written.set()

    async def source() -> AsyncIterator[Event]:
        yield TextDelta("a")
        yield TextDelta("b")
        await asyncio.wait_for(written.wait(), 30)

    # The second picture is due in a hundred seconds.
    await pump(source(), batches.append, keep=keep, frames_per_second=0.01)
    assert kept == [TextDelta("a"), TextDelta("b")]
    assert batches == [[TextDelta("a")], [TextDelta("b")]]


async def test_what_a_broken_screen_does_not_show_is_kept() -> None:
    kept: list[Event] = []

    async def source() -> AsyncIterator[Event]:
        yield TextDelta("a")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            yield TextDelta("last words")
            raise

    def deliver(events: object) -> None:
        raise RuntimeError("the screen is broken")

    with pytest.raises(RuntimeError):
        await pump(source(), deliver, keep=kept.extend)
    assert kept == [TextDelta("a")]


async def test_the_last_words_after_the_screen_broke_are_kept() -> None:
    kept: list[Event] = []
    batches = 0

    async def source() -> AsyncIterator[Event]:
        try:
            yield TextDelta("a")
            yield TextDelta("b")
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            yield TextDelta("held back")
            yield RunCancelled()
            raise

    def deliver(_: Sequence[Event]) -> None:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise RuntimeError("the screen is broken")

    with pytest.raises(RuntimeError, match="the screen is broken"):
        await pump(source(), deliver, keep=kept.extend, frames_per_second=100)
    assert merge(kept) == [TextDelta("abheld back"), RunCancelled()]
