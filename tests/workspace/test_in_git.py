"""What git could give back: asked of a real repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autocoder_tui.workspace.in_git import changed_in_git, why_not_in_git


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project below the top of its repository, with names that git quotes where it may."""
    project = tmp_path / "top" / "project"
    project.mkdir(parents=True)
    git(tmp_path / "top", "init", "-q")
    for name in ("same.py", "changed.py", "staged.py", "ünïcode name.py"):
        (project / name).write_text("one\n")
    (tmp_path / "top" / "above.py").write_text("one\n")
    git(tmp_path / "top", "add", ".")
    git(tmp_path / "top", "commit", "-qm", "first")
    (project / "changed.py").write_text("two\n")
    (project / "ünïcode name.py").write_text("two\n")
    (project / "staged.py").write_text("two\n")
    git(project, "add", "staged.py")
    (project / "new.py").write_text("new\n")
    (tmp_path / "top" / "above.py").write_text("two\n")
    return project


def test_what_git_could_not_give_back(root: Path) -> None:
    names = ["same.py", "changed.py", "staged.py", "ünïcode name.py", "new.py"]
    changed = "it has changes that are not committed"
    assert why_not_in_git(root, names) == {
        "changed.py": changed,
        "staged.py": changed,
        "ünïcode name.py": changed,
        "new.py": "it is in no commit",
    }
    assert why_not_in_git(root, ["same.py"]) == {}
    assert why_not_in_git(root, []) == {}


def test_what_is_changed_below_the_project(root: Path) -> None:
    assert changed_in_git(root) == ["changed.py", "staged.py", "ünïcode name.py"]
    git(root, "checkout", "-q", "HEAD", "--", ".")
    assert changed_in_git(root) == []


def test_where_there_is_no_git_or_no_commit(tmp_path: Path) -> None:
    assert why_not_in_git(tmp_path, ["a"]) == {"a": "this project is not in git"}
    assert changed_in_git(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert why_not_in_git(tmp_path, ["a"]) == {"a": "git has no commit of it"}
    assert changed_in_git(tmp_path) is None


def test_a_hook_s_own_places_are_not_asked(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(root / "nowhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(root / "nowhere"))
    assert why_not_in_git(root, ["same.py"]) == {}


def test_settings_of_the_repository_run_nothing(root: Path, tmp_path: Path) -> None:
    hook = tmp_path / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(hook))
    assert why_not_in_git(root, ["same.py"]) == {}
    assert changed_in_git(root) is not None
    assert not (tmp_path / "ran").exists()
