"""From replies that delete and rename files to a review, to the disk, and back out of it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.on_disk import review_anew
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reopen_review import reopen
from autocoder_tui.runs.reviewable import (
    Reviewable,
    after_write,
    changes_of,
    in_the_way,
    places_after,
    seen_anew,
)
from autocoder_tui.runs.rework import rework
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.errors import ChangedOnDisk
from autocoder_tui.workspace.undo import redo, undo
from tests.engine.conversation import MODEL, endpoint_at
from tests.workspace.faults import tree

A, R, U = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED
OLD, NEW = "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\n8\ny\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.py").write_text(OLD)
    (root / "b.py").write_text("b\n")
    return root


def prepared(root: Path, *given: str) -> Prepared:
    originals = {name: file for name in given if (file := read_existing(root, name)) is not None}
    files = tuple(InputFile(name, file.text) for name, file in originals.items())
    request = RunRequest("x", MODEL, endpoint_at("http://127.0.0.1:1/v1"), files=files)
    return Prepared(root, request, originals)


def rename(old: str, new: str, before: str | None = None, after: str = "") -> FileProposed:
    return FileProposed(new, before, after, True, renamed_from=old)


def delete(path: str) -> FileProposed:
    return FileProposed(path, None, "", True, deletes=True)


def review_of(
    root: Path, *proposed: FileProposed, given: tuple[str, ...] = ("a.py",)
) -> Reviewable:
    return make_review(prepared(root, *given), proposed)


def names(reviewable: Reviewable) -> list[str]:
    return [f"{file.action} {file.names}" for file in reviewable.review.files]


# ---------------------------------------------------------------- what is offered


def test_all_four_actions_are_offered(root: Path) -> None:
    reviewable = review_of(
        root,
        rename("a.py", "src/a.py", OLD, NEW),
        delete("b.py"),
        FileProposed("c.py", None, "c\n", True),
    )
    assert names(reviewable) == ["rename a.py → src/a.py", "delete b.py", "create c.py"]
    assert reviewable.review.files[0].result() == OLD
    assert reviewable.refused == ()


def test_a_rename_alone_of_a_file_that_was_not_sent_keeps_its_text(root: Path) -> None:
    reviewable = review_of(root, rename("b.py", "c.py"), given=())
    (file,) = reviewable.review.files
    assert (file.before, file.after, len(file.hunks)) == ("b\n", "b\n", 1)
    emptied = review_of(root, rename("a.py", "c.py", OLD, ""))
    assert emptied.review.files[0].after == ""


@pytest.mark.parametrize(
    ("proposed", "reason"),
    [
        ([delete("gone.py")], "There is no gone.py, so it can't be deleted"),
        ([rename("gone.py", "c.py")], "There is no gone.py, so it can't be renamed"),
        ([rename("a.py", "b.py")], "b.py exists already, so a.py can't be renamed to it"),
        ([rename("a.py", "../c.py")], "lead out of the project"),
        ([rename("../a.py", "c.py")], "lead out of the project"),
        ([rename("/etc/passwd", "c.py")], "outside the project"),
        ([delete("/etc/passwd")], "outside the project"),
        ([delete(".git/HEAD")], "git's own folder"),
        ([rename(".git/HEAD", "x")], "git's own folder"),
        ([rename("a.py", ".git/hooks/x")], "git's own folder"),
        ([delete("link.py")], "is a link"),
        ([rename("link.py", "c.py")], "is a link"),
        ([delete("linked/c.py")], "reached through one"),
        ([delete(".env")], "usually holds secrets"),
        ([rename(".env", "notes.txt")], "usually holds secrets"),
        ([rename("pkg/c.py", "PKG/c.py")], "differs only in the case"),
        ([rename("a.py", "folder")], "is a folder"),
        ([delete("folder")], "is a folder"),
        ([rename("a.py", "b.py/c.py")], "needs a folder where b.py is a file"),
    ],
)
def test_what_may_not_be_is_refused_with_the_reason(
    root: Path, proposed: list[FileProposed], reason: str
) -> None:
    (root / "folder").mkdir()
    (root / "folder" / "c.py").write_text("c\n")
    (root / "linked").symlink_to("folder")
    (root / "pkg").mkdir()
    (root / "pkg" / "c.py").write_text("c\n")
    (root / "link.py").symlink_to("b.py")
    (root / ".env").write_text("KEY=1\n")
    reviewable = review_of(root, *proposed, FileProposed("new.py", None, "x\n", True))
    assert names(reviewable) == ["create new.py"]
    ((_, said),) = reviewable.refused
    assert reason in said


def test_a_secret_file_that_was_picked_may_be_deleted(root: Path) -> None:
    (root / ".env").write_text("KEY=1\n")
    reviewable = review_of(root, delete(".env"), given=(".env",))
    assert names(reviewable) == ["delete .env"]
    assert any("secrets" in said for said in reviewable.warnings[".env"])


def test_two_to_one_name_and_one_to_two_names(root: Path) -> None:
    reviewable = review_of(root, rename("a.py", "c.py"), rename("b.py", "c.py"))
    assert names(reviewable) == ["rename a.py → c.py"]
    assert "twice" in reviewable.refused[0][1]
    reviewable = review_of(root, rename("a.py", "c.py"), rename("a.py", "d.py"))
    assert names(reviewable) == ["rename a.py → c.py"]
    assert "renames a.py twice" in reviewable.refused[0][1]


def test_what_a_reply_gives_in_two_frames_is_one_file(root: Path) -> None:
    """The text of the new name, and the deletion of the old one, belong to the move."""
    text = FileProposed("c.py", None, NEW, True)
    reviewable = review_of(root, rename("a.py", "c.py", OLD, OLD), text, delete("a.py"))
    (file,) = reviewable.review.files
    assert (file.source, file.after) == ("a.py", NEW)
    assert reviewable.refused == ()


def test_a_rename_to_its_own_name_is_a_change(root: Path) -> None:
    assert names(review_of(root, rename("a.py", "./a.py", OLD, NEW))) == ["change a.py"]


def test_what_was_sent_is_enough_to_show_it_after_it_was_done(root: Path) -> None:
    """As `history show --patch` does."""
    before = prepared(root, "a.py", "b.py")
    (root / "a.py").rename(root / "c.py")
    (root / "b.py").unlink()
    reviewable = make_review(before, [rename("a.py", "c.py", OLD, NEW), delete("b.py")])
    assert names(reviewable) == ["rename a.py → c.py", "delete b.py"]
    assert "rename from a.py" in reviewable.review.to_patch()


# ---------------------------------------------------------------- warnings


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_what_git_could_not_give_back_is_warned_of(root: Path) -> None:
    def said(*proposed: FileProposed) -> str:
        reviewable = review_of(root, *proposed, given=("a.py", "b.py"))
        return " ".join(reviewable.remarks(reviewable.review.files[0]))

    assert "not in git" in said(delete("a.py"))
    git(root, "init", "-q")
    assert "no commit of it" in said(delete("a.py"))
    git(root, "add", "a.py")
    git(root, "commit", "-qm", "x")
    assert said(delete("a.py")) == ""
    assert said(rename("a.py", "c.py")) == ""
    assert "it is in no commit" in said(delete("b.py"))
    (root / "a.py").write_text(OLD + "mine\n")
    assert "changes that are not committed" in said(delete("a.py"))
    assert "Once renamed" in said(rename("a.py", "c.py"))
    git(root, "add", "a.py")
    assert "changes that are not committed" in said(delete("a.py"))


def test_git_is_asked_below_a_repository_too(root: Path) -> None:
    git(root.parent, "init", "-q")
    git(root.parent, "add", "project/a.py")
    git(root.parent, "commit", "-qm", "x")
    assert review_of(root, delete("a.py")).cautions == {}
    assert "b.py" in review_of(root, delete("b.py")).cautions


def test_deleting_what_was_not_shown_to_the_model_is_warned_of(root: Path) -> None:
    reviewable = review_of(root, delete("b.py"))
    assert "has not seen" in reviewable.remarks(reviewable.review.files[0])[0]


# ---------------------------------------------------------------- to the disk, and back


class Desk:
    """A review that is decided, written, undone."""

    def __init__(self, root: Path, reviewable: Reviewable) -> None:
        self.root, self.reviewable = root, reviewable
        self.log = ApplyLog.of_project(root.parent / "state", root)

    @property
    def review(self) -> Review:
        return self.reviewable.review

    def write(self, review: Review) -> None:
        changes = changes_of(self.reviewable, review)
        apply_changes(self.root, changes, log=self.log)
        self.reviewable = after_write(self.root, self.reviewable, review)

    def undo(self) -> None:
        entry = self.log.last_applied()
        assert entry is not None
        moved = undo(self.log, entry.record)
        places = places_after(self.reviewable, moved.record, forward=False, left=())
        self.reviewable = seen_anew(self.root, self.reviewable, places)

    def redo(self) -> None:
        entry = self.log.next_undone()
        assert entry is not None
        moved = redo(self.log, entry.record)
        places = places_after(self.reviewable, moved.record, forward=True, left=())
        self.reviewable = seen_anew(self.root, self.reviewable, places)


def decided(review: Review, *verdicts: tuple[Verdict, ...]) -> Review:
    files = list(review.files)
    for number, of_file in enumerate(verdicts):
        for hunk, verdict in enumerate(of_file):
            files[number] = files[number].with_verdict(hunk, verdict)
    return Review(tuple(files))


def test_verdicts_may_change_after_a_write_and_be_written_again(root: Path) -> None:
    desk = Desk(root, review_of(root, rename("a.py", "c.py", OLD, NEW), delete("b.py")))
    begun = tree(root)
    both = decided(desk.review, (A, A, A), (A,))
    desk.write(both)
    assert {name: kept[0] for name, kept in tree(root).items()} == {"c.py": NEW.encode()}
    desk.write(decided(desk.review, (R, A, R), (R,)))  # back to its old name, and a part taken out
    assert (root / "a.py").read_text() == OLD.replace("2", "x")
    assert not (root / "c.py").exists()
    assert (root / "b.py").read_text() == "b\n"
    desk.write(decided(desk.review, (R, R, R), (R,)))
    assert tree(root) == begun
    desk.write(both)
    assert (root / "c.py").read_text() == NEW


def test_undo_and_redo_keep_the_review_and_the_disk_together(root: Path) -> None:
    shim = FileProposed("a.py", None, "from c import *\n", True)
    desk = Desk(root, review_of(root, rename("a.py", "c.py", OLD, OLD), shim, delete("b.py")))
    begun = tree(root)
    everything = desk.review.all_verdict(A)
    assert in_the_way(desk.reviewable, everything) == ""
    desk.write(everything)
    written = tree(root)
    desk.undo()
    assert tree(root) == begun
    assert (dict(desk.reviewable.places), desk.reviewable.written) == ({}, frozenset())
    desk.redo()
    assert tree(root) == written
    desk.undo()
    desk.write(everything)
    assert tree(root) == written
    desk.write(desk.review.all_verdict(R))
    assert tree(root) == begun


@pytest.mark.parametrize("kind", ["swap", "chain", "shim"])
def test_one_half_alone_is_refused_in_words_and_writes_nothing(root: Path, kind: str) -> None:
    second = {
        "swap": rename("b.py", "a.py"),
        "chain": rename("b.py", "c.py"),
        "shim": FileProposed("a.py", None, "shim\n", True),
    }[kind]
    first = rename("a.py", "d.py" if kind == "shim" else "b.py", OLD, OLD)
    desk = Desk(root, review_of(root, first, second))
    assert desk.reviewable.refused == ()
    begun = tree(root)
    half = decided(desk.review, (U,), (A,)) if kind == "shim" else decided(desk.review, (A,), (R,))
    assert "keeps its name as long as" in in_the_way(desk.reviewable, half)
    with pytest.raises(ChangedOnDisk):
        desk.write(half)
    assert tree(root) == begun
    desk.write(desk.review.all_verdict(A))
    desk.undo()
    assert tree(root) == begun


def test_it_is_compared_again_with_what_is_on_disk_by_now(root: Path) -> None:
    reviewable = review_of(root, rename("a.py", "c.py", OLD, NEW), delete("b.py"))
    accepted = reviewable.review.all_verdict(A)
    assert review_anew(root, reviewable, accepted).review == accepted
    (root / "b.py").unlink()
    (root / "a.py").write_text(OLD + "more\n")
    again = review_anew(root, reviewable, accepted)
    assert names(again) == ["rename a.py → c.py"]
    assert again.review.files[0].verdicts[0] is A
    assert "can't be deleted" in again.refused[0][1]


def test_a_kept_review_opens_again(root: Path) -> None:
    reviewable = review_of(root, rename("a.py", "c.py", OLD, NEW), delete("b.py"))
    kept = decided(reviewable.review, (A, R, U), (A,))
    assert reopen(root, kept, (), None).reviewable.review == kept
    (root / "a.py").rename(root / "c.py")
    (root / "b.py").unlink()
    opened = reopen(root, kept, (), None).reviewable
    assert names(opened) == ["change c.py"]
    assert opened.review.files[0].verdicts == (R, U)
    assert [name for name, _ in opened.refused] == ["b.py"]


# ---------------------------------------------------------------- sent back with a note


def test_a_note_sends_the_file_under_the_name_it_shall_have(root: Path) -> None:
    before = prepared(root, "a.py", "b.py")
    proposed = [rename("a.py", "c.py", OLD, NEW), delete("b.py")]
    review = decided(make_review(before, proposed).review, (A, A, R), (U,))
    again = rework(before, review, "not the last line", ChosenModel(MODEL, before.request.endpoint))
    assert [(file.path, file.text) for file in again.request.files] == [
        ("c.py", OLD.replace("2", "x"))
    ]
    answer = FileProposed("c.py", OLD.replace("2", "x"), NEW.replace("y", "z"), True)
    later = make_review(again, [answer], review)
    assert names(later) == ["rename a.py → c.py", "delete b.py"]
    assert later.review.files[0].verdicts == (A, A, U)


def test_a_note_on_a_rejected_move_sends_the_file_under_its_old_name(root: Path) -> None:
    before = prepared(root, "a.py", "b.py")
    review = decided(
        make_review(before, [rename("a.py", "c.py", OLD, NEW), delete("b.py")]).review,
        (R, A, U),
        (R,),
    )
    again = rework(before, review, "stay", ChosenModel(MODEL, before.request.endpoint))
    assert {file.path: file.text for file in again.request.files} == {"a.py": NEW, "b.py": "b\n"}
    assert "rename from a.py" in again.request.requirements
    later = make_review(again, [FileProposed("a.py", NEW, NEW, True)], review)
    assert names(later) == ["change a.py", "delete b.py"]
    assert later.review.files[0].verdicts == (A, U)


def test_the_review_of_a_file_is_found_by_where_its_old_text_stands(root: Path) -> None:
    before = prepared(root, "a.py")
    review = make_review(before, [rename("a.py", "c.py", OLD, NEW)]).review.all_verdict(R)
    again = rework(before, review, "d.py!", ChosenModel(MODEL, before.request.endpoint))
    later = make_review(again, [rename("a.py", "d.py", OLD, NEW)], review)
    assert names(later) == ["rename a.py → d.py"]
    assert isinstance(later.review.files[0], FileReview)


def test_what_is_sent_again_of_a_job_of_a_batch_is_a_run_of_its_own(root: Path) -> None:
    """The next start asks about it where it was interrupted, as about any run."""
    before = prepared(root, "a.py")
    review = make_review(before, [FileProposed("a.py", OLD, NEW, True)]).review
    of_batch = replace(before, batch="abcd1234", reply="a reply")
    again = rework(of_batch, review, "no", ChosenModel(MODEL, before.request.endpoint))
    assert (again.batch, again.reply, again.answers) == ("", None, None)
    assert again.request.run_id != before.request.run_id
