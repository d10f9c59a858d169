from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.review.similarity import WORD, is_alike, likeness, words

lines = st.text(max_size=40) | st.text("ab _-.é1\t", max_size=40)


@given(lines)
def test_the_quick_way_to_words_finds_the_same(line: str) -> None:
    assert words(line) == frozenset(WORD.findall(line) or [line.strip()])


@given(lines, lines, st.floats(0.01, 1))
def test_alike_is_what_the_likeness_says(one: str, other: str, least: float) -> None:
    assert is_alike(one, other, least) == (likeness(words(one), words(other)) >= least)
