"""Texts as lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.text import lines
from autocoder_tui.text.lines import split_lines


@given(st.text("ab\n\r\f\x85\u2028", max_size=60))
def test_only_a_newline_ends_a_line(text: str) -> None:
    assert split_lines(text) == re.findall(r"[^\n]*\n|[^\n]+", text)


@given(st.text(max_size=30))
def test_whatever_character_it_is(text: str) -> None:
    """Python's own way of splitting, which is quicker, takes others for ends of lines."""
    assert split_lines(text) == re.findall(r"[^\n]*\n|[^\n]+", text)


def test_no_other_character_ends_a_line() -> None:
    for other in (chr(code) for code in range(0x3000) if chr(code) != "\n"):
        assert split_lines(f"a{other}b\n") == [f"a{other}b\n"]


@given(st.text("a\n", max_size=60))
def test_of_many_short_lines_equal_ones_are_kept_once(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_MANY", 0)
        found = split_lines(text)
    assert found == re.findall(r"[^\n]*\n|[^\n]+", text)
    if text.count("\n") and len(text) < 16 * text.count("\n"):
        ended = [line for line in found if line.endswith("\n")]
        assert len({id(line) for line in ended}) == len(set(ended))
