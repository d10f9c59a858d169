"""kill -9 at a random moment of each part of a job: while files are decided on before the rest has
come, in a check, in a write, in a commit.

Whatever the moment: a file is as it was or as it was accepted, every verdict that was seen is
there again, what was typed a moment before is, and the job can be brought to its end.
AUTOCODER_TUI_KILLS=200 makes these some more rounds.
"""

from __future__ import annotations

import random
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Received, Reply
from tests.faults.test_killed_sessions import ROUNDS
from tests.terminal.program import Pseudoterminal, serving, terminal

NAMES = ("a.txt", "b.txt")
OLD = "".join(f"line {number}\n" for number in range(60))
NEW = OLD.replace("line 3\n", "line three\n").replace("line 50\n", "line fifty\n")
ACCEPTED = OLD.replace("line 3\n", "line three\n")
WHOLE = "".join(f'<file path="{name}">\n{NEW}</file>\n' for name in NAMES)
CUT = WHOLE.index('<file path="b.txt">') + 100
TYPED = "and a thought for later"
CHECK = '[check]\ncommands = ["sleep 0.3; true"]\n'
PARTS = {"early": 0.5, "deciding": 0.3, "check": 1.5, "write": 0.3, "commit": 0.5}
"""Seconds within which the program is killed after the last key of each part."""


def git(root: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=root, check=True, capture_output=True, text=True
    ).stdout


def project(folder: Path) -> Path:
    root = folder / "project"
    root.mkdir(parents=True)
    for name in NAMES:
        (root / name).write_text(OLD)
    (root / ".autocoder-tui.toml").write_text(CHECK)
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.name", "t"),
        ("config", "user.email", "t@e.org"),
        ("add", "-A"),
        ("commit", "-qm", "first"),
    ):
        git(root, *words)
    return root


def kill_after(screen: Pseudoterminal, key: str, within: float, chance: random.Random) -> None:
    """Press `key` and kill the program within so many seconds, wherever that is."""
    screen.press(key)
    threading.Event().wait(chance.uniform(0, within))
    screen.signal(signal.SIGKILL)
    assert screen.ended() == -signal.SIGKILL


def decided(screen: Pseudoterminal) -> None:
    """The run is begun, and the first hunk of the first file accepted, the second rejected."""
    screen.until_shows("✓ b.txt", "test-model")
    screen.press("count")
    screen.until_shows("count")
    screen.press("ctrl+r")
    screen.until_shows("✓ a.txt +2 −2")
    screen.press("f5")
    screen.until_shows("line three")
    screen.press("a", "r")
    screen.until_shows("accepted, 1 rejected")


def to_the_part(screen: Pseudoterminal, part: str, chance: random.Random) -> None:
    """Do the job as far as that part, and be killed in it."""
    decided(screen)
    if part == "early":
        key = "f3"
    elif part == "deciding":
        screen.press("f3")
        screen.until_shows("━Requirements")
        screen.press(f"\x1b[200~{TYPED}\x1b[201~")
        screen.until_shows(TYPED)
        # So long a session may take to be written (`session.PAUSE`), on a busy machine, too.
        threading.Event().wait(2)
        key = "f5"
    elif part == "check":
        screen.press("C")
        screen.until_shows("Run this project's checks?")
        key = "r"
    else:
        screen.press("enter")
        screen.until_shows("Write 1 file?")
        key = "w"
        if part == "commit":
            screen.press(key)
            screen.until_shows("✓ written")
            screen.press("c")
            screen.until_shows("Only a.txt")
            screen.press(f" {TYPED}")
            key = "ctrl+s"
    kill_after(screen, key, PARTS[part], chance)


def is_tidy(root: Path) -> bool:
    return {path.name for path in root.iterdir()} == {*NAMES, ".git", ".autocoder-tui.toml"}


def answer(received: Received) -> Reply:
    """As much as the first file and a little; asked to go on, the rest after an echo."""
    if len(received.messages) == 2:
        return Reply(WHOLE, stall="middle", cut_after=CUT)
    tail = received.messages[-2]["content"].splitlines(keepends=True)
    instruction = received.messages[-1]["content"]
    count = max((n for n in range(1, 13) if "".join(tail[-n:]) in instruction), default=0)
    return Reply("".join(tail[len(tail) - count :]) + WHOLE[CUT:])


def is_sound(root: Path) -> None:
    """Each file is one or the other, nothing else lies about, and git is whole."""
    assert (root / "a.txt").read_text() in (OLD, ACCEPTED)
    assert (root / "b.txt").read_text() == OLD
    assert is_tidy(root)
    git(root, "fsck", "--no-progress")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_job_killed_anywhere_comes_to_its_end(tmp_path: Path, part: str, number: int) -> None:
    root, chance = project(tmp_path), random.Random(f"{part} {number}")
    picks = [flag for name in NAMES for flag in ("-i", name)]
    with serving(answer if part == "early" else [Reply(WHOLE)]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        with terminal(tmp_path, *at, *picks, size=(140, 40)) as screen:
            to_the_part(screen, part, chance)
        until_no_git(root)
        with terminal(tmp_path, *at, size=(140, 40)) as screen:
            screen.until_shows("a.txt")
            brought_to_its_end(screen, root, part)
            screen.press("ctrl+q")
            screen.until(lambda: screen.process.poll() is not None or "Quit" in shown(screen))
            if screen.process.poll() is None:
                screen.press("q")
            screen.ended()
        is_sound(root)
        assert (root / "a.txt").read_text() == ACCEPTED
        if part != "early":
            assert len(server.requests) == 1  # nothing is paid for twice


def shown(screen: Pseudoterminal) -> str:
    return screen.picture.text


def until_no_git(root: Path) -> None:
    """A git that the program had started ends by itself."""
    lock = root / ".git" / "index.lock"
    for _ in range(600):
        if not lock.exists():
            return
        threading.Event().wait(0.05)
    raise AssertionError("git has left its lock")


def brought_to_its_end(screen: Pseudoterminal, root: Path, part: str) -> None:
    """Take up what is offered; what was decided is there; write it."""
    screen.until(lambda: is_tidy(root))  # a write that was cut short is seen to first
    is_sound(root)
    was_written = (root / "a.txt").read_text() == ACCEPTED
    if part == "deciding":
        screen.until(lambda: TYPED in shown(screen) or "Not finished" in shown(screen))
    if part == "early":
        screen.until_shows("Not finished last time", "Esc asks later")
        screen.press("c")
        # The review is there before the run goes on, and nothing is written until it has ended.
        screen.until_shows("1 of 4 accepted, 1 rejected, 2 undecided", "✓ done")
    elif was_written:
        # Seen to the end: the review is not offered, or says that it is written.
        assert git(root, "log", "--format=%s").splitlines()[-1] == "first"
        return
    else:
        screen.until_shows("Not finished last time", "Esc asks later")
        screen.press("r")
        screen.until_shows("1 of 4 accepted, 1 rejected, 2 undecided")
    if part == "deciding":
        screen.press("f3")
        screen.until_shows(TYPED)
    screen.press("f5")
    screen.until_shows("Enter Write")
    screen.press("enter")
    screen.until_shows("Write 1 file?")
    screen.press("w")
    screen.until_shows("✓ written")


def test_what_was_typed_into_a_commit_is_there_after_a_kill(tmp_path: Path) -> None:
    project(tmp_path)
    with serving([Reply(WHOLE)]) as server:
        at = ("--base-url", server.base_url, "-m", "test-model")
        picks = [flag for name in NAMES for flag in ("-i", name)]
        with terminal(tmp_path, *at, *picks, size=(140, 40)) as screen:
            decided(screen)
            screen.press("enter")
            screen.until_shows("Write 1 file?")
            screen.press("w")
            screen.until_shows("✓ written")
            screen.press("c")
            screen.until_shows("Only a.txt")
            screen.press(f" {TYPED}")
            sessions = (tmp_path / "state").glob
            screen.until(
                lambda: any(TYPED in file.read_text() for file in sessions("sessions/*/*.json"))
            )
            screen.signal(signal.SIGKILL)
            screen.ended()
        with terminal(tmp_path, *at, size=(140, 40)) as screen:
            screen.until_shows("What you typed in “Commit” is kept")
