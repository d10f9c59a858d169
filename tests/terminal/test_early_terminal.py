"""While the program is being loaded: its frame is there, keys wait for it, and it can be ended."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal.program import Pseudoterminal, environment, terminal
from tests.terminal.test_crashes import PROGRAM_ENDED
from tests.terminal.test_signals import is_restored

# The program, held where it has drawn its frame and loads the rest.
_HELD = """
import os, sys, time
from pathlib import Path
class Held:
    def find_spec(self, name, path=None, target=None):
        if name == "autocoder_tui.ui.start":
            Path("loaded").write_text(" ".join(sorted(sys.modules)))
            while not Path("go").exists():
                time.sleep(0.01)
            if Path("go").read_text():
                raise RuntimeError("went wrong")
sys.meta_path.insert(0, Held())
from autocoder_tui.cli.main import main
sys.exit(main())
"""


@contextmanager
def held(folder: Path, *flags: str, size: tuple[int, int] = (120, 40)) -> Iterator[Pseudoterminal]:
    """The program with nothing but its frame, until there is a file "go" in its folder."""
    project = folder / "project"
    project.mkdir(exist_ok=True)
    (project / "loaded").unlink(missing_ok=True)
    with Pseudoterminal(
        [sys.executable, "-c", _HELD, *flags],
        environ=environment(folder),
        folder=project,
        size=size,
    ) as screen:
        screen.until(lambda: (project / "loaded").exists() and "25" not in screen.picture.modes)
        yield screen


def test_the_frame_is_there_before_anything_that_takes_long_is_loaded(tmp_path: Path) -> None:
    with held(tmp_path, "--demo") as screen:
        screen.until_shows("autocoder-tui", "─Files──", "━Requirements━━", "[Output]")
        assert "2004" in screen.picture.modes
    loaded = set((tmp_path / "project" / "loaded").read_text().split())
    assert "autocoder_tui.ui.first_frame" in loaded
    heavy = "textual rich openai tiktoken pygments markdown_it asyncio pathspec sqlite3 ssl"
    assert not loaded.intersection(heavy.split())
    ours = {name for name in loaded if name.startswith("autocoder_tui.ui.")}
    assert not [name for name in ours if name.startswith("autocoder_tui.ui.screens.m")]
    assert len(ours) < 20


def test_keys_typed_meanwhile_act(tmp_path: Path) -> None:
    with held(tmp_path, "--base-url", "http://127.0.0.1:9/v1", "-m", "m") as screen:
        screen.press("ctrl+z", "make a shop", "enter", "ctrl+s", "\x1b[200~pasted\x1b[201~", "!")
        assert "make" not in screen.picture.text
        (tmp_path / "project" / "go").touch()
        screen.until_shows("make a shop", "pasted!")
        assert screen.picture.lines[2].endswith("make a shop")
        assert screen.picture.lines[3].endswith("pasted!")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)


def test_what_is_typed_meanwhile_is_beside_the_text_that_comes_back(tmp_path: Path) -> None:
    server = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")
    with terminal(tmp_path, *server) as screen:
        screen.until_shows("Generate")
        screen.press("left over")
        screen.until_shows("left over")
        screen.press("ctrl+q")
        assert screen.ended() == 0
    for flags, text in (((), "left over!"), (("-r", "Write it."), "!Write it.")):
        with held(tmp_path, *server, *flags) as screen:
            screen.press("!")
            (tmp_path / "project" / "go").touch()
            screen.until_shows(text)
            screen.press("ctrl+q")
            assert screen.ended() == 0
        (tmp_path / "project" / "go").unlink()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it(tmp_path: Path, number: int) -> None:
    with held(tmp_path) as screen:
        screen.signal(number)
        assert screen.ended() == 128 + number
        is_restored(screen)


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    with held(tmp_path) as screen:
        screen.press("ctrl+c")
        assert screen.ended() == 130
        is_restored(screen)


def test_an_error_is_told_below_what_was_there_before(tmp_path: Path) -> None:
    with held(tmp_path) as screen:
        (tmp_path / "project" / "go").write_text("wrong")
        assert screen.ended() == 1
        is_restored(screen)
        assert PROGRAM_ENDED in screen.after_screen


def test_a_terminal_that_nobody_reads_keeps_it_from_nothing(tmp_path: Path) -> None:
    with held(tmp_path, size=(400, 100)) as screen:
        (tmp_path / "project" / "go").touch()
        screen.until_shows("Generate")
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)


@pytest.mark.parametrize("flags", [("-d", "nowhere"), ("-i", "nothing.py", "--max-tokens", "x")])
def test_what_is_wrong_with_the_command_line_is_said_without_a_screen(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    with terminal(tmp_path, *flags) as screen:
        assert screen.ended() == 2
        assert b"1049" not in screen.written
        is_restored(screen)
