"""A kept review opened again, on files that stayed and on files that changed."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.runs.reopen_review import reopen
from autocoder_tui.runs.reviewable import changes_of
from autocoder_tui.workspace.apply import apply_changes

OLD = "".join(f"line {n}\n" for n in range(1, 31))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 20\n", "line twenty\n")


def kept(folder: Path) -> Review:
    (folder / "a.txt").write_text(OLD)
    file = FileReview.of("a.txt", OLD, NEW)
    file = file.with_verdict(0, Verdict.ACCEPTED).with_verdict(1, Verdict.REJECTED)
    return Review((file, FileReview.of("new.txt", None, "x\n").all_verdict(Verdict.ACCEPTED)))


def test_where_nothing_changed_it_is_the_same_review_and_can_be_written(tmp_path: Path) -> None:
    review = kept(tmp_path)
    opened = reopen(tmp_path, review, (), None)
    assert opened.reviewable.review == review
    assert opened.changed == ()
    apply_changes(tmp_path, changes_of(opened.reviewable, review))
    assert (tmp_path / "a.txt").read_text() == OLD.replace("line 3\n", "line three\n")
    assert (tmp_path / "new.txt").read_text() == "x\n"


def test_a_file_that_changed_is_named_and_compared_as_it_is_now(tmp_path: Path) -> None:
    review = kept(tmp_path)
    now = "inserted\n" + OLD.replace("line 20\n", "line 20, by somebody\n")
    (tmp_path / "a.txt").write_text(now)
    opened = reopen(tmp_path, review, (), None)
    assert opened.changed == ("a.txt",)
    file = opened.reviewable.review.file("a.txt")
    assert file.before == now
    at = [file.replaced_lines(number) for number in range(len(file.hunks))]
    verdict = dict(zip(at, file.verdicts, strict=True))
    assert verdict["line 3\n"] is Verdict.ACCEPTED
    assert verdict["line 20, by somebody\n"] is Verdict.UNDECIDED


def test_a_new_file_that_exists_by_now_is_compared_with_it(tmp_path: Path) -> None:
    review = kept(tmp_path)
    (tmp_path / "new.txt").write_text("somebody's\n")
    opened = reopen(tmp_path, review, (), None)
    assert opened.changed == ("new.txt",)
    assert opened.reviewable.review.file("new.txt").counts.undecided == 1


def test_what_cannot_be_compared_any_more_is_refused(tmp_path: Path) -> None:
    review = kept(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"\0\1\2" * 100)
    outside = Review((*review.files, FileReview.of("../out.txt", None, "x\n")))
    opened = reopen(tmp_path, outside, [("b", "why")], None)
    assert [file.path for file in opened.reviewable.review.files] == ["new.txt"]
    assert [name for name, _ in opened.reviewable.refused] == ["b", "../out.txt", "a.txt"]
