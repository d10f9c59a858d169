"""Files created, changed, deleted and renamed: what verdicts on them make, kept, and as a patch."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autocoder_tui.review import FileReview, Review, Verdict
from autocoder_tui.review.file_review import MOVE
from autocoder_tui.review.result import as_result
from autocoder_tui.review.rows.rows import Rows
from autocoder_tui.review.rows.wrapping import WrappedRows
from autocoder_tui.review.serialization import NoReview, review_data, review_of
from autocoder_tui.review.verdict_history import change_in_words
from autocoder_tui.review.warnings import warnings
from tests.review.difficult import edits

A, R, U = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNDECIDED
OLD, NEW = "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\n8\ny\n"


def renamed(before: str = OLD, after: str = NEW) -> FileReview:
    return FileReview.of("b.py", before, after, source="a.py")


def deleted(before: str = OLD) -> FileReview:
    return FileReview.of("a.py", before, "ignored", deletes=True)


def test_each_action_is_known() -> None:
    files = [FileReview.of("n", None, ""), FileReview.of("c", "1", "2"), deleted(), renamed()]
    assert [file.action for file in files] == ["create", "change", "delete", "rename"]
    assert [file.names for file in files] == ["n", "c", "a.py", "a.py → b.py"]
    assert [file.acts for file in files] == [0, 0, 1, 1]


@pytest.mark.parametrize("before", [OLD, "", "no newline"])
def test_a_deletion_is_one_decision(before: str) -> None:
    file = deleted(before)
    assert len(file.hunks) == 1
    assert file.split(0) is file
    assert (file.result(), file.final_path, file.removes) == (before, "a.py", False)
    accepted = file.with_verdict(0, A)
    assert (accepted.result(), accepted.removes, accepted.writes) == (None, True, True)
    assert accepted.without_rejected() is None
    assert file.with_verdict(0, R).without_rejected() == before
    assert file.edited("another") is file
    assert "deletes a.py" in Review((accepted,)).summary


def test_the_move_is_decided_beside_the_hunks() -> None:
    file = renamed()
    assert file.hunks[0] == MOVE
    assert len(file.hunks) == 3
    move_alone = file.with_verdict(0, A)
    assert (move_alone.final_path, move_alone.result()) == ("b.py", OLD)
    hunk_alone = file.with_verdict(1, A)
    assert (hunk_alone.final_path, hunk_alone.result()) == ("a.py", OLD.replace("2", "x"))
    both = file.all_verdict(A)
    assert (both.final_path, both.result()) == ("b.py", NEW)
    assert file.split(0) is file
    assert file.hunk_edited(0, "text") is file
    assert as_result(both).after == NEW


def test_accepting_all_hunks_accepts_no_move_and_no_deletion() -> None:
    assert renamed().text_verdict(A).verdicts == (U, A, A)
    assert deleted().text_verdict(A).verdicts == (U,)
    assert renamed().with_verdict(0, R).text_verdict(A).verdicts == (R, A, A)


@pytest.mark.parametrize("side_by_side", [True, False])
def test_the_move_has_a_row_of_its_own_above_the_text(side_by_side: bool) -> None:
    file = renamed()
    tall = ({0: 2}, {0: 2})
    for rows in (
        Rows(file.diff, file.hunks, side_by_side=side_by_side),
        WrappedRows(file.diff, file.hunks, tall=tall, side_by_side=side_by_side),
    ):
        shown = list(rows)
        assert (shown[0].kind, shown[0].hunk) == ("empty", 0)
        assert [row.kind for row in shown].count("empty") == 1
        assert rows.hunk_rows(0) == range(1)
        assert shown[rows.hunk_rows(1).start].hunk == 1
        assert rows.row_of_line(0, 0) == 1


def test_a_rename_alone_says_so() -> None:
    file = renamed(OLD, OLD)
    assert file.hunks == (MOVE,)
    assert Review((file.all_verdict(A),)).summary.endswith("renames a.py → b.py")
    assert warnings(file) == ()


def test_an_edit_keeps_the_verdict_on_the_move() -> None:
    file = renamed().with_verdict(0, A).with_verdict(1, R)
    edited = file.edited(NEW.replace("y", "z"))
    assert edited.verdicts == (A, R, U)
    assert edited.source == "a.py"


def test_the_old_text_may_have_changed() -> None:
    file = renamed().all_verdict(A)
    now = renamed("0\n" + OLD, "0\n" + NEW)
    assert now.decided_like(file).verdicts == (A, A, A)
    assert deleted("0\n").decided_like(deleted().all_verdict(A)).verdicts == (U,)
    assert deleted().decided_like(deleted().all_verdict(A)).verdicts == (A,)
    elsewhere = FileReview.of("c.py", OLD, NEW, source="a.py")
    assert elsewhere.decided_like(file).verdicts == (U, A, A)
    assert renamed().decided_like(deleted().all_verdict(A)).verdicts == (U, U, U)


def test_an_action_is_told_in_its_own_words() -> None:
    before = Review((renamed(), FileReview.of("o", "1", "", deletes=True)))
    after = before.all_verdict(A)
    said = change_in_words(before, after)
    assert said == "rename of a.py accepted, deletion of o accepted, 2 hunks accepted"


def test_a_deletion_is_not_warned_of_as_an_emptied_file() -> None:
    assert warnings(deleted("text\n" * 40)) == ()
    assert warnings(FileReview.of("x.py", "a\n" * 40, ""))


def test_a_review_of_the_version_before_still_opens() -> None:
    data = review_data(Review((FileReview.of("a", OLD, NEW).all_verdict(A),)))
    for file in data["files"]:
        del file["source"], file["deletes"]
    assert review_of(data).files[0].verdicts == (A, A)


@pytest.mark.parametrize(
    "changes",
    [
        {"deletes": True},
        {"deletes": "yes"},
        {"source": "c.py"},
        {"source": None},
        {"before": None, "source": "c.py"},
    ],
)
def test_what_no_review_made_is_not_read(changes: dict[str, object]) -> None:
    data = review_data(Review((FileReview.of("a", OLD, NEW),)))
    data["files"][0] |= changes
    with pytest.raises(NoReview):
        review_of(data)


verdicts = st.sampled_from(Verdict)


@st.composite
def proposals(draw: st.DrawFn) -> Review:
    """Files of the four actions, names in each other's way, with any verdicts."""
    old = [f"old {number}.txt" for number in range(draw(st.integers(1, 4)))]
    free = ["new 0.txt", "new/1.txt", 'ö "2".txt', "old 0.txt"]
    files: list[FileReview] = []
    for name in old:
        before, after = draw(edits())
        action = draw(st.sampled_from(["change", "delete", "rename", "pure rename"]))
        if action == "change":
            files.append(FileReview.of(name, before, after))
        elif action == "delete":
            files.append(FileReview.of(name, before, "", deletes=True))
        elif new := [n for n in free if n != name and n not in old]:
            path = draw(st.sampled_from(new))
            free.remove(path)
            text = before if action == "pure rename" else after
            files.append(FileReview.of(path, before, text, source=name))
    if draw(st.booleans()) and "new/1.txt" in free:
        files.append(FileReview.of("new/1.txt", None, draw(edits())[1]))
    decided = []
    for file in files:
        for number in range(len(file.hunks)):
            file = file.with_verdict(number, draw(verdicts))
        decided.append(file)
    return Review(tuple(decided))


def _write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, newline="", encoding="utf-8", errors="surrogateescape")


def _files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(proposals())
def test_the_result_is_what_git_makes_of_the_accepted_patch(
    tmp_path_factory: pytest.TempPathFactory, review: Review
) -> None:
    root = tmp_path_factory.mktemp("tree")
    kept = {file.old_path: file.before for file in review.files if file.before is not None}
    for name, text in kept.items():
        _write(root, name, text)
    patch = review.to_patch(accepted_only=True)
    if patch:
        subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=root,
            input=patch.encode("utf-8", "surrogateescape"),
            check=True,
            capture_output=True,
            env={"GIT_CEILING_DIRECTORIES": str(root.parent), "PATH": "/usr/bin:/bin"},
        )
    expected = {}
    for file in review.files:
        result = file.result()
        if result is not None:
            expected[file.final_path] = result
    assert _files(root) == expected


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(proposals())
def test_a_review_of_all_actions_comes_back_as_it_was(review: Review) -> None:
    assert review_of(json.loads(json.dumps(review_data(review)))) == review


def test_without_its_move_a_file_is_changed_where_it_is() -> None:
    file = renamed().with_verdict(1, A).unmoved()
    assert (file.path, file.source, file.action) == ("a.py", "", "change")
    assert len(file.hunks) == len(file.verdicts) == 2
    assert file.verdicts[0] is A
    plain = FileReview.of("c", "1", "2")
    assert plain.unmoved() is plain
