"""The commit after a write: the accepted paths and nothing else, with git as the judge."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.workspace.commit import MAX_SUBJECT, commit, mixed_in, proposed_message
from autocoder_tui.workspace.errors import CannotCommit


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "-q", "-b", "main")
    git(project, "config", "user.name", "t")
    git(project, "config", "user.email", "t@example.org")
    for name in ("a", "b", "gone", "mine"):
        (project / name).write_text(f"{name}\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "first")
    return project


def in_commit(root: Path) -> list[str]:
    return git(root, "show", "--name-status", "--format=", "HEAD").split("\n")[:-1]


def test_only_the_paths_are_committed_and_the_rest_stays_staged(root: Path) -> None:
    (root / "mine").write_text("staged by me\n")
    (root / "b").write_text("not staged\n")
    git(root, "add", "mine")
    (root / "a").write_text("new\n")
    (root / "gone").unlink()
    (root / "sub").mkdir()
    (root / "sub" / ":(top)*").write_text("new\n")
    said = commit(root, ["a", "gone", "sub/:(top)*"], "Add a flag\n\nWith tests.\n")
    assert said.endswith(" Add a flag")
    assert in_commit(root) == ["M\ta", "D\tgone", "A\tsub/:(top)*"]
    assert git(root, "log", "-1", "--format=%B") == "Add a flag\n\nWith tests.\n\n"
    assert git(root, "status", "--porcelain") == " M b\nM  mine\n"


def test_project_below_the_repository_root(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "sub" / "a").write_text("new\n")
    (root / "a").write_text("not meant\n")
    commit(root / "sub", ["a"], "x")
    assert in_commit(root) == ["A\tsub/a"]


def test_first_commit_of_all(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "user.name", "t")
    git(tmp_path, "config", "user.email", "t@example.org")
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    git(tmp_path, "add", "b")
    commit(tmp_path, ["a"], "x")
    assert in_commit(tmp_path) == ["A\ta"]
    assert git(tmp_path, "status", "--porcelain") == "A  b\n"


def test_hook_that_refuses_is_quoted_and_nothing_is_left_staged(root: Path) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'line too \x1b[31mlong' >&2\nexit 1\n")
    hook.chmod(0o755)
    (root / "a").write_text("new\n")
    (root / "new").write_text("new\n")
    before = git(root, "status", "--porcelain")
    with pytest.raises(CannotCommit, match=r"commit refused.*line too ␛") as caught:
        commit(root, ["a", "new"], "x")
    assert "\x1b" not in caught.value.message
    assert git(root, "status", "--porcelain") == before
    assert git(root, "log", "--format=%s") == "first\n"


def test_ignored_file_and_merge_are_explained(root: Path) -> None:
    (root / ".gitignore").write_text("*.log\n")
    (root / "x.log").write_text("x")
    with pytest.raises(CannotCommit, match="ignored"):
        commit(root, ["x.log"], "x")
    (root / "a").write_text("new\n")
    (root / ".git" / "MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"))
    with pytest.raises(CannotCommit, match="during a merge"):
        commit(root, ["a"], "x")


def test_what_cannot_be_committed_is_said(root: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotCommit, match="nothing to commit"):
        commit(root, ["a", "never was"], "x")
    with pytest.raises(CannotCommit, match="needs a message"):
        commit(root, ["a"], " \n")
    with pytest.raises(CannotCommit, match="not in a git repository"):
        commit(tmp_path, ["a"], "x")


def test_no_git_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotCommit, match="can't be started"):
        commit(root, ["a"], "x")


def test_earlier_changes_of_the_same_file_are_noticed(root: Path) -> None:
    before = [("a", b"a\n"), ("b", b"edited\n"), ("new", None), ("untracked", b"x")]
    assert mixed_in(root, before) == ["b", "untracked"]


@given(st.text())
def test_proposed_message_is_one_line_that_fits(requirements: str) -> None:
    message = proposed_message(requirements)
    assert len(message) <= MAX_SUBJECT
    assert len(message.splitlines()) <= 1
    assert message == message.strip()


def test_proposed_message_ends_at_a_word() -> None:
    assert proposed_message("\n\n  Add a --json flag. \nAnd more.") == "Add a --json flag"
    asked = "Add a --json flag to the report command. It prints one JSON object, and more."
    assert proposed_message(asked) == "Add a --json flag to the report command"
    assert proposed_message("Read e.g. report.py and v1.2 first.") == (
        "Read e.g. report.py and v1.2 first"
    )
    assert proposed_message("Is that all? Or what...") == "Is that all? Or what..."
    assert proposed_message("word " * 40) == ("word " * 14).strip() + "…"
    assert proposed_message("x" * 100) == "x" * 71 + "…"
