"""A review survives being kept as JSON, with its splits, edits and verdicts, exactly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.review.serialization import NoReview, review_data, review_of

from .difficult import edits, texts

ANY_TEXT = st.one_of(texts(), st.text("ab\n\r\0é\ud800\u2028", max_size=40))


@st.composite
def reviews(draw: st.DrawFn) -> Review:
    files = []
    for path in draw(st.lists(st.sampled_from(["a.py", "b/ü.txt", "c\x1b"]), unique=True)):
        before, after = draw(st.one_of(edits(), st.tuples(ANY_TEXT, ANY_TEXT)))
        file = FileReview.of(
            path,
            draw(st.sampled_from([before, None])),
            after,
            draw(st.booleans()),
            draw(st.sampled_from(["", "cut off \x1b[2J"])),
        )
        for _ in range(draw(st.integers(0, 3))):
            if file.hunks:
                file = file.split(draw(st.integers(0, len(file.hunks) - 1)))
            decided = draw(st.booleans())
            if file.hunks and decided:
                number = draw(st.integers(0, len(file.hunks) - 1))
                file = file.hunk_edited(number, draw(texts()))
        for number in range(len(file.hunks)):
            file = file.with_verdict(number, draw(st.sampled_from(Verdict)))
        files.append(file)
    return Review(tuple(files))


@settings(suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy
@given(reviews())
def test_a_review_comes_back_as_it_was(review: Review) -> None:
    again = review_of(json.loads(json.dumps(review_data(review))))
    assert again == review
    assert again.results() == review.results()
    assert again.to_patch() == review.to_patch()


def data(**changes: Any) -> dict[str, Any]:
    kept = review_data(Review((FileReview.of("a", "1\n2\n3\n", "1\nx\n3\ny\n"),)))
    kept["files"][0] |= changes
    return kept


def new_file(**changes: Any) -> dict[str, Any]:
    return data(before=None, after="1\n", hunks=[[0, 0, 0, 1]], verdicts=["accepted"], **changes)


def test_a_new_file_is_a_review() -> None:
    file = FileReview.of("a", None, "1\n").with_verdict(0, Verdict.ACCEPTED)
    assert review_of(new_file()).files == (file,)


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        {},
        {"files": 3},
        {"files": [3]},
        data(before=7),
        new_file(source="b.txt"),
        new_file(deletes=True),
        data(after=None),
        data(complete="yes"),
        data(verdicts=["accepted"]),
        data(verdicts=["accepted", "perhaps"]),
        data(hunks=[[0, 1], [1, 2]]),
        data(hunks=[[1, 2, 1, 2], [3, 3, 3, 5]]),
        data(hunks=[[3, 3, 3, 4], [1, 2, 1, 2]]),
        data(hunks=[[1, 2, 1, 2], [2, 3, 2, 3]]),
        data(hunks=[[1, 2, 1, 2], [-1, 3, 3, 4]]),
        data(before="1\nsomething else\n3\nmore\n"),
        {"files": data()["files"] * 2},
    ],
)
def test_what_cannot_be_a_review_is_refused(damaged: Any) -> None:
    with pytest.raises(NoReview):
        review_of(damaged)
