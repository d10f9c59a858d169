"""Whatever was done to a review can be taken back step by step, and done again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.review import verdict_history as history_module
from autocoder_tui.review.verdict_history import (
    Place,
    Standing,
    VerdictHistory,
    change_in_words,
    first_change,
)

OLD = "".join(f"line {number}\n" for number in range(40))
NEW = OLD.replace("line 3\n", "three\nand\n").replace("line 20\n", "twenty\n")
BEGIN = Review((FileReview.of("a.py", OLD, NEW), FileReview.of("b.py", None, "new\n")))


@st.composite
def actions(draw: st.DrawFn, review: Review) -> Review:
    """The review after one action of those that a person has."""
    file = draw(st.sampled_from(review.files))
    hunk = draw(st.integers(0, len(file.hunks) - 1)) if file.hunks else None
    verdict = draw(st.sampled_from(Verdict))
    kind = draw(st.sampled_from(["hunk", "file", "all", "split", "edit"]))
    if kind == "all":
        return review.all_verdict(verdict)
    if kind == "file" or hunk is None:
        return review.with_file(file.all_verdict(verdict))
    if kind == "split":
        return review.with_file(file.split(hunk))
    if kind == "edit":
        lines = draw(st.sampled_from(["x\n", "", "three\n", file.proposed_lines(hunk)]))
        return review.with_file(file.hunk_edited(hunk, lines))
    return review.with_file(file.with_verdict(hunk, verdict))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_actions_are_taken_back_one_by_one_and_done_again(data: st.DataObject) -> None:
    history = VerdictHistory(Standing(BEGIN, {}))
    stood = [history.now]
    for number in range(data.draw(st.integers(0, 8))):
        review = data.draw(actions(history.now.review))
        history = history.then(Standing(review, {"a.py": (str(number),)}))
        if review != stood[-1].review:
            stood.append(history.now)
        else:
            stood[-1] = history.now
    for standing in reversed(stood[:-1]):
        history = history.taken_back()
        assert history.now == standing
    assert history.taken_back() is history, "there is no more"
    for standing in stood[1:]:
        history = history.done_again()
        assert history.now == standing
    assert history.done_again() is history


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_what_is_done_after_taking_back_takes_the_place_of_what_was(data: st.DataObject) -> None:
    first = data.draw(actions(BEGIN))
    history = VerdictHistory(Standing(BEGIN, {})).then(Standing(first, {})).taken_back()
    other = data.draw(actions(BEGIN))
    again = history.then(Standing(other, {}))
    assert again.now.review == other
    # What changes nothing is no action, so what was taken back can still be done again.
    assert bool(again.future) == (other == BEGIN and first != BEGIN)


def test_the_first_action_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "MOST_ACTIONS", 3)
    history = VerdictHistory(Standing(BEGIN, {}))
    for verdict in (Verdict.ACCEPTED, Verdict.REJECTED) * 3:
        history = history.then(Standing(BEGIN.all_verdict(verdict), {}))
    assert len(history.past) == 3
    for _ in range(5):
        history = history.taken_back()
    assert history.now.review == BEGIN.all_verdict(Verdict.ACCEPTED)


def test_the_words_count_the_hunks_by_what_they_are_now() -> None:
    rejected = BEGIN.all_verdict(Verdict.REJECTED)
    a = BEGIN.files[0]
    assert change_in_words(rejected, BEGIN, " again") == "3 hunks undecided again"
    mixed = BEGIN.with_file(a.with_verdict(1, Verdict.ACCEPTED))
    assert change_in_words(rejected, mixed) == "1 hunk accepted, 2 hunks undecided"
    edited = mixed.with_file(mixed.files[0].hunk_edited(1, "XX\n"))
    assert change_in_words(mixed, edited) == "the edit of a.py, 1 hunk undecided"
    assert change_in_words(edited, mixed, " again") == "the edit of a.py, 1 hunk accepted again"
    assert change_in_words(BEGIN, BEGIN) == "nothing"


def test_a_split_is_named_and_a_name_is_made_safe() -> None:
    file = FileReview.of("a\x1b.py", "1\n2\n3\n", "x\ny\nz\n")
    whole, split = Review((file,)), Review((file.split(0),))
    assert split != whole
    assert change_in_words(split, whole, " again") == "the split, 1 hunk undecided again"
    edited = Review((file.edited("q\n"),))
    assert "\x1b" not in change_in_words(whole, edited)


def test_the_place_of_a_change_is_the_first_hunk_that_differs() -> None:
    a, b = BEGIN.files
    second = BEGIN.with_file(a.with_verdict(1, Verdict.ACCEPTED))
    assert first_change(BEGIN, second) == Place(0, 1)
    assert first_change(BEGIN, BEGIN.with_file(b.all_verdict(Verdict.REJECTED))) == Place(1, 0)
    same = BEGIN.with_file(a.edited(OLD))
    assert first_change(BEGIN, same) == Place(0, -1), "an edit may leave no hunk"
