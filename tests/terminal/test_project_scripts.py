"""A script of a project that gets the terminal, and does to it what a script can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.program import Pseudoterminal, terminal
from tests.terminal.sequences import Token

EVIL = r"""#!/bin/sh
printf 'begins\n'
stty raw -echo -isig
printf '\033[?1049h\033[?1000h\033[?1003h\033[?1006h\033[?2004h\033[?1004h\033[>1u'
printf '\033[31;1;5m\033[?25l\033[2;5r\033[?6h\033[4h\033(0\033]0;owned\007\033[?7l'
(trap '' HUP; sleep 300) & echo $! > left
printf '\033[?1049l the script was here '
exit 3
"""


def begun(folder: Path, script: str) -> Pseudoterminal:
    project = folder / "project"
    project.mkdir()
    (project / "run.sh").write_text(script)
    (project / ".autocoder").mkdir()
    (project / ".autocoder" / "prompt").write_text("A script.\n")
    at = ["--base-url", "http://127.0.0.1:9/v1", "-m", "m", "--steps", "evaluate"]
    screen = terminal(folder, "project", ".", *at, project=project)
    screen.until_shows("evaluate · 0/2 · r runs")
    screen.press("r")
    screen.until_shows("Run run.sh?", "Run in this terminal (t)", "move through them")
    return screen


def test_the_terminal_is_taken_back_whole(tmp_path: Path) -> None:
    with begun(tmp_path, EVIL) as screen:
        screen.press("t")
        screen.until_shows("It ended with exit code 3. Enter goes back to autocoder-tui.")
        screen.press("enter")
        screen.until_shows("Did the program run at all?", "asked again later")
        # Keys, the mouse and the colours are the program's again.
        screen.press("2")
        screen.until_shows("What is worth a note?", "asked again later")
        screen.press("it did its worst", "enter")
        screen.until_shows("2/2 · all done", "it did its worst")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        assert screen.settings == screen.before
        off = [token.body for token in screen.tokens if token.kind == "csi"]
        for mode in ("?1000", "?1003", "?1006", "?2004", "?1049"):
            last = [body for body in off if body in (f"{mode}h", f"{mode}l")][-1]
            assert last == f"{mode}l"
        assert [body for body in off if body in ("?25h", "?25l")][-1] == "?25h"
        assert Token("csi", "!p") in screen.tokens
    left = int((tmp_path / "project" / "left").read_text())
    assert not Path(f"/proc/{left}").exists() or "Z" in Path(f"/proc/{left}/stat").read_text()


def test_ctrl_c_ends_the_script_alone(tmp_path: Path) -> None:
    with begun(tmp_path, "echo it slumbers; exec sleep 100\n") as screen:
        screen.press("t")
        screen.until_shows("\nit slumbers")
        screen.press("ctrl+c")
        screen.until_shows("It was ended by signal 2.")
        screen.press("enter")
        screen.until_shows("Did the program run at all?", "asked again later")
        screen.press("escape")
        screen.until_shows("stopped: r goes on")
        screen.press("ctrl+q")
        assert screen.ended() == 0


@pytest.mark.parametrize("answer", ["n", "enter", "escape"])
def test_no_yes_and_nothing_runs(tmp_path: Path, answer: str) -> None:
    with begun(tmp_path, "echo ran > ran\n") as screen:
        screen.press(answer)
        screen.until_shows("Did the program run at all?", "asked again later")
        screen.press("escape")
        screen.until_shows("stopped: r goes on")
        screen.press("ctrl+q")
        assert screen.ended() == 0
    assert not (tmp_path / "project" / "ran").exists()


def test_in_a_copy_the_project_stays_as_it_is(tmp_path: Path) -> None:
    with begun(tmp_path, "echo ran > ran; ls; rm -rf .; exit 0\n") as screen:
        screen.press("c")
        screen.until_shows("Did the program run at all?", "asked again later")
        screen.press("escape")
        screen.until_shows("stopped: r goes on")
        screen.press("ctrl+q")
        assert screen.ended() == 0
    names = {entry.name for entry in (tmp_path / "project").iterdir()}
    assert names == {"run.sh", ".autocoder"}
