"""From files to a review: what a later run of the same review makes of files on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable, changes_of
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
    reviewable = make_review(Prepared(tmp_path, request, originals, goes_on=True), [], decided)
    (change,) = changes_of(reviewable, reviewable.review)
    assert change.text == theirs.replace("line 3\n", "three\n")
    (file,) = reviewable.review.files
    # Taking their line out again is a hunk that nobody has accepted.
    assert [verdict.value for verdict in file.verdicts] == ["accepted", "undecided"]


def reviewed(root: Path, target: str, *proposed: FileProposed) -> Reviewable:
    """What a run that was asked for `target`, which is there, makes of what was proposed."""
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    (root / target).write_text(OLD)
    files = (InputFile(target, OLD),)
    request = RunRequest("x", MODEL, endpoint_at("http://127.0.0.1:1/v1"), files, target=target)
    originals = {target: read_text_file(root / target)}
    return make_review(Prepared(root, request, originals), proposed)


def blocking(reviewable: Reviewable, path: str) -> list[str]:
    return [concern.message for concern in reviewable.concerns[path] if concern.blocks]


@pytest.mark.parametrize("named", ["tests/a.py", "lib/a.py", "src/x/a.py"])
def test_a_file_named_otherwise_is_taken_for_the_target_and_blocks(
    tmp_path: Path, named: str
) -> None:
    reviewable = reviewed(tmp_path, "src/a.py", FileProposed(named, None, NEW, True))
    (message,) = blocking(reviewable, "src/a.py")
    assert named in message


@pytest.mark.parametrize("named", ["a.py", "src/a.py", "./src/a.py", "project/src/a.py"])
def test_a_name_that_is_a_part_of_the_target_is_the_target(tmp_path: Path, named: str) -> None:
    (tmp_path / "project").mkdir()
    reviewable = reviewed(tmp_path / "project", "src/a.py", FileProposed(named, None, NEW, True))
    assert reviewable.concerns == {"src/a.py": ()}


def test_a_file_that_is_there_is_not_taken_for_the_target(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n")
    reviewable = reviewed(tmp_path, "src/a.py", FileProposed("a.py", None, NEW, True))
    assert [file.path for file in reviewable.review.files] == ["a.py"]
    assert "not asked for" in reviewable.unasked("a.py")[0]


@pytest.mark.parametrize("doubt", [{"versions": 2}, {"guesses": 1}])
def test_a_text_that_may_not_be_the_one_that_was_meant_blocks(
    tmp_path: Path, doubt: dict[str, Any]
) -> None:
    proposal = FileProposed("a.py", OLD, NEW, True, "Look at it.", **doubt)
    assert blocking(reviewed(tmp_path, "a.py", proposal), "a.py") == ["Look at it."]


def test_of_two_names_of_one_file_the_last_is_offered_and_blocks(tmp_path: Path) -> None:
    named = str(tmp_path.resolve() / "a.py")
    reviewable = reviewed(
        tmp_path,
        "a.py",
        FileProposed("a.py", OLD, OLD + "first\n", True),
        FileProposed(named, OLD, NEW, True),
    )
    (file,) = reviewable.review.files
    assert file.after == NEW
    assert len(blocking(reviewable, "a.py")) == 1
