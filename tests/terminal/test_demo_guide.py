"""Somebody new in the demo, who does what the line at the top says and knows nothing else: an
accepted, tested, committed change in under two minutes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.terminal.program import Pseudoterminal, terminal

MOST_SECONDS, MOST_KEYS = 120, 14


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def follow(screen: Pseudoterminal, *steps: tuple[str, tuple[str, ...]]) -> int:
    """Press the keys of each step as soon as the guide asks for it; returns how many."""
    for asked, keys in steps:
        screen.until_shows(asked)
        screen.press(*keys)
    return sum(len(keys) for _, keys in steps)


ACCEPT_AND_TEST = ("4 Review: a accepts a hunk, A all of the file", ("A",))
MENDED = (
    ("3 Run: Ctrl+R", ("ctrl+r",)),
    ACCEPT_AND_TEST,
    ("5 Test: C, then r", ("C",)),
    ("Run (r)", ("r",)),
    ("a test failed: B sends that", ("B",)),
    ACCEPT_AND_TEST,
    ("5 Test: C, then r", ("C",)),
    ("6 Write: Enter", ("enter",)),
)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_guide_leads_to_a_tested_and_committed_change(
    tmp_path: Path, temporary: Path, size: tuple[int, int]
) -> None:
    with terminal(tmp_path, "--demo", size=size, guided=True) as screen:
        began = time.monotonic()
        keys = follow(screen, *MENDED, ("7 Commit: c, then Ctrl+S", ("c",)))
        keys += follow(screen, ("Commit (Ctrl+S)", ("\x13",)), ("Done and committed", ()))
        took = time.monotonic() - began
        (project,) = temporary.glob("autocoder-demo-*/shop")
        log = git(project, "log", "--format=%s")
        assert log.splitlines()[-1] == "Begin the shop"
        assert len(log.splitlines()) == 2
        assert git(project, "status", "--porcelain") == ""
        tested = [sys.executable, "-m", "unittest", "discover", "-s", "tests"]
        assert subprocess.run(tested, cwd=project, capture_output=True, check=False).returncode == 0
        assert keys <= MOST_KEYS
        assert took < MOST_SECONDS
        screen.press("\x11")
        screen.ended()
    with terminal(tmp_path, "--demo", size=size, guided=True) as screen:
        screen.until_shows("Add a --json flag", "Commands")
        assert "3 Run: Ctrl+R" not in screen.picture.text


def test_without_git_the_demo_ends_with_what_was_written(tmp_path: Path, temporary: Path) -> None:
    (tmp_path / "empty").mkdir()
    without = {"PATH": str(tmp_path / "empty")}
    with terminal(tmp_path, "--demo", size=(80, 24), guided=True, environ=without) as screen:
        follow(screen, *MENDED, ("No commit: git was not found here", ()))
        (project,) = temporary.glob("autocoder-demo-*/shop")
        assert not (project / ".git").exists()
        screen.press("c")
        screen.until_shows("not in a git repository")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, check=True, env=dict(os.environ)
    )
    return done.stdout.decode()
