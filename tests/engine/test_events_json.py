"""Every event as JSON and back."""

import json
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.events import CostEstimate, Event, TextDelta, UsageUpdated
from autocoder_tui.engine.events_json import event_data, read_event

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=40) | st.sampled_from(
    ["\ud800", "a\u2028b", "\0", '"\\\n\r', "\U0001f600", "\x85"]
)
AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False).filter(
    lambda amount: abs(amount.adjusted()) <= 30
)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(Decimal, AMOUNTS)
st.register_type_strategy(float, st.floats(-1e12, 1e12))
st.register_type_strategy(int, st.integers(-(2**63) + 1, 2**63 - 1))
USAGE = UsageUpdated(1, 2, 3, Decimal("0.1"), True)
EVENTS = st.one_of(*(st.from_type(kind) for kind in get_args(Event)))


@given(EVENTS)
def test_every_event_comes_back_from_one_line_of_json(event: Event) -> None:
    line = json.dumps(event_data(event), ensure_ascii=True)
    assert len(line.splitlines()) == 1
    assert read_event(json.loads(line)) == event


def test_money_is_kept_to_the_last_digit() -> None:
    event = UsageUpdated(1, 2, 3, Decimal("0.10000000000000000000000000001"), True)
    assert read_event(json.loads(json.dumps(event_data(event)))) == event


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        [],
        "TextDelta",
        {},
        {"event": None},
        {"event": "SomethingNewer", "text": "x"},
        {"event": "TextDelta"},
        {"event": "TextDelta", "text": 7},
        {"event": "TextDelta", "text": None},
        {"event": "TextRetracted", "count": True},
        {"event": "TextRetracted", "count": "1"},
        {"event": "TextRetracted", "count": 10**100},
        {"event": "RetryScheduled", "delay_seconds": 10**400, "reason": "", "attempt": 1},
        {"event": "RetryScheduled", "delay_seconds": float("nan"), "reason": "", "attempt": 1},
        {**event_data(USAGE), "cost_usd": "1E+999999999"},
        {**event_data(USAGE), "cost_usd": "NaN"},
        {"event": "PartJoined", "part": 1, "offset": 2, "proof": "hearsay"},
        {"event": "RunFailed", "error": "x"},
        {"event": "RunStarted", "run_id": "r", "model": "m", "estimate": {"prompt_tokens": 1}},
    ],
)
def test_what_is_no_event_known_here_is_none(data: object) -> None:
    assert read_event(data) is None


def test_a_field_a_newer_version_added_is_left_out() -> None:
    assert read_event({"event": "TextDelta", "text": "x", "language": "en"}) == TextDelta("x")


def test_a_field_an_older_version_did_not_have_takes_its_default() -> None:
    data = event_data(CostEstimate(1, None, True, None, None))  # type: ignore[arg-type]
    started = {"event": "RunStarted", "run_id": "r", "model": "m", "estimate": data}
    del data["margin"]
    assert read_event(started) is not None
