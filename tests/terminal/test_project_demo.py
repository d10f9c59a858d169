"""The demo of a project by keys in a terminal: from its prompt to passing tests and a commit."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autocoder_tui.demo.replies import recorded_answer
from autocoder_tui.demo.sample import make_repository
from autocoder_tui.steps.examples import begin_project, named_example
from tests.terminal.program import Pseudoterminal, serving, terminal

PATIENT = 60.0


def started(folder: Path, *flags: str, size: tuple[int, int] = (120, 40)) -> Pseudoterminal:
    return terminal(folder, "project", "todo", "--demo", *flags, project=folder, size=size)


@contextmanager
def played(folder: Path, size: tuple[int, int]) -> Iterator[Pseudoterminal]:
    """The demo as it is; or the same replies at full speed, in a project that `new` has made."""
    if size == (80, 24):
        with started(folder, size=size) as screen:
            yield screen
        return
    begin_project(folder / "todo", named_example("todo"))
    make_repository(folder / "todo", "Say what is wanted")
    with serving(recorded_answer, models=["m"]) as server:
        at = ["--base-url", server.base_url, "-m", "m", "--steps", "clarify"]
        with terminal(folder, "project", "todo", *at, project=folder, size=size) as screen:
            yield screen


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_from_the_prompt_to_a_commit(tmp_path: Path, size: tuple[int, int]) -> None:
    root = tmp_path / "todo"
    with played(tmp_path, size) as screen:
        screen.until_shows("clarify · 0/7 · r runs")
        # One step alone, whose output is edited.
        screen.press("o")
        screen.until_shows("Where are the tasks kept?", "1  In the file", "asked again later")
        screen.press("1")
        screen.until_shows(" 1. Where are", "2  By the beginning", "asked again later")
        screen.press("2")
        screen.until_shows("1/7 · r runs on")
        screen.press("\x1b[H", "e")
        screen.until_shows("Output of clarify")
        screen.press("And keep it short.\r", "ctrl+s")
        screen.until_shows("edited by you", "1/7 · r runs on")
        # The code, then the script once, and once again.
        screen.press("o")
        screen.until_shows("2/7 · r runs on", seconds=PATIENT)
        screen.press("o")
        screen.until_shows("3/7 · r runs on")
        screen.press("\x1b[H", "down", "down", "a")
        screen.until_shows("Run these commands?", "unittest", "y Yes", seconds=PATIENT)
        screen.press("y")
        screen.until_shows("0 of 4 accepted", seconds=PATIENT)
        assert not (root / "todo.py").exists()
        screen.press("A", "]", "A", "]", "A", "]", "A")
        screen.until_shows("4 of 4 accepted")
        screen.press("enter")
        screen.until_shows("Run run.sh?", "exec python3 todo.py", "move through")
        screen.press("t")
        screen.until_shows("Nothing to do.", "Enter goes back to autocoder-tui.")
        screen.press("enter")
        screen.until_shows("Did the program run at all?", "asked again later")
        screen.press("1")
        screen.until_shows("Did it do what you asked for?", "asked again later")
        screen.press("1")
        screen.until_shows("Is it of use to you", "asked again later")
        screen.press("1")
        screen.until_shows("What is worth a note?", "asked again later")
        screen.press("good", "enter")
        screen.until_shows("7/7 · all done")
        screen.press("c")
        screen.until_shows("Commit (Ctrl+S)", "todo.py")
        screen.press("ctrl+s")
        screen.until_shows("✓ committed")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        assert b"Traceback" not in screen.written
    command = [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests"]
    assert subprocess.run(command, cwd=root, check=False, capture_output=True).returncode == 0
    assert len(git(root, "log", "--format=%s").splitlines()) == 2
    assert git(root, "status", "--porcelain") == ""
    logs = [*(root / ".autocoder" / "logs").iterdir()]
    assert len(logs) == 1
    assert "And keep it short." in (logs[0] / "01-clarify.json").read_text()


def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "todo"
    with started(tmp_path) as screen:
        screen.until_shows("clarify · 0/7 · r runs")
        screen.press("r")
        screen.until_shows("Where are the tasks kept?", "1  In the file", "asked again later")
        screen.press("1")
        screen.until_shows(" 1. Where are", "2  By the beginning", "asked again later")
        screen.press("1")
        screen.until_shows("class TodoError", seconds=PATIENT)
        screen.signal(signal.SIGKILL)
        screen.ended()
    with started(tmp_path) as screen:
        screen.until_shows("Go on where it stopped?", "gen_clarified_code", "l Look first")
        screen.press("l")
        screen.until_shows("1/7", "stopped: r goes on")
        screen.press("ctrl+q")
        assert screen.ended() == 0
    with started(tmp_path, "--resume") as screen:
        screen.until_shows("Run these commands?", "y Yes", seconds=PATIENT)
        screen.press("y")
        screen.until_shows("0 of 4 accepted", seconds=PATIENT)
        screen.signal(signal.SIGKILL)
        screen.ended()
    with started(tmp_path, "--resume") as screen:
        screen.until_shows("0 of 4 accepted", seconds=PATIENT)
        screen.press("A", "]", "A", "]", "A", "]", "A")
        screen.until_shows("4 of 4 accepted")
        screen.press("enter")
        screen.until_shows("Run run.sh?", "move through")
        screen.press("n")
        screen.until_shows("Did the program run at all?", "asked again later")
        screen.press("escape")
        screen.until_shows("stopped: r goes on")
        screen.press("ctrl+q")
        assert screen.ended() == 0
    assert (root / "todo.py").is_file()
    usage = (root / ".autocoder" / "token_usage.csv").read_text()
    # Two questions and that there is none left, the code, the script: each was paid for once.
    assert len(usage.splitlines()) == 1 + 3 + 1 + 1
