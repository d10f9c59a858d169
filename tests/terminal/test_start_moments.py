"""Signals at any moment of the start: whatever has the terminal by then gives it back whole."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal.program import Pseudoterminal, environment, terminal
from tests.terminal.sequences import Token
from tests.terminal.test_early_terminal import _HELD
from tests.terminal.test_signals import is_restored

SERVER = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")
MOMENTS = range(0, 601, 100)
"""Milliseconds since the terminal was taken."""


@contextmanager
def in_a_shell(folder: Path, command: list[str]) -> Iterator[Pseudoterminal]:
    """A real shell with job control in which `command` was begun."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash with job control here")
    (folder / "project").mkdir(exist_ok=True)
    with Pseudoterminal(
        [shell, "--noprofile", "--norc", "-i"],
        environ=environment(folder, PS1="shell> "),
        folder=folder / "project",
    ) as screen:
        screen.until_shows("shell>")
        # Readline has settings of its own between two commands.
        screen.press("stty -a > before\r")
        screen.until(lambda: (folder / "project" / "before").exists())
        screen.press(f"{shlex.join(command)}\r")
        yield screen


def is_the_shells(screen: Pseudoterminal, folder: Path) -> None:
    """The terminal is as it was before the program, and the shell has it."""
    screen.until(lambda: not screen.picture.modes & {"1049", "1000", "1003", "1004", "1006"})
    after = folder / "project" / "after"
    after.unlink(missing_ok=True)
    screen.press("stty -a > after; echo ali''ve\r")
    screen.until(lambda: "alive" in screen.after_screen)
    assert after.read_text() == (folder / "project" / "before").read_text()
    assert "25" in screen.picture.modes
    assert screen.picture.keyboard == 0


def leave(screen: Pseudoterminal, folder: Path) -> None:
    """Quit, back to the shell."""
    screen.press("ctrl+q")
    screen.until(lambda: "1049" not in screen.picture.modes)
    screen.until(lambda: "shell>" in screen.after_screen)
    is_the_shells(screen, folder)


def is_whole(screen: Pseudoterminal) -> None:
    """As `is_restored`; one sequence may have been cut in two, and ended then."""
    strange = screen.picture.strange
    cut = [token for token in strange if token.kind == "invalid"]
    strange[:] = [token for token in strange if token not in (*cut[:1], Token("escape", "\\"))]
    is_restored(screen)


def until_taken(screen: Pseudoterminal) -> None:
    screen.until(lambda: b"\x1b[?1049h" in screen.written)


def wait(milliseconds: int) -> None:
    """The moment is the point: whatever the program is at by then."""
    threading.Event().wait(milliseconds / 1000)


@pytest.mark.parametrize("moment", MOMENTS)
def test_stopped_and_brought_back(tmp_path: Path, moment: int) -> None:
    program = [sys.executable, "-m", "autocoder_tui", *SERVER]
    with in_a_shell(tmp_path, program) as screen:
        until_taken(screen)
        wait(moment)
        os.kill(os.tcgetpgrp(screen.master), signal.SIGTSTP)
        screen.until(lambda: "Stopped" in screen.after_screen)
        is_the_shells(screen, tmp_path)
        screen.press("fg\r")
        screen.until_shows("Requirements", "m · ", "Commands")
        screen.press("typed")
        screen.until_shows("typed")
        leave(screen, tmp_path)


def test_stopped_with_nothing_but_its_frame(tmp_path: Path) -> None:
    with in_a_shell(tmp_path, [sys.executable, "-c", _HELD, *SERVER]) as screen:
        project = tmp_path / "project"
        screen.until(lambda: (project / "loaded").exists() and "25" not in screen.picture.modes)
        job = os.tcgetpgrp(screen.master)
        for times in range(3):
            os.kill(job, signal.SIGTSTP)
            screen.until(lambda: "Stopped" in screen.after_screen)
            is_the_shells(screen, tmp_path)
            if times == 1:
                # In the background it stops again, and draws nothing.
                screen.press("bg\r", "echo sti''ll\r")
                screen.until(lambda: "still" in screen.after_screen)
                assert "1049" not in screen.picture.modes
            screen.press("fg\r")
            screen.until(lambda: "1049" in screen.picture.modes)
            screen.until_shows("─Files──", "━Requirements━━")
        (project / "go").touch()
        screen.until_shows("m · ", "Commands")
        leave(screen, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize("moment", MOMENTS[::2])
def test_ended(tmp_path: Path, number: int, moment: int) -> None:
    with terminal(tmp_path, *SERVER) as screen:
        until_taken(screen)
        wait(moment)
        screen.signal(number)
        assert screen.ended() == 128 + number, screen.after_screen
        is_whole(screen)


@pytest.mark.parametrize("moment", MOMENTS[::2])
def test_its_terminal_closed(tmp_path: Path, moment: int) -> None:
    with terminal(tmp_path, *SERVER) as screen:
        until_taken(screen)
        wait(moment)
        screen.hang_up()
        assert screen.ended() == 128 + signal.SIGHUP


@pytest.mark.parametrize("moment", MOMENTS[::2])
def test_its_window_resized(tmp_path: Path, moment: int) -> None:
    with terminal(tmp_path, *SERVER, size=(80, 24)) as screen:
        until_taken(screen)
        wait(moment)
        screen.resize(120, 40)
        screen.until_shows("m · ", "Commands")
        screen.until(lambda: "Commands" in screen.picture.lines[39])
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)


def test_a_first_program_of_a_terminal_is_not_stopped(tmp_path: Path) -> None:
    """Nobody could bring it back."""
    with terminal(tmp_path, *SERVER) as screen:
        until_taken(screen)
        deadline = time.monotonic() + 0.6
        while time.monotonic() < deadline:
            screen.signal(signal.SIGTSTP)
            wait(20)
        screen.until_shows("m · ", "Commands")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)
