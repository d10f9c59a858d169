from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.review.rows.intraline import NO_MARKS, Spans, word_changes

lines = st.text("ab(), =\r", max_size=30)


def without(line: str, spans: Spans) -> str:
    place, kept = 0, ""
    for start, end in spans:
        assert place <= start < end <= len(line)
        kept += line[place:start]
        place = end
    return kept + line[place:]


@given(lines, lines)
def test_what_is_not_marked_is_equal(old: str, new: str) -> None:
    changes = word_changes(old + "\n", new)
    if changes != NO_MARKS:
        kept_old, kept_new = without(old, changes.old), without(new, changes.new)
        assert "".join(kept_old.split()) == "".join(kept_new.split())


def marked(line: str, spans: Spans) -> list[str]:
    return [line[start:end] for start, end in spans]


def test_only_the_changed_words_are_marked() -> None:
    old, new = "def report(rows):", "def report(rows, as_json=False):"
    changes = word_changes(old, new)
    assert marked(old, changes.old) == []
    assert marked(new, changes.new) == [", as_json=False"]


def test_changes_parted_by_a_blank_are_one() -> None:
    old, new = "see the red house there, please", "see the blue car there, please"
    assert marked(new, word_changes(old, new).new) == ["blue car"]


def test_lines_with_little_in_common_are_not_marked() -> None:
    assert word_changes("    return total / count", "    raise ValueError(message)") == NO_MARKS
    assert word_changes("same\n", "same") == NO_MARKS


def test_a_long_line_is_marked_from_both_ends() -> None:
    old = "x" * 500_000 + "old" + "y" * 500_000
    new = "x" * 500_000 + "newer" + "y" * 500_000
    changes = word_changes(old, new)
    assert marked(old, changes.old) == ["old"]
    assert marked(new, changes.new) == ["newer"]


def test_a_mark_between_two_longer_changes_is_of_both() -> None:
    old, new = "the call(one.two) of all", "the call(abc.xyz) of all"
    assert marked(new, word_changes(old, new).new) == ["abc.xyz"]
    old, new = "the call(ab.cd) of all", "the call(xy.zw) of all"
    assert marked(new, word_changes(old, new).new) == ["xy", "zw"]
