"""From events at any rate to updates, of a screen and of a journal, at a steady one.

A stream may bring thousands of events a second; a terminal is read at perhaps thirty pictures
a second, and at fewer where several lines come with each: nobody reads those as they pass. The
pump takes events as they come and hands them on in batches, one batch a frame.
Writing down waits for no picture: a kill between two pictures must not cost what came in
between. Between a quiet stream and the next event no timer runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from autocoder_tui.engine.events import (
    Event,
    PartFinished,
    ReasoningDelta,
    RequestStarted,
    TextDelta,
    TextHeld,
    UsageUpdated,
)

_KEEP_PERIOD: Final = 0.025
"""Seconds between two batches that are written down: each is a write of its own."""
_FLOOD: Final = 120
"""Characters in one frame, from which on the next one takes twice as long: some three lines."""
_Text: TypeAlias = TextDelta | TextHeld | ReasoningDelta
Deliver: TypeAlias = Callable[[Sequence[Event]], None]
FramesPerSecond: TypeAlias = float | Callable[[], float]
"""A number, or what says it anew each time."""


def merge(events: Sequence[Event]) -> list[Event]:
    """The same events in fewer: neighbouring pieces of text become one.

    Usage counts are totals, so one that is followed by a newer with only text or reasoning
    between them says nothing any more and is left out. Nothing moves past any other event.
    """
    merged: list[Event] = []
    same: list[_Text] = []
    for event in _without_superseded_usage(events):
        if same and not (isinstance(event, _Text) and _alike(event, same[0])):
            merged.append(_as_one(same))
            same = []
        if isinstance(event, _Text):
            same.append(event)
        else:
            merged.append(event)
    if same:
        merged.append(_as_one(same))
    return merged


def _alike(one: _Text, other: _Text) -> bool:
    joined = isinstance(one, TextHeld) and one.joined
    return type(one) is type(other) and joined == (isinstance(other, TextHeld) and other.joined)


def _as_one(events: list[_Text]) -> _Text:
    return replace(events[0], text="".join(event.text for event in events))


def _without_superseded_usage(events: Sequence[Event]) -> list[Event]:
    kept: list[Event] = []
    newer = False
    for event in reversed(events):
        if isinstance(event, UsageUpdated):
            if newer:
                continue
            newer = True
        elif not isinstance(event, _Text):
            newer = False
        kept.append(event)
    kept.reverse()
    return kept


class _Frames:
    """Holds what has come since the last frame and delivers it when the next one is due."""

    def __init__(self, deliver: Deliver, keep: Deliver | None, period: Callable[[], float]) -> None:
        self._deliver = deliver
        self._keep = keep
        self._period = period
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._pending: list[Event] = []
        self._unkept: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._keep_timer: asyncio.TimerHandle | None = None
        self._due = float("-inf")
        self._last_kept = float("-inf")
        self.failure: BaseException | None = None

    def add(self, event: Event) -> bool:
        """Take `event`. True if a frame was delivered just now, because one was overdue."""
        if self._keep is not None:
            self._unkept.append(event)
        if self.failure is not None:
            return False  # to be written down all the same
        self._pending.append(event)
        if self._loop.time() >= self._due:
            self.flush()
            return True
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._tick)
        if isinstance(event, RequestStarted | PartFinished):
            # What is asked for is written down before it is, and what was paid for once it is.
            self.write_down()
        elif self._keep is not None:
            self._keep_in_time()
        return False

    def _keep_in_time(self) -> None:
        due = self._last_kept + _KEEP_PERIOD
        if self._loop.time() >= due:
            self.write_down()
        elif self._keep_timer is None:
            self._keep_timer = self._loop.call_at(due, self.write_down)

    def flush(self) -> None:
        """Deliver what is pending now; no timer runs afterwards."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.write_down()
        if self._pending:
            events, self._pending = merge(self._pending), []
            self._deliver(events)
            came = sum(len(event.text) for event in events if isinstance(event, _Text))
            # Counted from the end, so that a slow screen gets its time between two frames.
            self._due = self._loop.time() + self._period() * (2 if came >= _FLOOD else 1)

    def write_down(self) -> None:
        """Write down what came since the last time."""
        if self._keep_timer is not None:
            self._keep_timer.cancel()
            self._keep_timer = None
        if self._unkept and self._keep is not None:
            events, self._unkept = merge(self._unkept), []
            self._keep(events)
            self._last_kept = self._loop.time()

    def _tick(self) -> None:
        try:
            self.flush()
        except BaseException as failure:
            # Raised inside a timer it would only be logged: wake the pump to raise it there.
            self.failure = failure
            if self._task is not None:
                self._task.cancel()


async def pump(
    events: AsyncIterator[Event],
    deliver: Deliver,
    *,
    frames_per_second: FramesPerSecond = 30,
    seen: Callable[[Event], None] | None = None,
    keep: Deliver | None = None,
) -> None:
    """Hand `events` to `deliver` in order, merged, at most `frames_per_second` times a second,
    and half as often while much text comes.

    The first event after a pause is delivered at once. `seen` is called with every single
    event as it arrives, before merging: for whoever counts them. `keep` is called with what
    came, up to forty times a second and always before `deliver`, so that what is shown is
    written down; it must not raise. At the end, on cancellation and on an error of the
    iterator, what is pending is delivered and the iterator closed. An exception of `deliver`
    or `seen` ends the pump and is raised from it.
    """
    often = frames_per_second
    period = (lambda: 1 / often()) if callable(often) else (lambda: 1 / often)
    frames = _Frames(deliver, keep, period)
    try:
        try:
            await _feed(events, frames, seen)
        finally:
            if frames.failure is None:
                frames.flush()
            else:
                frames.write_down()
    except BaseException:
        if frames.failure is None:
            raise
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        raise frames.failure from None
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


async def _feed(
    events: AsyncIterator[Event], frames: _Frames, seen: Callable[[Event], None] | None
) -> None:
    step = events.__anext__
    while True:
        try:
            event = await step()
        except StopAsyncIteration:
            return
        step = events.__anext__
        if seen is not None:
            seen(event)
        if frames.add(event):
            try:
                # A source that never waits must not keep the screen from being drawn.
                await asyncio.sleep(0)
            except asyncio.CancelledError as cancelled:
                # Where it is waiting itself the source hears of this, and may have last words.
                throw = getattr(events, "athrow", None)
                if throw is None:
                    raise
                step = partial(throw, cancelled)
