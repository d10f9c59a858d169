"""Renames that change nothing but the case of a name, on either kind of file system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reopen_review import reopen
from autocoder_tui.runs.reviewable import changes_of
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.errors import PathRefused
from autocoder_tui.workspace.paths import is_named_so
from autocoder_tui.workspace.recovery import recover
from autocoder_tui.workspace.textfile import read_text_file
from autocoder_tui.workspace.undo import redo, undo
from tests.runs.test_file_actions import prepared
from tests.workspace.folding import fold_case


@pytest.fixture(params=["case told", "case ignored"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path.resolve() / "project"
    root.mkdir()
    (root / "Readme.md").write_text("one\n")
    (root / "Readme.md").chmod(0o640)
    (root / "other.md").write_text("two\n")
    if request.param == "case ignored":
        fold_case(monkeypatch, root)
        assert (root / "README.MD").exists()
        assert not is_named_so(root / "README.MD")
    return root


def names(root: Path) -> dict[str, tuple[str, int]]:
    return {
        name: ((root / name).read_text(), (root / name).stat().st_mode & 0o777)
        for name in sorted(path.name for path in root.iterdir())
    }


def rename(root: Path, text: str | None = None) -> Change:
    original = read_text_file(root / "Readme.md")
    return Change("README.md", original.text if text is None else text, original, "Readme.md")


@pytest.mark.parametrize("text", [None, "another\n"])
def test_it_is_written_undone_and_done_again(root: Path, tmp_path: Path, text: str | None) -> None:
    log = ApplyLog.of_project(tmp_path / "state", root)
    old = names(root)
    apply_changes(root, [rename(root, text)], log=log)
    new = names(root)
    assert new == {"README.md": (text or "one\n", 0o640), "other.md": old["other.md"]}
    for _ in range(2):
        last = log.last_applied()
        assert last is not None
        undo(log, last.record)
        assert names(root) == old
        undone = log.next_undone()
        assert undone is not None
        redo(log, undone.record)
        assert names(root) == new


@pytest.mark.parametrize("call", ["link", "rename", "replace", "fsync", "unlink"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_whatever_fails_nothing_is_lost(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, at: int
) -> None:
    log = ApplyLog.of_project(tmp_path / "state", root)
    change, old = rename(root, "another\n"), names(root)
    real, left = getattr(os, call), [at]

    def failing(*arguments: object, **named: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(5, "broken")
        return real(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing)
        try:
            apply_changes(root, [change], log=log)
        except Exception:
            pass
    recover(log)
    after = {name: text for name, (text, _) in names(root).items() if not name.startswith(".")}
    was = {name: text for name, (text, _) in old.items()}
    assert after in (was, {"README.md": "another\n", "other.md": "two\n"})


def test_a_file_that_stays_keeps_its_name(root: Path) -> None:
    original = read_text_file(root / "Readme.md")
    with pytest.raises(PathRefused, match="differs only in case"):
        apply_changes(root, [Change("README.md", "x\n", None)])
    other = read_text_file(root / "other.md")
    with pytest.raises(PathRefused, match="differs only in case"):
        apply_changes(root, [Change("README.md", other.text, other, "other.md")])
    assert read_text_file(root / "Readme.md").stamp == original.stamp


def test_it_is_offered_and_reopened(root: Path, tmp_path: Path) -> None:
    proposal = FileProposed("README.md", None, "", True, renamed_from="Readme.md")
    reviewable = make_review(prepared(root, "Readme.md"), [proposal])
    assert reviewable.refused == ()
    (file,) = reviewable.review.files
    assert file.names == "Readme.md → README.md"
    again = reopen(root, reviewable.review, (), None).reviewable
    assert again.review == reviewable.review
    accepted = reviewable.review.all_verdict(Verdict.ACCEPTED)
    apply_changes(root, changes_of(reviewable, accepted))
    assert names(root).keys() == {"README.md", "other.md"}
    done = reopen(root, accepted, (), None).reviewable
    assert [file.action for file in done.review.files] == ["change"]
    assert done.refused == ()
