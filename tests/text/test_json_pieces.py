"""JSON in pieces is the JSON of the json module."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.text import json_pieces as module
from autocoder_tui.text.json_pieces import as_json, decoder, json_pieces, read_json

texts = st.text(max_size=60) | st.text('a"\\\n\U0001f600\ud83d\ude00é', max_size=60)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 16)


@given(values)
def test_it_is_written_as_in_one_call(value: Any) -> None:
    assert "".join(json_pieces(value)) == as_json(value)


@given(values, st.integers(16, 40))
def test_it_is_read_as_in_one_call(value: Any, piece: int) -> None:
    written = as_json(value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE", piece)
        assert decoder().decode(written) == json.loads(written)


@pytest.mark.parametrize("before", range(20))
@pytest.mark.parametrize("text", ["\\ud83d", "\\\\ud83d", "\\\ud83d", "\\\U0001f600"])
def test_the_name_of_half_a_character_is_no_half(text: str, before: int) -> None:
    """As in the source of a program that writes signs as two escapes."""
    written = as_json(["x" * before + text * 40])
    assert decoder().decode(written) == json.loads(written)


@given(values, st.data())
def test_what_is_damaged_is_refused_as_in_one_call(value: Any, data: st.DataObject) -> None:
    written = as_json(value)
    at = data.draw(st.integers(0, len(written)))
    damaged = written[:at] + data.draw(st.sampled_from(["", '"', "\\", "\\u12", "\n"]))
    try:
        said = json.loads(damaged)
    except ValueError:
        with pytest.raises(ValueError):
            decoder().decode(damaged)
    else:
        assert decoder().decode(damaged) == said


def test_a_small_one_is_read_in_one_call_and_a_large_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SMALL", 5)
    assert read_json("[1,2]") == [1, 2]
    assert read_json('["longer than that"]') == ["longer than that"]
