"""The fold of events into what a face shows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.events import (
    CapReached,
    ContinuationStarted,
    CostEstimate,
    Event,
    Failure,
    FileProposed,
    PartFinished,
    PartJoined,
    ReasoningDelta,
    RequestStarted,
    RetryScheduled,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    TextRetracted,
    UsageUpdated,
)
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.text_buffer import GrowingText

ESTIMATE = CostEstimate(3512, 8192, True, Decimal("0.0007"), Decimal("0.0024"))


def folded(*events: tuple[float, Event]) -> RunState:
    state = RunState()
    for now, event in events:
        state.apply(event, now)
    return state


def usage(completion: int, *, estimated: bool = False) -> UsageUpdated:
    return UsageUpdated(3512, completion, 0, Decimal("0.001"), estimated)


def test_a_whole_run() -> None:
    joined = PartJoined(2, 5, "echo")
    proposed = FileProposed("a.py", None, "x = 1\n", complete=True)
    state = folded(
        (100.0, RunStarted("r1", "m", ESTIMATE)),
        (100.1, RequestStarted(1)),
        (101.0, ReasoningDelta("hm")),
        (101.5, TextDelta("x = 1")),
        (102.0, TextRetracted(2)),
        (102.0, PartFinished(1, "length", 2)),
        (102.0, ContinuationStarted(2, "x =")),
        (102.1, RequestStarted(2)),
        (103.0, joined),
        (103.0, TextDelta(" 1\n")),
        (103.5, usage(5)),
        (103.5, PartFinished(2, "stop", 3)),
        (103.5, proposed),
        (104.0, RunFinished("notes")),
    )
    assert (state.run_id, state.model, state.estimate) == ("r1", "m", ESTIMATE)
    assert (state.text, state.text_length, state.reasoning) == ("x = 1\n", 6, "hm")
    assert (state.status, state.ended, state.notes) == ("completed", True, "notes")
    assert (state.part, state.requests, state.retries) == (2, 2, 0)
    assert state.joins == [joined]
    assert state.files == [proposed]
    assert [part.finish_reason for part in state.parts] == ["length", "stop"]
    assert state.completion_tokens == 5
    assert not state.tokens_estimated
    assert state.first_token_seconds == pytest.approx(1.0)
    assert state.stats.seconds(999.0) == pytest.approx(4.0)
    assert state.stats.chunks == 3


def test_status_until_the_first_text_and_at_every_end() -> None:
    state = folded((0, RunStarted("r", "m", ESTIMATE)), (0, RequestStarted(1)))
    seen: list[str] = [state.status]
    for event in (TextDelta(""), RunCancelled()):
        state.apply(event, 1)
        seen.append(state.status)
    assert seen == ["initializing", "processing", "cancelled"]
    error = Failure("timeout", "too slow")
    failed = folded((0, RunStarted("r", "m", ESTIMATE)), (9, RunFailed(error, resumable=True)))
    assert (failed.status, failed.error, failed.resumable) == ("error", error, True)


def test_a_retry_is_waited_for_until_the_next_request() -> None:
    retry = RetryScheduled(3.0, "429", 2)
    state = folded((0, RequestStarted(1)), (10, retry))
    assert (state.waiting, state.waiting_until, state.retries) == (retry, 13.0, 1)
    state.apply(RequestStarted(1, 2), 13)
    assert (state.waiting, state.waiting_until) == (None, None)
    assert (state.attempt, state.requests) == (2, 2)


def test_the_cap_is_kept() -> None:
    cap = CapReached("parts", "8", "8")
    assert folded((0, cap)).cap == cap


def test_tokens_after_the_last_count_are_estimated() -> None:
    state = folded((0, TextDelta("x" * 40)))
    assert (state.completion_tokens, state.tokens_estimated) == (10, True)
    state.apply(usage(12), 1)
    assert (state.completion_tokens, state.tokens_estimated) == (12, False)
    state.apply(TextDelta("x" * 8), 2)
    assert (state.completion_tokens, state.tokens_estimated) == (14, True)
    state.apply(usage(13, estimated=True), 3)
    assert (state.completion_tokens, state.tokens_estimated) == (13, True)


def test_taking_text_back_does_not_unspend_tokens() -> None:
    state = folded((0, TextDelta("x" * 40)), (0, TextRetracted(40)))
    assert (state.text, state.completion_tokens) == ("", 10)


def test_speed_counts_finished_seconds_and_pauses() -> None:
    state = folded((0, RunStarted("r", "m", ESTIMATE)))
    assert state.tokens_per_second(0.0) is None
    for tenth in range(20):
        state.apply(TextDelta("x" * 16), 10 + tenth / 10)
    assert state.speeds(12.5) == (40.0, 40.0)
    assert state.tokens_per_second(12.5) == 40.0
    assert state.speeds(14.0) == (40.0, 40.0, 0.0, 0.0)
    assert state.tokens_per_second(14.0) == 20.0
    state.apply(RunFinished(), 14.0)
    assert state.tokens_per_second(99.0) == pytest.approx(80 / 1.9)
    assert state.speeds(99.0) == (40.0, 40.0, 0.0, 0.0)


@given(st.lists(st.one_of(st.text(max_size=5), st.integers(0, 12))))
def test_growing_text_is_a_string_with_a_loose_end(steps: list[str | int]) -> None:
    grown, expected = GrowingText(), ""
    for step in steps:
        if isinstance(step, str):
            grown.append(step)
            expected += step
        else:
            grown.retract(step)
            expected = expected[: max(0, len(expected) - step)]
        assert len(grown) == len(expected)
    assert str(grown) == expected == str(grown)


events = st.one_of(
    st.builds(TextDelta, st.text(max_size=6)),
    st.builds(ReasoningDelta, st.text(max_size=6)),
    st.builds(TextRetracted, st.integers(0, 9)),
    st.builds(usage, st.integers(0, 10**6), estimated=st.booleans()),
    st.builds(RetryScheduled, st.floats(0, 60), st.just("429"), st.integers(2, 5)),
    st.builds(RequestStarted, st.integers(1, 8), st.integers(1, 5)),
)


@given(st.lists(st.tuples(st.floats(0, 5), events)))
def test_the_fold_agrees_with_counting_by_hand(steps: list[tuple[float, Event]]) -> None:
    state, now = RunState(), 1000.0
    state.apply(RunStarted("r", "m", ESTIMATE), now)
    text, reasoning, chunks = "", "", 0
    for pause, event in steps:
        now += pause
        state.apply(event, now)
        match event:
            case TextDelta(piece):
                text, chunks = text + piece, chunks + 1
            case ReasoningDelta(piece):
                reasoning, chunks = reasoning + piece, chunks + 1
            case TextRetracted(count):
                text = text[: max(0, len(text) - count)]
        speed = state.tokens_per_second(now)
        assert speed is None or speed >= 0
        assert len(state.speeds(now)) <= 8
        assert state.completion_tokens >= 0
    assert (state.text, state.reasoning, state.stats.chunks) == (text, reasoning, chunks)
    assert state.text_length == len(text)
    assert state.stats.seconds(now) == pytest.approx(now - 1000.0)
    assert state.requests == sum(isinstance(event, RequestStarted) for _, event in steps)
