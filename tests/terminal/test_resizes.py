"""Any size, at any moment: nothing breaks, and back at the old size everything is as it was."""

import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.terminal.program import PATIENCE, Pseudoterminal, serving, terminal
from tests.terminal.test_signals import LINES, is_restored, reply_of, until_line

SIZES = ((1, 1), (1000, 3), (2, 200), (20, 5), (80, 24), (59, 14), (300, 100), (3, 3))
HOME = (120, 40)
FEWER = ((1, 1), (20, 5), (1000, 1000))
"""For a dialog, which has little of its own to draw."""
QUIET = 0.2
"""Seconds without a byte, after which nothing more is taken to be on its way."""


def until_quiet(screen: Pseudoterminal) -> None:
    seen = [len(screen.written), time.monotonic()]

    def quiet() -> bool:
        if len(screen.written) != seen[0]:
            seen[:] = [len(screen.written), time.monotonic()]
        return time.monotonic() - seen[1] > QUIET

    screen.until(quiet)


def through_the_sizes(screen: Pseudoterminal, sizes: Sequence[tuple[int, int]]) -> None:
    """Each size is drawn, or at least begun, before the next; then back home."""
    for size in (*sizes, HOME):
        before = len(screen.written)
        screen.resize(*size)
        screen.until(partial(lambda before: len(screen.written) > before, before))


def comes_back_the_same(screen: Pseudoterminal, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    for tries_left in (2, 1, 0):
        until_quiet(screen)
        before = screen.picture.lines
        through_the_sizes(screen, sizes)
        try:
            # A notice may have gone meanwhile: then it is not waited for, but tried again.
            screen.until(
                partial(lambda before: screen.picture.lines == before, before),
                seconds=3 if tries_left else PATIENCE,
            )
            break
        except AssertionError:
            if not tries_left:
                raise
    assert not screen.picture.strange


def test_while_streaming_and_while_reviewing(tmp_path: Path) -> None:
    with (
        serving([Reply(reply_of(500))], tokens_per_second=500) as server,
        terminal(
            tmp_path, "--base-url", server.base_url, "-m", "m", "-r", "Write it.", size=HOME
        ) as screen,
    ):
        screen.until_shows("Requirements", "Write it.", "m · ")
        screen.press("ctrl+r")
        until_line(screen, 40)
        sizes = iter((*SIZES, (1000, 1000), *SIZES))
        while not (tmp_path / "state" / "usage.jsonl").exists():
            before = len(screen.written)
            screen.resize(*next(sizes, (60, 20)))
            screen.until(partial(lambda before: len(screen.written) > before, before))
        screen.resize(*HOME)
        screen.until_shows("undecided", "a Accept", "line_12 = 12")
        comes_back_the_same(screen)
        screen.press("ctrl+a", "enter")
        written = tmp_path / "project" / "long.py"
        screen.until(written.exists)
        screen.until_shows("U undoes")
        assert written.read_text() == "".join(LINES[:500])
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)


DIALOGS = {
    "keys": ("f1", "type a key, or words"),
    "models": ("ctrl+o", "Choose (Enter)"),
    "usage": ("ctrl+l", "Day (d)"),
    "palette": ("ctrl+p", "type what you want to do"),
    "prompts": ("alt+p", "Take it (Enter)"),
    "history": ("f6", "X delete all"),
    "one run": ("\r", "5  About"),
    "rename": ("n", "Done (Enter)"),
    "export": ("e", "Done (Enter)"),
    "delete": ("x", "for good?"),
}


def test_what_stands_in_dialogs_outlives_a_kill_and_any_size(tmp_path: Path) -> None:
    """Killed while a hunk is edited; everything that is open then, and after, is resized."""
    with serving([Reply(reply_of(5))]) as server:
        flags = ("--base-url", server.base_url, "-m", "m", "-r", "Write it.")
        with terminal(tmp_path, *flags, size=HOME) as screen:
            screen.until_shows("Requirements", "Write it.", "m · ")
            screen.press("ctrl+r")
            screen.until_shows("undecided", "a Accept", "line_4")
            screen.press("e")
            screen.until_shows("Done (Ctrl+S)")
            screen.press("typed")
            screen.until_shows("typedline_0 = 0")
            comes_back_the_same(screen, FEWER)
            sessions = tmp_path / "state" / "sessions"
            screen.until(
                lambda: any("typedline" in file.read_text() for file in sessions.glob("*/*.json"))
            )
            screen.signal(signal.SIGKILL)
            screen.ended()
        with terminal(tmp_path, *flags[:-2], size=HOME) as screen:
            screen.until_shows("Not finished last time", "Esc asks later", "Later")
            comes_back_the_same(screen, FEWER)
            screen.press("r")
            screen.until_shows("undecided", "n Next")
            screen.press("e")
            screen.until_shows("As you left it", "typedline_0 = 0")
            screen.press("ctrl+s")
            screen.until_gone("Done (Ctrl+S)")
            screen.until_shows("typedline_0")
            for name, (key, shown) in DIALOGS.items():
                if key == "alt+p":
                    screen.press("f3")
                    screen.until_shows("━Requirements")
                screen.press(key)
                screen.until_shows(shown)
                comes_back_the_same(screen, FEWER if name == "history" else FEWER[:2])
                if name != "history":
                    screen.press("escape")
                    screen.until_gone(shown)
            assert not screen.picture.strange
            screen.press("escape", "ctrl+q")
            assert screen.ended() == 0


def test_a_start_at_an_odd_size_is_as_good_as_any(tmp_path: Path) -> None:
    flags = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")
    with ExitStack() as stack:

        def started(size: tuple[int, int]) -> Pseudoterminal:
            # A state folder for each: of another session on the project it would be told.
            state = {"AUTOCODER_TUI_STATE_DIR": str(tmp_path / f"state {size}")}
            return stack.enter_context(terminal(tmp_path, *flags, size=size, environ=state))

        usual = started(HOME)
        usual.until_shows("Requirements", "m · ", "in ~", "^Q Quit")
        until_quiet(usual)
        for size in ((1, 1), (20, 5), (1000, 300)):
            odd = started(size)
            odd.until(partial(lambda odd: "1049" in odd.picture.modes, odd))
            until_quiet(odd)
            odd.resize(*HOME)
            odd.until_shows("Requirements", "m · ", "in ~")
            odd.until(partial(lambda odd: odd.picture.lines == usual.picture.lines, odd))
            odd.signal(signal.SIGTERM)
            assert odd.ended() == 143


TERMS = [
    {"TERM": "xterm"},
    {"TERM": "screen"},
    {"TERM": "tmux-256color", "TMUX": "/tmp/none,1,0"},
    {"TERM": "linux", "COLORTERM": ""},
    {"TERM": "vt100", "COLORTERM": ""},
    {"NO_COLOR": "1"},
    {"TERM": "no-such-terminal", "COLORTERM": ""},
]


@pytest.mark.parametrize("environ", TERMS)
def test_every_terminal(tmp_path: Path, environ: dict[str, str]) -> None:
    """Whatever it is called, and though it answers no question about itself."""
    flags = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")
    with terminal(tmp_path, *flags, environ=environ) as screen:
        screen.until_shows("Requirements", "m · ", "^Q Quit")
        screen.press("f1")
        screen.until_shows("Close (Esc)")
        screen.press("escape", "ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)
        colours = {
            token.body for token in screen.tokens if token.kind == "csi" and token.body[-1] == "m"
        }
        if "COLORTERM" in environ:
            assert not any("38;2;" in colour for colour in colours)
