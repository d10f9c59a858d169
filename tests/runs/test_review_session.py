"""The review on the screen as one value, and the controllers that change it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from autocoder_tui.engine.request import RunRequest
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.review_session import ReviewSession, Written
from autocoder_tui.runs.reviewable import Reviewable, seen_anew
from autocoder_tui.ui.controllers.review_autosave import ReviewAutosave
from autocoder_tui.ui.controllers.review_display import clear_review, show_review, show_session
from autocoder_tui.ui.program import Program
from autocoder_tui.workspace.textfile import read_text_file
from tests.engine.conversation import MODEL, endpoint_at

OLD, NEW = "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\ny\n9\n"


def reviewable(root: Path) -> Reviewable:
    (root / "a.py").write_text(OLD)
    request = RunRequest("x", MODEL, endpoint_at("http://127.0.0.1:1/v1"))
    original = read_text_file(root / "a.py")
    review = Review((FileReview.of("a.py", OLD, NEW),))
    prepared = Prepared(root, request, {"a.py": original})
    return Reviewable(review, {"a.py": original}, {}, (("b", "outside"),), prepared)


def wrote(session: ReviewSession, record: str | None = "r1") -> None:
    session.wrote(record, Written(session.review, "a.py", record is not None, True))


def accepted(session: ReviewSession) -> ReviewSession:
    session.decide(session.review.all_verdict(Verdict.ACCEPTED))
    return session


def test_a_review_is_written_as_long_as_it_is_as_it_was_written(tmp_path: Path) -> None:
    session = accepted(ReviewSession(reviewable(tmp_path)))
    assert session.unwritten == "2 accepted hunks are not written."
    wrote(session)
    assert session.written == "✓ written, {write.undo} undoes, {write.commit} commits: a.py"
    assert not session.unwritten
    assert not session.is_open
    assert session.take_back() is not None
    assert not session.written
    assert session.do_again() is not None
    assert session.written


def test_what_changed_during_the_write_is_not_called_written(tmp_path: Path) -> None:
    session = accepted(ReviewSession(reviewable(tmp_path)))
    writing = session.review
    session.decide(session.review.with_file(session.review.files[0].with_verdict(0, _REJECTED)))
    session.wrote("r1", Written(writing, "a.py"))
    assert not session.written
    assert session.unwritten == "1 accepted hunk is not written."


_REJECTED = Verdict.REJECTED


def test_an_undone_write_that_is_done_again_is_called_written_again(tmp_path: Path) -> None:
    session = accepted(ReviewSession(reviewable(tmp_path)))
    wrote(session)
    assert session.holds("r1")
    session.write_moved("r1", "r2", forward=False)
    assert not session.written
    session.write_moved("r2", "r3", forward=True)
    assert session.written
    assert not session.holds("r1")
    session.write_moved("r3", "r4", forward=False)
    session.write_moved("r4", "r5", forward=True, whole=False)
    assert not session.written


def test_after_a_commit_the_line_names_no_key_for_it(tmp_path: Path) -> None:
    session = accepted(ReviewSession(reviewable(tmp_path)))
    wrote(session)
    session.committed("of another")
    assert "{write.commit} commits" in session.written
    session.committed("r1")
    assert session.written == "✓ written, {write.undo} undoes: a.py"
    session.write_moved("r1", "r2", forward=False)
    session.write_moved("r2", "r3", forward=True)
    assert "{write.commit} commits" not in session.written


def test_a_rejected_review_is_open_and_one_with_nothing_to_see_is_not(tmp_path: Path) -> None:
    session = ReviewSession(reviewable(tmp_path))
    session.decide(session.review.all_verdict(Verdict.REJECTED), tell=True)
    assert session.is_open
    assert not session.unwritten
    assert session.summary.startswith("2 hunks rejected, - takes that back · 0 of 2 accepted")
    assert not ReviewSession(Reviewable(Review(()), {}, {}, ())).is_open


def test_the_warnings_of_an_edit_go_with_it(tmp_path: Path) -> None:
    session = ReviewSession(reviewable(tmp_path))
    session.edit(session.review.files[0].edited(OLD), ("shrinks",))
    assert "shrinks" in session.warnings["a.py"]
    session.take_back()
    assert "shrinks" not in session.warnings["a.py"]
    session.do_again()
    assert "shrinks" in session.warnings["a.py"]


def test_taking_back_what_is_on_disk_says_that_it_is_there(tmp_path: Path) -> None:
    session = accepted(ReviewSession(reviewable(tmp_path)))
    (tmp_path / "a.py").write_text(NEW)
    session.reviewable = seen_anew(tmp_path, session.reviewable, {"a.py": "a.py"})
    wrote(session)
    session.take_back()
    assert [file.path for file in session.taken_out] == ["a.py"]
    assert session.unwritten == (
        "Hunks that were written are no longer accepted, and still on disk."
    )


class Fake:
    """A program without an App: notes what is shown, marked and kept."""

    def __init__(self) -> None:
        self.review_session: ReviewSession | None = None
        self.shown: list[ReviewSession | None] = []
        self.marks: list[str] = []
        self.kept: list[dict[str, Any]] = []
        self.main = self.session = self
        self.pane = SimpleNamespace(show=self.show, decide_on=lambda _: False)
        self.reviews = ReviewAutosave(cast(Program, self))
        self.project = SimpleNamespace(review_changed=lambda: None)
        self.runner = SimpleNamespace(keeping=SimpleNamespace(run_id="", keep_review=self.keep))

    def query_one(self, _: object) -> SimpleNamespace:
        return self.pane

    def show(self, session: ReviewSession | None) -> None:
        self.shown.append(session)

    def mark(self, _: str, sign: str) -> None:
        self.marks.append(sign)

    def changed(self) -> None:
        pass

    def keep(self, data: dict[str, Any]) -> None:
        self.kept.append(data)


def test_a_review_is_shown_and_kept_from_one_place_and_cleared(tmp_path: Path) -> None:
    fake = Fake()
    app = cast(Program, fake)
    first = reviewable(tmp_path)
    assert first.prepared is not None
    fake.runner.keeping.run_id = first.prepared.request.run_id
    show_review(app, first, [])
    session = fake.review_session
    assert fake.shown == [session]
    assert fake.marks == [" 2"]
    assert session is not None
    fake.reviews.changed()
    assert len(fake.kept) == 1, "what has not changed is not written again"
    accepted(session)
    wrote(session)
    fake.reviews.changed()
    assert [data["written"] for data in fake.kept] == ["", session.written]
    assert fake.kept[0]["refused"] == [["b", "outside"]]
    clear_review(app)
    fake.reviews.changed()
    assert fake.review_session is None
    assert fake.shown[-1] is None
    assert len(fake.kept) == 2


def test_what_is_undecided_stands_behind_the_tab_and_not_what_there_is(tmp_path: Path) -> None:
    fake, session = Fake(), accepted(ReviewSession(reviewable(tmp_path)))
    fake.runner.keeping.run_id = str(session.run_id)
    show_session(cast(Program, fake), session)
    assert fake.marks == [" ✓"]
