from __future__ import annotations

import json

import pytest

from autocoder_tui.engine.provider.chunks import Reasoning, Refusal, Text, load_object, read_frame


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
