"""What was decided on a file stays exactly with its hunks, whatever the reply makes of the file."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.later_reply import decided_on, dropped_from

LINES = st.lists(st.sampled_from("abcdefgh"), max_size=12).map(
    lambda x: "".join(f"{c}\n" for c in x)
)
_YES: st.SearchStrategy[bool] = st.booleans()


@st.composite
def decided(draw: st.DrawFn) -> tuple[FileReview, FileReview]:
    """A file as it was made, and as it was decided on: split, edited, with verdicts."""
    before = draw(st.none() | LINES)
    made = FileReview.of("a.txt", before, draw(LINES))
    known = made
    if draw(_YES) and made.hunks:
        known = known.split(draw(st.integers(0, len(known.hunks) - 1)))
    if draw(_YES):
        known = known.edited(draw(LINES))
    count = len(known.hunks)
    each: st.SearchStrategy[Verdict] = st.sampled_from(list(Verdict))
    verdicts = tuple(draw(st.lists(each, min_size=count, max_size=count)))
    return made, replace(known, verdicts=verdicts)


def by_place(file: FileReview) -> dict[tuple[int, int, str], Verdict]:
    return {
        (hunk.old_start, hunk.old_end, file.proposed_lines(number)): file.verdicts[number]
        for number, hunk in enumerate(file.hunks)
        if file.verdicts[number] is not Verdict.UNDECIDED
    }


@given(decided(), st.booleans())
def test_where_the_reply_holds_the_same_all_of_it_stays(
    files: tuple[FileReview, FileReview], complete: bool
) -> None:
    made, known = files
    fresh = replace(made, complete=complete, remark="said at the end")
    now = decided_on(fresh, known, made)
    assert (now.after, now.hunks, now.verdicts) == (known.after, known.hunks, known.verdicts)
    assert now.result() == known.result()
    assert (now.complete, now.remark) == (complete, "said at the end")
    assert dropped_from(known, made, now) is None


@given(decided(), LINES)
def test_where_it_holds_another_text_a_verdict_is_its_hunks_or_is_said_to_be_dropped(
    files: tuple[FileReview, FileReview], after: str
) -> None:
    made, known = files
    fresh = FileReview.of("a.txt", made.before, after)
    now = decided_on(fresh, known, made)
    if after == made.after:
        return
    assert now.after == after
    kept, were = by_place(now), by_place(known)
    assert kept.items() <= were.items()
    dropped = dropped_from(known, made, now)
    lost = sum(v is not Verdict.UNDECIDED for v in known.verdicts) - sum(
        v is not Verdict.UNDECIDED for v in now.verdicts
    )
    assert lost >= 0
    edited = known.after != made.after and now.after != known.after
    assert (dropped is not None) == (lost > 0 or edited)
    if dropped is not None:
        assert dropped.verdicts == lost
        assert dropped.edited == (known.after if edited else None)


@given(decided())
def test_what_was_decided_on_a_file_that_is_gone_is_said(
    files: tuple[FileReview, FileReview],
) -> None:
    made, known = files
    dropped = dropped_from(known, made, None)
    count = sum(verdict is not Verdict.UNDECIDED for verdict in known.verdicts)
    assert (dropped is not None) == (count > 0 or known.after != made.after)
    if dropped is not None:
        assert "is not in the reply any more" in str(dropped)


def test_a_verdict_on_lines_that_come_twice_at_a_place_is_of_one_of_them() -> None:
    made = FileReview.of("a.txt", "x\n", "a\nx\n")
    known = made.with_verdict(0, Verdict.ACCEPTED)
    now = decided_on(FileReview.of("a.txt", "x\n", "a\nb\na\nx\n"), known, made)
    assert now.counts.accepted == 1
    assert now.result() == known.result()
