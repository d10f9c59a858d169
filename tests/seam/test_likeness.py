"""What single lines say about a join."""

from __future__ import annotations

import pytest

from autocoder_tui.engine.seam.likeness import begins_alike, is_balanced
from autocoder_tui.engine.seam.replay import match_cut_line


def test_a_bracket_within_quotes_opens_nothing() -> None:
    assert is_balanced('f("a(")')
    assert not is_balanced('f("a(")(')


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("    total = 1", "  total + 1", True),
        ("items = []", "item = []", True),
        ("counting(x)", "counted(x)", True),
        ("'a', b", '"a", c', True),
        ("return x", "total = x", False),
        ("(x)", "x", False),
        ("", "", True),
    ],
)
def test_lines_that_begin_with_one_word_or_forms_of_it(one: str, other: str, alike: bool) -> None:
    assert begins_alike(one, other) is begins_alike(other, one) is alike


@pytest.mark.parametrize(
    ("cut", "line", "end"),
    [
        ("    total = ", "    total = 1", 12),
        ("    total = ", "total = 1", 8),
        ("    total = ", "total =1", 7),
        ("    total=", "  total  = 1", 10),
        ("    total = ", "totals = 1", None),
        ("    total = ", "total", None),
        ("x\t ", "x\t1", 2),
    ],
)
def test_how_much_of_a_line_is_the_cut_one_again(cut: str, line: str, end: int | None) -> None:
    assert match_cut_line(cut, line) == end
