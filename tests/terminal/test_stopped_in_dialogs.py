"""Ctrl+Z, a stop from elsewhere and Ctrl+Q while a dialog has the keyboard."""

import os
import shlex
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.terminal.program import Pseudoterminal, environment


def test_stopped_and_brought_back_with_a_dialog_open(tmp_path: Path) -> None:
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("there is no bash with job control here")
    (tmp_path / "project").mkdir()
    with Pseudoterminal(
        [shell, "--noprofile", "--norc", "-i"],
        environ=environment(tmp_path, PS1="shell> "),
        folder=tmp_path / "project",
    ) as screen:

        def is_stopped_and_comes_back(dialog: str) -> None:
            screen.until(lambda: "1049" not in screen.picture.modes)
            screen.until(lambda: "Stopped" in screen.after_screen)
            screen.press("fg\r")
            screen.until(lambda: "1049" in screen.picture.modes)
            screen.until_shows(dialog)

        screen.until_shows("shell>")
        flags = ["--base-url", "http://127.0.0.1:9/v1", "-m", "m"]
        screen.press(shlex.join([sys.executable, "-m", "autocoder_tui", *flags]) + "\r")
        screen.until_shows("Requirements", "m · ")
        for key, dialog in (
            ("f1", "type a key, or words"),
            ("ctrl+p", "type what you want to do"),
            ("f6", "No run yet"),
            ("ctrl+o", "Choose (Enter)"),
        ):
            screen.press(key)
            screen.until_shows(dialog)
            screen.press("ctrl+z")
            is_stopped_and_comes_back(dialog)
            screen.press("escape")
            screen.until_gone(dialog)
        screen.press("f1")
        screen.until_shows("Close (Esc)")
        os.kill(os.tcgetpgrp(screen.master), signal.SIGTSTP)
        is_stopped_and_comes_back("Close (Esc)")
        screen.press("ctrl+q")
        screen.until(lambda: "1049" not in screen.picture.modes)
        screen.press("echo code $?\r")
        screen.until(lambda: "code 0\r\n" in screen.after_screen)
        assert not screen.picture.strange
