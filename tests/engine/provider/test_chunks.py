from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.provider.chunks import (
    Reasoning,
    Refusal,
    Text,
    frame_of,
    load_object,
    read_frame,
)

VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", "error", "stop", 0, 1, True, [], {}, {"message": "m"}]
)


def objects(*names: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with any of these fields; `names` have any value."""
    some = dict.fromkeys(names, VALUES) | fields
    return st.fixed_dictionaries({}, optional=some)


DELTAS = objects(
    "role", "refusal", "reasoning", "reasoning_content", "tool_calls", "function_call", "error",
    "reasoning_details",
    content=VALUES | st.lists(VALUES, max_size=2),
)  # fmt: skip
CHOICES = objects(
    "logprobs", "finish_reason", "finishReason", "native_finish_reason", "message", "error",
    "usage", index=st.sampled_from([0, None, 1, False, "0"]), delta=VALUES | DELTAS,
)  # fmt: skip
FRAMES = objects(
    "id", "type", "error", "errors", "usage", "message", "code", "status", "detail", "base_resp",
    "prompt_progress", "x_groq", "service_tier", object=st.sampled_from(["chunk", "error", 1]),
    choices=VALUES | st.lists(VALUES | CHOICES, max_size=2) | CHOICES.map(lambda one: [one]),
)  # fmt: skip
TEXTS = st.fixed_dictionaries(
    {"choices": st.fixed_dictionaries({"delta": st.just({"content": "x"}) | DELTAS}).map(
        lambda choice: [choice])},
    optional={"object": st.just("error"), "usage": VALUES, "error": VALUES, "detail": VALUES},
)  # fmt: skip


@given(FRAMES | TEXTS)
def test_a_frame_of_nothing_but_text_is_read_as_any_other(frame: dict[str, Any]) -> None:
    assert read_frame(json.dumps(frame)) == frame_of(frame)


@pytest.mark.parametrize("start", ["", '"', '{"choices": "', "[{}, "])
@pytest.mark.parametrize("again", ['\\"', '"\\', "\\\\", '"'])
def test_large_frames_that_break_off_in_a_string_are_no_object(start: str, again: str) -> None:
    # Looked through from each quote to the end, one of these would take hours.
    assert load_object(start + again * 600_000) is None


def test_a_large_text_full_of_escapes_is_read() -> None:
    text = 'x = "\\"\n' * 200_000
    frame = read_frame(json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}))
    assert frame is not None
    assert frame.pieces == (Text(text),)


def test_a_large_structure_is_no_object() -> None:
    assert load_object('{"a": [' + "{}," * 400_000 + '{}], "b": "c"}') is None


def test_thoughts_in_parts_are_reasoning() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}, "no part"]}
    content = [thinking, {"type": "text", "text": "yes"}, {"type": "refusal", "refusal": "no"}]
    frame = read_frame(json.dumps({"choices": [{"delta": {"content": content}}]}))
    assert frame is not None
    assert list(frame.pieces) == [Reasoning("hm"), Text("yes"), Refusal("no")]
