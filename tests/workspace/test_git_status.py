"""What git says of the files: marks since the commit, and what changed since the base."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autocoder_tui.workspace.git_output import git_output
from autocoder_tui.workspace.git_status import ChangedFiles, read_changed, read_marks

WHO = ("-c", "user.name=T", "-c", "user.email=t@example.org")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *WHO, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    for name in ("a.py", "b.py", "c.py", "sub/d.py", "old.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name}\n" * 20)
    (tmp_path / ".gitignore").write_text("*.log\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "1")
    return tmp_path


def test_each_file_has_the_mark_that_says_most(root: Path) -> None:
    (root / "a.py").write_text("changed\n")
    (root / "b.py").unlink()
    git(root, "mv", "old.py", "new name.py")
    (root / "added.py").write_text("x")
    git(root, "add", "added.py")
    (root / "sub" / "é\n\x1b.py").write_text("x")
    (root / "x.log").write_text("ignored")
    assert read_marks(root) == {
        "a.py": "M",
        "new name.py": "R",
        "added.py": "A",
        "sub/é\n\x1b.py": "?",
    }
    # A project that is a folder of the repository has its own names.
    assert read_marks(root / "sub") == {"é\n\x1b.py": "?"}


def test_a_conflict_is_marked(root: Path) -> None:
    git(root, "checkout", "-qb", "other")
    (root / "a.py").write_text("theirs\n")
    git(root, "commit", "-qam", "2")
    git(root, "checkout", "-q", "main")
    (root / "a.py").write_text("ours\n")
    git(root, "commit", "-qam", "3")
    subprocess.run(["git", *WHO, "merge", "other"], cwd=root, check=False, capture_output=True)
    assert read_marks(root) == {"a.py": "U"}


def test_a_branch_is_compared_with_where_it_left_main(root: Path) -> None:
    git(root, "checkout", "-qb", "feature")
    (root / "a.py").write_text("committed\n")
    git(root, "commit", "-qam", "2")
    git(root, "checkout", "-q", "main")
    (root / "c.py").write_text("later on main\n")
    git(root, "commit", "-qam", "3")
    git(root, "checkout", "-q", "feature")
    (root / "sub" / "d.py").write_text("not committed\n")
    (root / "new.py").write_text("new\n")
    (root / "b.py").unlink()
    assert read_changed(root) == ChangedFiles("main", ("a.py", "new.py", "sub/d.py"))
    assert read_changed(root / "sub") == ChangedFiles("main", ("d.py",))


def test_main_itself_is_compared_with_the_commit_or_what_was_pushed(root: Path) -> None:
    (root / "a.py").write_text("changed\n")
    assert read_changed(root) == ChangedFiles("", ("a.py",))
    git(root, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(root, "commit", "-qam", "2")
    (root / "c.py").write_text("changed\n")
    assert read_changed(root) == ChangedFiles("origin/main", ("a.py", "c.py"))


def test_master_counts_as_well(root: Path) -> None:
    git(root, "branch", "-m", "main", "master")
    git(root, "checkout", "-qb", "feature")
    assert read_changed(root) == ChangedFiles("master", ())


def test_without_git_or_a_commit_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert read_marks(tmp_path) == {}
    assert read_changed(tmp_path) is None
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("x")
    assert read_marks(tmp_path) == {"a.py": "?"}
    assert read_changed(tmp_path) is None


def test_a_branch_with_no_commit_in_common_is_compared_with_its_own(root: Path) -> None:
    git(root, "checkout", "-q", "--orphan", "island")
    git(root, "commit", "-qm", "island")
    (root / "a.py").write_text("changed\n")
    assert read_changed(root) == ChangedFiles("", ("a.py",))


def test_what_git_prints_is_bounded_in_size_and_time(root: Path) -> None:
    assert git_output(root, "ls-files", "-z", most_bytes=8) == b".gitigno"
    git(root, "config", "alias.wait", "!sleep 30")
    assert git_output(root, "wait", seconds=0.3) == b""
    assert git_output(root, "no-such-command") is None
