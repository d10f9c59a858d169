"""From files to a review: what a later run of the same review makes of files on disk."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.engine.request import RunRequest
from autocoder_tui.job import Prepared, changes_of, make_review
from autocoder_tui.review.proposal import FileReview, Review, Verdict
from autocoder_tui.workspace.textfile import read_text_file
from tests.engine.conversation import MODEL, endpoint_at

OLD = "".join(f"line {number}\n" for number in range(20))
NEW = OLD.replace("line 3\n", "three\n")


def test_a_file_the_new_reply_leaves_out_is_compared_with_what_is_on_disk_by_now(
    tmp_path: Path,
) -> None:
    theirs = OLD.replace("line 15\n", "somebody else's\n")
    (tmp_path / "a.py").write_text(theirs)
    decided = Review((FileReview.of("a.py", OLD, NEW).all_verdict(Verdict.ACCEPTED),))
    request = RunRequest("x", MODEL, endpoint_at("http://127.0.0.1:1/v1"))
    originals = {"a.py": read_text_file(tmp_path / "a.py")}
    reviewable = make_review(Prepared(tmp_path, request, originals, earlier=decided), [])
    (change,) = changes_of(reviewable, reviewable.review)
    assert change.text == theirs.replace("line 3\n", "three\n")
    (file,) = reviewable.review.files
    # Taking their line out again is a hunk that nobody has accepted.
    assert [verdict.value for verdict in file.verdicts] == ["accepted", "undecided"]
