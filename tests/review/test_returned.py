"""What was rejected, found again in a later proposal."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.returned import (
    change_of,
    is_unchanged,
    rejected_again,
    rejected_changes,
    returned_in,
    without_accepted,
)
from autocoder_tui.review.review import Review

OLD = "".join(f"line {number}\n" for number in range(12))
_LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "    x = 1\n", "\n"]), max_size=12)


def changed(old: str, *pairs: tuple[str, str]) -> FileReview:
    new = old
    for before, after in pairs:
        new = new.replace(before, after)
    return FileReview.of("a.py", old, new)


def rejected(file: FileReview) -> Review:
    return Review((file.all_verdict(Verdict.REJECTED),))


# One hunk is a part of another.
@example(["b\n"], ["a\n", "a\n", "a\n", "b\n", "a\n", "a\n"])
@given(_LINES, _LINES)
def test_the_same_proposal_comes_back_whole(old: list[str], new: list[str]) -> None:
    file = FileReview.of("a.py", "".join(old), "".join(new))
    told = rejected_changes(rejected(file))
    assert set(returned_in(file, told)) == set(range(len(file.hunks)))
    assert all(v is Verdict.REJECTED for v in rejected_again(file, told).verdicts)


@given(_LINES, _LINES)
def test_what_keeps_the_file_as_it_was_brings_nothing_back(old: list[str], new: list[str]) -> None:
    file = FileReview.of("a.py", "".join(old), "".join(new))
    told = rejected_changes(rejected(file))
    assert not returned_in(FileReview.of("a.py", "".join(old), "".join(old)), told)


def test_it_is_known_where_other_lines_came_before_it() -> None:
    told = rejected_changes(rejected(changed(OLD, ("line 5\n", "line five\n"))))
    again = changed(OLD, ("line 0\n", "begin\nline 0\n"), ("line 5\n", "line five\n"))
    assert returned_in(again, told) == {1: 0}
    assert rejected_again(again, told).verdicts == (Verdict.UNDECIDED, Verdict.REJECTED)


def test_a_change_is_known_where_a_later_one_stands_within_it() -> None:
    file = FileReview.of("a.py", "a\nc\n", "b\nb\nc\nb\nb\n")
    told = rejected_changes(rejected(file))
    assert returned_in(file, told) == {0: 0, 1: 1}
    assert rejected_again(file, told).verdicts == (Verdict.REJECTED, Verdict.REJECTED)


def test_within_a_larger_change_it_is_said_and_left_undecided() -> None:
    told = rejected_changes(rejected(changed(OLD, ("line 5\n", "line five\n"))))
    again = changed(OLD, ("line 5\nline 6\n", "line five\nline six\n"))
    assert returned_in(again, told) == {0: 0}
    assert not is_unchanged(again, 0, told[0])
    assert rejected_again(again, told).verdicts == (Verdict.UNDECIDED,)


def test_another_change_of_the_same_line_is_none_of_it() -> None:
    told = rejected_changes(rejected(changed(OLD, ("line 5\n", "line five\n"))))
    assert not returned_in(changed(OLD, ("line 5\n", "line V\n")), told)
    assert not returned_in(FileReview.of("b.py", OLD, OLD.replace("5", "five")), told)


def test_one_line_put_in_elsewhere_is_another_one() -> None:
    told = rejected_changes(rejected(changed(OLD, ("line 5\n", "line 5\nreturn\n"))))
    assert returned_in(changed(OLD, ("line 5\n", "line 5\nreturn\n")), told) == {0: 0}
    assert not returned_in(changed(OLD, ("line 9\n", "line 9\nreturn\n")), told)


def test_moves_and_deletions_come_back_too() -> None:
    move = FileReview.of("b.py", OLD, OLD, source="a.py")
    gone = FileReview.of("c.py", OLD, "", deletes=True)
    told = rejected_changes(Review((move, gone)).all_verdict(Verdict.REJECTED))
    assert returned_in(move, told) == {0: 0}
    assert returned_in(gone, told) == {0: 1}
    assert not returned_in(FileReview.of("d.py", OLD, OLD, source="a.py"), told)
    assert not returned_in(FileReview.of("b.py", OLD, OLD, source="c.py"), told)


def test_who_accepts_it_after_all_is_not_told_of_it() -> None:
    file = changed(OLD, ("line 5\n", "line five\n"), ("line 9\n", "line nine\n"))
    told = rejected_changes(rejected(file), {change_of(file, 0): "not a word"})
    assert [change.note for change in told] == ["not a word", ""]
    now = Review((file.with_verdict(0, Verdict.ACCEPTED),))
    assert without_accepted(told, now) == told[1:]
