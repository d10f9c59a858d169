"""From the bytes on disk and a reply to the bytes that are written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.headless.delivery import patch_bytes
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.comparison import compared, compared_anew
from autocoder_tui.runs.preparation import Job, Prepared, prepare
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable, after_write, changes_of
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.textfile import read_text_file
from tests.engine.conversation import MODEL, QUICK, endpoint_at
from tests.review.test_line_ends import lines_of, old_texts

ENDPOINT = endpoint_at("http://127.0.0.1:1/v1")


def reviewed(
    root: Path, requirements: str, *proposed: FileProposed, picks: tuple[str, ...] = ()
) -> Reviewable:
    chosen = ChosenModel(MODEL, ENDPOINT)
    prepared = prepare(Job(root, picks, None, requirements), chosen, QUICK)
    return make_review(prepared, proposed)


def write_all(root: Path, reviewable: Reviewable) -> None:
    review = reviewable.review.all_verdict(Verdict.ACCEPTED)
    apply_changes(root, changes_of(reviewable, review))


@given(old_texts(), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["utf-8", "utf-16"]))
def test_on_disk_unchanged_lines_are_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, old: str, style: str, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.txt"
    path.write_bytes(old.encode(encoding))
    original = read_text_file(path)
    # The model saw the text as we read it, changes the first line and adds one at the end.
    given_lines = lines_of(original.text)
    reply = style.join(["first", *(body for body, _ in given_lines[1:]), "last"]) + style
    file = compared("lines.txt", original, reply).all_verdict(Verdict.ACCEPTED)
    written = original.encode(file.result() or "").decode(encoding)
    before, after = lines_of(old), lines_of(written)
    assert [body for body, _ in after] == ["first", *(body for body, _ in before[1:]), "last"]
    for (_, had), (_, has) in zip(before[1:], after[1:], strict=False):
        assert has == had or not had
    rejected = file.all_verdict(Verdict.REJECTED)
    assert original.encode(rejected.result() or "") == old.encode(encoding)


@pytest.mark.parametrize(
    ("disk", "requirements", "reply", "written"),
    [
        (b"a\nb\n", "x", "a\r\nB\r\n", b"a\nB\n"),
        (b"a\r\nb\r\n", "x", "a\nB\nc\n", b"a\r\nB\r\nc\r\n"),
        (b"a\r\nb\r\n", "x", "a\r\nB\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
        (b"a\rb\r", "x", "a\r\nB\r\n", b"a\rB\r"),
        (b"a\r\nb\nc\r\n", "x", "a\nb\nC\n", b"a\r\nb\nC\r\n"),
        (b"a\r\nb", "x", "a\nB", b"a\r\nB"),
        (b"\xef\xbb\xbfa\nb\n", "x", "\ufeffa\nB\n", b"\xef\xbb\xbfa\nB\n"),
        (b"a\r\nb", "x", "a\nb\nc\n", b"a\r\nb\r\nc\r\n"),
        (None, "x", "a\r\nb\r\n", b"a\nb\n"),
        (None, "A file with CRLF line endings", "a\r\nb\r\n", b"a\r\nb\r\n"),
        # Line ends that were asked for.
        (b"a\nb\n", "Convert to CRLF", "a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\r\nb\r\n", "Convert to LF", "a\nb\n", b"a\nb\n"),
        (b"a\r\nb\n", "Use LF line endings", "a\nb\n", b"a\nb\n"),
    ],
)
def test_what_is_written(
    tmp_path: Path, disk: bytes | None, requirements: str, reply: str, written: bytes
) -> None:
    path = tmp_path / "a.txt"
    picks: tuple[str, ...] = ()
    if disk is not None:
        path.write_bytes(disk)
        picks = ("a.txt",)
    proposed = FileProposed("a.txt", None, reply, True, "")
    reviewable = reviewed(tmp_path, requirements, proposed, picks=picks)
    patch = patch_bytes(reviewable)
    write_all(tmp_path, reviewable)
    assert path.read_bytes() == written
    # The patch does the same to the file as it was.
    path.unlink()
    if disk is not None:
        path.write_bytes(disk)
    command = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(command, cwd=tmp_path, input=patch, check=True)
    assert path.read_bytes() == written


def test_a_file_that_is_only_read_from_disk_is_fitted_too(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\r\nb\nc\n")
    prepared = Prepared(tmp_path, RunRequest("x", MODEL, ENDPOINT), {})
    reviewable = make_review(prepared, [FileProposed("a.txt", None, "a\nb\nC\n", True, "")])
    write_all(tmp_path, reviewable)
    assert (tmp_path / "a.txt").read_bytes() == b"a\r\nb\nC\n"


def test_compared_anew_with_a_file_that_has_other_ends_by_now(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\nb\n")
    file = compared("a.txt", read_text_file(path), "a\nB\n").all_verdict(Verdict.ACCEPTED)
    path.write_bytes(b"a\r\nb\nc\r\n")
    now = read_text_file(path)
    again = compared_anew(file, now)
    assert again.after == "a\r\nB\r\n"
    assert again.before == "a\r\nb\nc\r\n"


def test_nothing_but_line_ends_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\nb\n")
    proposed = FileProposed("a.txt", None, "a\r\nb\r\n", True, "")
    reviewable = reviewed(tmp_path, "x", proposed, picks=("a.txt",))
    (file,) = reviewable.review.files
    assert reviewable.remarks(file) == ("Nothing but line ends changes, in 2 lines: LF to CRLF.",)
    edited = file.edited("a\nB\n")
    assert reviewable.remarks(edited) == ()


def test_a_new_batch_file_keeps_the_ends_it_needs() -> None:
    assert compared("run.bat", None, "a\r\nb\r\n").after == "a\r\nb\r\n"
    assert compared("run.sh", None, "a\r\nb\r\n").after == "a\nb\n"


def test_line_ends_that_were_written_can_be_taken_back(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\nb\n")
    proposed = FileProposed("a.txt", None, "a\r\nb\r\n", True, "")
    reviewable = reviewed(tmp_path, "x", proposed, picks=("a.txt",))
    accepted = reviewable.review.all_verdict(Verdict.ACCEPTED)
    write_all(tmp_path, reviewable)
    reviewable = after_write(tmp_path, reviewable, accepted)
    assert reviewable.written == {"a.txt"}
    rejected = accepted.all_verdict(Verdict.REJECTED)
    apply_changes(tmp_path, changes_of(reviewable, rejected))
    assert (tmp_path / "a.txt").read_bytes() == b"a\nb\n"


def test_line_ends_asked_for_among_other_things_are_kept_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\r\nb\r\n")
    proposed = FileProposed("a.txt", None, "a\nB\n", True, "")
    reviewable = reviewed(tmp_path, "Use LF and rename b", proposed, picks=("a.txt",))
    assert "ask for that alone" in " ".join(reviewable.warnings["a.txt"])
    write_all(tmp_path, reviewable)
    assert (tmp_path / "a.txt").read_bytes() == b"a\r\nB\r\n"
    reviewable = reviewed(tmp_path, "Rename b", proposed, picks=("a.txt",))
    assert "ask for that alone" not in " ".join(reviewable.warnings["a.txt"])
