from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from autocoder_tui.review.similarity import WORD, are_alike, likeness, words

lines = st.text(max_size=40) | st.text("ab _-.é1\t\0", max_size=40)


@given(lines)
def test_the_quick_way_to_words_finds_the_same(line: str) -> None:
    assert words(line) == frozenset(WORD.findall(line) or [line.strip()])


@given(st.lists(st.tuples(lines, lines) | st.tuples(lines, lines).map(lambda pair: pair[:1] * 2)))
@example([("x" * 2_000 + " a", "x" * 2_000 + " b"), ("\0", "a\0b")])
def test_alike_is_what_the_likeness_says(pairs: list[tuple[str, str]]) -> None:
    for least in (0.01, 0.5, 1):
        said = [likeness(words(one), words(other)) >= least for one, other in pairs]
        ones, others = [one for one, _ in pairs], [other for _, other in pairs]
        assert are_alike(ones, others, least) == said
