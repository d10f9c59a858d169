"""A script that gets the terminal, and what is left of it afterwards."""

from __future__ import annotations

import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.terminal.program import Pseudoterminal, environment

_DRIVER = """
import os, sys, termios
from pathlib import Path
from autocoder_tui.system.foreground import NotStarted, run_in_foreground

before = termios.tcgetattr(0)
print("begins", flush=True)
try:
    code = run_in_foreground(sys.argv[1:], Path.cwd(), {"FROM": "us"}, 0)
except NotStarted as error:
    code = error.message
same = termios.tcgetattr(0) == before
ours = os.tcgetpgrp(0) == os.getpgrp()
print(f"code {code}, settings {same}, foreground {ours}.", flush=True)
print("typed:", repr(sys.stdin.readline()), flush=True)
"""


@contextmanager
def lent(folder: Path, script: str) -> Iterator[Pseudoterminal]:
    file = folder / "script.sh"
    file.write_text(script)
    command = [sys.executable, "-c", _DRIVER, "sh", str(file)]
    with Pseudoterminal(command, environ=environment(folder), folder=folder) as screen:
        yield screen


def after(screen: Pseudoterminal, code: str) -> None:
    """The terminal is whole, and what is typed is ours again."""
    screen.until_shows(f"code {code}, settings True, foreground True.")
    screen.press("hello\r")
    screen.until_shows("typed: 'hello\\n'")
    assert screen.ended() == 0


def test_what_a_script_did_to_the_settings_is_undone(tmp_path: Path) -> None:
    with lent(tmp_path, "stty raw -echo -isig; echo from $FROM; exit 3\n") as screen:
        screen.until_shows("from us")
        after(screen, "3")


def test_keys_are_the_scripts_as_long_as_it_runs(tmp_path: Path) -> None:
    with lent(tmp_path, "echo ask; read line; echo got $line; read rest\n") as screen:
        screen.until_shows("ask")
        screen.press("one\r")
        screen.until_shows("got one")
        # Typed for the script, and not read by it: not for us either.
        os.write(screen.master, b"two\nthree\n")
        after(screen, "0")


def test_ctrl_c_ends_the_script_alone(tmp_path: Path) -> None:
    with lent(tmp_path, "echo waiting; exec sleep 100\n") as screen:
        screen.until_shows("waiting")
        screen.press("ctrl+c")
        after(screen, "-2")


def test_what_is_left_running_is_ended(tmp_path: Path) -> None:
    script = "(trap '' HUP; sleep 300) & echo $! > left; echo begun\n"
    with lent(tmp_path, script) as screen:
        after(screen, "0")
    left = int((tmp_path / "left").read_text())
    assert not Path(f"/proc/{left}").exists() or "Z" in Path(f"/proc/{left}/stat").read_text()


def test_a_script_that_stops_goes_on_where_there_is_no_shell(tmp_path: Path) -> None:
    with lent(tmp_path, "kill -TSTP $$; echo on again; exit 4\n") as screen:
        screen.until_shows("on again")
        after(screen, "4")


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_goes_on(tmp_path: Path) -> None:
    driver, script = tmp_path / "driver.py", tmp_path / "script.sh"
    driver.write_text(_DRIVER)
    script.write_text("stty -echo; echo waiting; read line; echo got $line; exit 5\n")
    shell = ["bash", "--norc", "--noprofile", "-i"]
    environ = environment(tmp_path, PS1="% ")
    with Pseudoterminal(shell, environ=environ, folder=tmp_path) as screen:
        screen.until_shows("%")
        screen.press(f"{sys.executable} driver.py sh script.sh\r")
        screen.until_shows("waiting")
        screen.press("ctrl+z")
        screen.until_shows("Stopped")
        screen.press("echo at the she''ll\r")
        screen.until_shows("at the shell")
        screen.press("fg\r")
        screen.until(lambda: screen.picture.text.count("driver.py") >= 3)
        screen.press("on\r")
        screen.until_shows("got on")
        screen.until_shows("code 5, settings True, foreground True.")


def test_what_can_not_be_started_is_said(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _DRIVER, str(tmp_path / "none"), "x"]
    environ, size = environment(tmp_path), (240, 24)
    with Pseudoterminal(command, environ=environ, folder=tmp_path, size=size) as screen:
        screen.until_shows("could not be started (no such file or directory)", "settings True")
        assert termios.tcgetattr(screen.master)[3] & termios.ICANON
