from __future__ import annotations

from autocoder_tui.review import diff_lines
from autocoder_tui.review.rows.search import MOST_MATCHES, Match, find

DIFF = diff_lines("one\ntwo\nthree\nfour\n", "one\nTWO\ntoo\nthree\nfour two\n")


def test_unchanged_lines_are_found_once_and_changed_ones_on_both_sides() -> None:
    assert find(DIFF, DIFF.hunks, "o", side_by_side=False) == (
        Match(1, 0, 0, 1),
        Match(0, 1, 2, 3),
        Match(1, 1, 2, 3),
        Match(1, 2, 1, 2),
        Match(1, 2, 2, 3),
        Match(0, 3, 1, 2),
        Match(1, 4, 1, 2),
        Match(1, 4, 7, 8),
    )


def test_a_capital_letter_makes_capitals_count() -> None:
    assert len(find(DIFF, DIFF.hunks, "two", side_by_side=True)) == 3
    assert find(DIFF, DIFF.hunks, "TWO", side_by_side=True) == (Match(1, 1, 0, 3),)


def test_the_text_is_no_pattern() -> None:
    diff = diff_lines("f(x)\n", "f[x]*\n")
    assert find(diff, diff.hunks, "[x]*", side_by_side=True) == (Match(1, 0, 1, 5),)
    assert find(diff, diff.hunks, "", side_by_side=True) == ()


def test_lines_are_read_side_by_side_or_one_side_after_the_other() -> None:
    diff = diff_lines("x\n" * 2, "x y\n" * 3)
    sides = [match[:2] for match in find(diff, diff.hunks, "x", side_by_side=True)]
    assert sides == [(0, 0), (1, 0), (0, 1), (1, 1), (1, 2)]
    sides = [match[:2] for match in find(diff, diff.hunks, "x", side_by_side=False)]
    assert sides == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]


def test_there_is_an_end_to_it() -> None:
    diff = diff_lines("", "a" * (MOST_MATCHES + 5))
    assert len(find(diff, diff.hunks, "a", side_by_side=True)) == MOST_MATCHES
