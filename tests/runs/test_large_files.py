"""Files that are too large, or their lines too long, to be compared: from a reply to disk and back.

The bound from which a file is large is lowered for them: what is done is the same for 40 MB.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import InputFile, Limits, RunRequest
from autocoder_tui.headless.delivery import patch_bytes
from autocoder_tui.headless.outcome import file_report
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.preparation import Job, Prepared, prepare_given, read_existing
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reopen_review import reopen
from autocoder_tui.runs.review_record import (
    is_unfinished,
    kept_review,
    reopen_run,
    review_to_keep,
)
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.reviewable import Reviewable, after_write, changes_of
from autocoder_tui.runs.rework import rework
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.workspace import textfile
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.errors import TooLarge
from autocoder_tui.workspace.undo import undo
from tests.engine.conversation import MODEL, endpoint_at
from tests.store.kept_runs import run

A, R = Verdict.ACCEPTED, Verdict.REJECTED
LINES = "".join(f"{n:04d} a line\r\n" for n in range(4_000))
LONG = "".join(f"function f{n}(a,b){{return a+b*{n};}}" for n in range(1_000))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "big.log").write_bytes(LINES.encode())
    (root / "min.js").write_bytes(LONG.encode())
    monkeypatch.setattr(textfile, "MAX_REVIEWED_BYTES", 40_000)
    return root


def prepared(root: Path, *given: str) -> Prepared:
    originals = {name: file for name in given if (file := read_existing(root, name)) is not None}
    files = tuple(InputFile(name, file.text) for name, file in originals.items())
    request = RunRequest("x", MODEL, endpoint_at("http://127.0.0.1:1/v1"), files=files)
    return Prepared(root, request, originals)


def edits(path: str, *pairs: tuple[str, str]) -> FileProposed:
    return FileProposed(
        path, None, "", True, edits=tuple(EditBlock.of(old, new) for old, new in pairs)
    )


BIG = edits("big.log", ("0010 a line\n", "0010 another\n"), ("3999 a line\n", "3999 the last\n"))
MIN = edits("min.js", ("return a+b*7;\n", "return 7;\n"), ("return a+b*900;\n", "return 900;\n"))


def written(root: Path, reviewable: Reviewable, log: ApplyLog) -> None:
    apply_changes(root, changes_of(reviewable, reviewable.review), log=log)


@pytest.mark.parametrize(
    ("proposed", "old", "new"),
    [
        (BIG, b"0010 a line\r\n", b"0010 another\r\n"),
        (MIN, b"return a+b*7;", b"return 7;"),
    ],
)
def test_accepted_places_are_written_and_undone_byte_for_byte(
    root: Path, tmp_path: Path, proposed: FileProposed, old: bytes, new: bytes
) -> None:
    path = root / proposed.path
    before = path.read_bytes()
    reviewable = make_review(prepared(root), [proposed])
    assert reviewable.refused == ()
    (file,) = reviewable.review.files
    assert file.diff.in_places
    assert len(file.hunks) == 2
    decided = reviewable.review.with_file(file.with_verdict(0, A).with_verdict(1, R))
    reviewable = replace(reviewable, review=decided)
    log = ApplyLog.of_project(tmp_path / "state", root)
    written(root, reviewable, log)
    assert path.read_bytes() == before.replace(old, new)
    assert after_write(root, reviewable, decided).written == {proposed.path}
    last = log.last_applied()
    assert last is not None
    undo(log, last.record)
    assert path.read_bytes() == before


def test_the_patch_is_one_that_git_applies(root: Path) -> None:
    reviewable = make_review(prepared(root), [BIG, MIN])
    patch = patch_bytes(reviewable)
    subprocess.run(["git", "apply", "-"], cwd=root, input=patch, check=True)
    wanted = LINES.replace("0010 a line", "0010 another").replace("3999 a line", "3999 the last")
    assert (root / "big.log").read_bytes() == wanted.encode()
    assert b"return 900;" in (root / "min.js").read_bytes()
    reports = [file_report(file) for file in reviewable.review.files]
    assert [(r["added"], r["removed"], r["edits"]["placed"]) for r in reports] == [
        (2, 2, 2),
        (1, 1, 2),
    ]


def test_a_small_file_of_one_long_line_that_was_sent_is_changed_in_parts(root: Path) -> None:
    sent = prepared(root, "min.js")
    proposed = replace(MIN, before=LONG, after=LONG, complete=True)
    (file,) = make_review(sent, [proposed]).review.files
    assert (len(file.hunks), file.complete) == (2, True)


def test_a_whole_text_for_a_large_file_is_refused_with_the_way_out(root: Path) -> None:
    reviewable = make_review(prepared(root), [FileProposed("big.log", None, "x\n", True)])
    assert reviewable.review.files == ()
    ((_, said),) = reviewable.refused
    assert "Ask for edits of it" in said


def test_a_large_file_is_renamed_and_deleted(root: Path, tmp_path: Path) -> None:
    moved = FileProposed("old/big.log", None, "", True, renamed_from="big.log")
    gone = FileProposed("min.js", None, "", True, deletes=True)
    reviewable = make_review(prepared(root), [moved, gone])
    assert [file.action for file in reviewable.review.files] == ["rename", "delete"]
    accepted = replace(reviewable, review=reviewable.review.all_verdict(A))
    written(root, accepted, ApplyLog.of_project(tmp_path / "state", root))
    assert (root / "old/big.log").read_bytes() == LINES.encode()
    assert not (root / "min.js").exists()


def test_more_than_is_kept_for_an_undo_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooLarge, match="larger than 9"):
        read_existing(root, "big.log", most=10_000)
    (root / "huge.log").touch()
    os.truncate(root / "huge.log", textfile.MAX_EDITED_BYTES + 1)
    reviewable = make_review(prepared(root), [edits("huge.log", ("a\n", "b\n"))])
    assert "larger than 64 MB" in reviewable.refused[0][1]


def test_a_target_may_be_large_where_nothing_is_sent(root: Path) -> None:
    job = Job(root, (), "big.log", "x")
    assert prepare_given(job, "reply", Limits()).request.target == "big.log"


def test_a_changed_file_is_placed_anew_and_keeps_its_blocks(root: Path) -> None:
    reviewable = make_review(prepared(root), [BIG])
    text = "one line more\r\n" + LINES
    (root / "big.log").write_bytes(text.encode())
    again = reopen(root, reviewable.review, (), reviewable.prepared)
    assert again.changed == ("big.log",)
    (file,) = again.reviewable.review.files
    assert [hunk.old_start for hunk in file.hunks] == [11, 4_000]
    assert file.edits is not None
    assert len(file.edits.blocks) == 2


def test_a_review_is_kept_without_the_text_of_a_large_file(root: Path) -> None:
    sent = prepared(root)
    reviewable = make_review(sent, [BIG, MIN])
    review = reviewable.review
    review = review.with_file(review.files[0].with_verdict(1, A))
    session = ReviewSession(reviewable, [BIG, MIN])
    session.decide(review)
    data = review_to_keep(session)
    assert len(repr(data)) < 10_000
    kept = kept_review(replace(run(), review=data), sent)
    assert kept is not None
    assert kept[0] == review


def test_what_was_decided_of_other_files_outlives_a_change_of_a_large_one(root: Path) -> None:
    sent = prepared(root)
    small = FileProposed("small.py", None, "one = 1\n", True)
    reviewable = make_review(sent, [BIG, small])
    by_hand = reviewable.review.file("small.py").edited("two = 2\n").with_verdict(0, A)
    session = ReviewSession(reviewable, [BIG, small])
    session.decide(reviewable.review.with_file(by_hand))
    data = review_to_keep(session)
    (root / "big.log").write_bytes(LINES.replace("0500 a line", "0500 mine").encode())
    kept = replace(run(), review=data, files=(BIG, small))
    assert is_unfinished(kept, sent)
    opened = reopen_run(root, kept, sent)
    assert opened.changed == ("big.log",)
    review = opened.reviewable.review
    assert {file.path for file in review.files} == {"big.log", "small.py"}
    assert review.file("small.py") == by_hand
    big = review.file("big.log")
    assert big.before is not None
    assert "0500 mine" in big.before
    assert set(big.verdicts) == {Verdict.UNDECIDED}
    assert len(big.verdicts) == 2


def test_no_more_than_what_was_rejected_of_a_large_file_is_sent_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autocoder_tui.runs.rework.MAX_INPUT_BYTES", 20_000)
    sent = prepared(root)
    reviewable = make_review(sent, [BIG])
    (file,) = reviewable.review.files
    review = reviewable.review.with_file(file.with_verdict(0, R))
    chosen = ChosenModel(MODEL, endpoint_at("http://127.0.0.1:1/v1"))
    again = rework(sent, review, "no", chosen)
    assert again.request.files == ()
    assert "Too large to be given here: big.log" in again.request.requirements
    assert "+0010 another" in again.request.requirements
    assert len(again.request.requirements) < 2_000
    followed = make_review(again, [], review)
    assert followed.review.files[0].verdicts == review.files[0].verdicts
