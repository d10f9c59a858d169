"""Every end of the full-screen program: in time, with the right code, the terminal as before."""

import fcntl
import os
import re
import shlex
import shutil
import signal
import struct
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from autocoder_tui.store.history.history import History
from autocoder_tui.store.journal.recovery import recover_runs
from tests.store.test_history import locked
from tests.terminal.program import Pseudoterminal, environment, serving, terminal, within

WITHIN = 2.0
"""Seconds from the signal to the end of the process."""

LINES = [f"line_{number} = {number}\n" for number in range(4000)]


def reply_of(lines: int) -> str:
    return '<file path="long.py">\n' + "".join(LINES[:lines]) + "</file>\n"


def until_line(screen: Pseudoterminal, number: int) -> None:
    """Until that line of a reply has come: on a busy machine many may come in one picture."""
    screen.until(
        lambda: any(int(n) >= number for n in re.findall(r"line_(\d+) =", screen.picture.text))
    )


State = Callable[[Path], AbstractContextManager[Pseudoterminal]]


@contextmanager
def streaming(folder: Path, *, lines: int = 4000) -> Iterator[Pseudoterminal]:
    """The program in the middle of a long reply."""
    with (
        serving([Reply(reply_of(lines))], tokens_per_second=400) as server,
        terminal(folder, "--base-url", server.base_url, "-m", "m", "-r", "Write it.") as screen,
    ):
        screen.until_shows("Requirements", "Write it.", "m · ")
        screen.press("ctrl+r")
        until_line(screen, 40)
        yield screen


@contextmanager
def idle(folder: Path) -> Iterator[Pseudoterminal]:
    with terminal(folder, "--base-url", "http://127.0.0.1:9/v1", "-m", "m") as screen:
        screen.until_shows("Requirements", "m · ")
        yield screen


@contextmanager
def with_a_dialog(folder: Path) -> Iterator[Pseudoterminal]:
    with streaming(folder) as screen:
        screen.press("ctrl+q")
        screen.until_shows("A run is under way")
        yield screen


def is_restored(screen: Pseudoterminal) -> None:
    """Nothing is left of what the program switched on, and it said nothing it should not."""
    assert screen.picture.modes == {"7", "25"}
    assert screen.picture.keyboard == 0
    assert screen.picture.titles == 0
    assert screen.settings == screen.before
    assert "Traceback" not in screen.after_screen
    assert not screen.picture.strange


def kept_text(folder: Path) -> str:
    """The reply of the newest run, as history or the journal of an ended program has it."""
    history = History(folder / "state")
    recover_runs(history)
    return history.get("last").reply


def keeps_the_text(folder: Path) -> None:
    """What is kept is what was streamed, from its beginning."""
    text = kept_text(folder)
    assert "line_40 =" in text  # as far as `until_line` saw it
    assert "".join(LINES).startswith(text.partition("\n")[2][:-20])


ENDS = [
    (idle, signal.SIGTERM),
    (idle, signal.SIGINT),
    (with_a_dialog, signal.SIGTERM),
    (with_a_dialog, signal.SIGHUP),
    (streaming, signal.SIGTERM),
    (streaming, signal.SIGHUP),
    (streaming, signal.SIGINT),
    (streaming, signal.SIGQUIT),
]


@pytest.mark.parametrize(("state", "number"), ENDS)
def test_a_signal_ends_it_in_time(tmp_path: Path, state: State, number: int) -> None:
    with state(tmp_path) as screen:
        with within(screen.process, WITHIN):
            screen.signal(number)
            assert screen.ended() == 128 + number
        is_restored(screen)
        assert screen.after_screen == ""
    if state is not idle:
        keeps_the_text(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_locked_history_holds_up_no_end(tmp_path: Path, number: int) -> None:
    """What came goes into history at the next start; its journal has it until then."""
    with streaming(tmp_path) as screen, locked(tmp_path / "state" / "history.db"):
        with within(screen.process, WITHIN):
            screen.signal(number)
            assert screen.ended() == 128 + number
        is_restored(screen)
    keeps_the_text(tmp_path)


@pytest.mark.parametrize("state", [idle, streaming])
def test_a_closed_terminal_ends_it_in_time(tmp_path: Path, state: State) -> None:
    with state(tmp_path) as screen, within(screen.process, WITHIN):
        screen.hang_up()
        assert screen.ended() == 128 + signal.SIGHUP
    if state is not idle:
        keeps_the_text(tmp_path)


def is_full(screen: Pseudoterminal) -> bool:
    """Whether as much is waiting to be read as the kernel holds for a terminal."""
    waiting = struct.unpack("i", fcntl.ioctl(screen.master, termios.FIONREAD, b"    "))[0]
    return bool(waiting >= 4095)


def read_again(screen: Pseudoterminal) -> None:
    screen.read_on()
    screen.until(lambda: screen.finished_reading)
    # What was not read is lost, and half of a sequence with it: only the modes can be looked at.
    assert screen.picture.modes == {"7", "25"}
    assert screen.settings == screen.before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_nobody_reads_holds_up_no_end(tmp_path: Path, number: int) -> None:
    with streaming(tmp_path) as screen:
        screen.stop_reading()
        screen.until(lambda: is_full(screen))
        with within(screen.process, WITHIN):
            screen.signal(number)
            assert screen.ended() == 128 + number
        read_again(screen)
    keeps_the_text(tmp_path)


def test_a_terminal_nobody_reads_holds_up_no_run(tmp_path: Path) -> None:
    """The run ends and is booked; its proposal, never shown, is kept like any other."""
    with streaming(tmp_path, lines=300) as screen:
        screen.stop_reading()
        screen.until(lambda: (tmp_path / "state" / "usage.jsonl").exists())
        screen.signal(signal.SIGTERM)
        assert screen.ended() == 128 + signal.SIGTERM
        read_again(screen)
    assert kept_text(tmp_path) == reply_of(300)


def test_what_was_left_out_for_a_slow_terminal_is_drawn_when_it_reads_on(tmp_path: Path) -> None:
    with streaming(tmp_path, lines=300) as screen:
        screen.stop_reading()
        screen.until(lambda: (tmp_path / "state" / "usage.jsonl").exists())
        screen.read_on()
        screen.until_shows("undecided", "a Accept", "line_20 = 20")
        screen.press("ctrl+a", "enter")
        screen.until(lambda: (tmp_path / "project" / "long.py").exists())
        assert not screen.picture.strange
    assert (tmp_path / "project" / "long.py").read_text() == "".join(LINES[:300])


def test_stopped_as_a_job_and_brought_back(tmp_path: Path) -> None:
    """Ctrl+Z and fg, and a SIGTSTP from elsewhere, in a real shell, while a reply streams."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash with job control here")
    (tmp_path / "project").mkdir()
    with (
        serving([Reply(reply_of(600))], tokens_per_second=400) as server,
        Pseudoterminal(
            [shell, "--noprofile", "--norc", "-i"],
            environ=environment(tmp_path, PS1="shell> "),
            folder=tmp_path / "project",
        ) as screen,
    ):
        screen.until_shows("shell>")
        flags = ["--base-url", server.base_url, "-m", "m", "-r", "Write it."]
        program = shlex.join([sys.executable, "-m", "autocoder_tui", *flags])
        screen.press(f"{program}\r")
        screen.until_shows("Requirements", "Write it.", "m · ")
        screen.press("ctrl+r")
        until_line(screen, 40)

        screen.press("f2")
        screen.until_shows("━Files")
        screen.press("ctrl+z")
        screen.until(lambda: "1049" not in screen.picture.modes)
        screen.until(lambda: "Stopped" in screen.after_screen)
        assert not screen.picture.modes & {"1000", "1003", "1004", "1006", "1015"}
        assert "25" in screen.picture.modes
        assert screen.picture.keyboard == 0
        screen.press("stty -a | tr ' ' '.'\r")
        screen.until(lambda: ".icanon" in screen.after_screen)
        assert ".echo." in screen.after_screen

        # In the background there is nothing to draw on: it stops again, and draws nothing.
        screen.press("bg\r", "jobs\r", "echo alive\r")
        screen.until(lambda: "alive\r\n" in screen.after_screen)
        assert "1049" not in screen.picture.modes

        screen.press("fg\r")
        screen.until(lambda: "1049" in screen.picture.modes)
        screen.until_shows("Requirements", "line_80 =")

        job = os.tcgetpgrp(screen.master)
        os.kill(job, signal.SIGTSTP)
        screen.until(lambda: "1049" not in screen.picture.modes)
        screen.until(lambda: "Stopped" in screen.after_screen)
        screen.press("fg\r")
        # The footer names the keys of what has the keyboard.
        screen.until_shows("undecided", "a Accept")
        screen.press("ctrl+a", "enter")
        screen.until(lambda: (tmp_path / "project" / "long.py").exists())
        screen.press("ctrl+q")
        screen.until(lambda: "1049" not in screen.picture.modes)
        screen.press("echo code $?\r")
        screen.until(lambda: "code 0\r\n" in screen.after_screen)
        assert not screen.picture.strange
        assert len(server.requests) == 1
    assert (tmp_path / "project" / "long.py").read_text() == "".join(LINES[:600])


def test_a_first_program_of_a_terminal_is_not_stopped(tmp_path: Path) -> None:
    """Nobody could bring it back."""
    with idle(tmp_path) as screen:
        screen.press("f2")
        screen.until_shows("━Files")
        screen.press("ctrl+z")
        screen.until_shows("There is no shell to go back to")
        screen.signal(signal.SIGTSTP)
        screen.press("f1")
        screen.until_shows("Quit", "Keys")


def test_ctrl_c_stops_a_run_only_when_pressed_twice(tmp_path: Path) -> None:
    with streaming(tmp_path) as screen:
        screen.press("ctrl+c")
        screen.until_shows("Ctrl+C again stops the run")
        at = screen.picture.text
        screen.until(lambda: screen.picture.text != at and "running" in screen.picture.text)
        screen.press("ctrl+c")
        screen.until_shows("Stopped. The text so far is kept")
        screen.press("ctrl+c")
        screen.until_shows("Ctrl+Q quits.")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)
    keeps_the_text(tmp_path)
