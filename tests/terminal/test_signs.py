"""In a real terminal: the title says how it stands, and who looks elsewhere is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.terminal.program import Pseudoterminal, serving, terminal
from tests.terminal.test_signals import is_restored, reply_of

BLUR, FOCUS = "\x1b[O", "\x1b[I"


def titles(screen: Pseudoterminal) -> list[str]:
    return [body[2:] for kind, body in screen.tokens if kind == "osc" and body.startswith("2;")]


def of_osc(screen: Pseudoterminal, begin: str) -> list[str]:
    return [body for kind, body in screen.tokens if kind == "osc" and body.startswith(begin)]


@pytest.mark.parametrize("notify", ["bell", "desktop", "off"])
def test_the_end_of_a_run_calls_who_looks_elsewhere(tmp_path: Path, notify: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(f'[terminal]\nnotify = "{notify}"\n')
    with (
        serving([Reply(reply_of(2)), Reply(reply_of(20))], tokens_per_second=60) as server,
        terminal(
            tmp_path,
            "--base-url",
            server.base_url,
            "-m",
            "m",
            "-r",
            "Write it.",
            environ={"VTE_VERSION": "8000"},
        ) as screen,
    ):
        screen.until_shows("Requirements", "Write it.", "m · ")
        assert titles(screen) == ["project · autocoder-tui"]
        screen.press("ctrl+r")
        screen.until_shows("line_1 =", "Accept")
        screen.until(lambda: "project · the run is done · autocoder-tui" in titles(screen))
        assert screen.picture.bells == 0  # it was looked at
        assert of_osc(screen, "9;4;") == ["9;4;3;0", "9;4;0;0"]
        screen.press("f3", "ctrl+r")
        screen.until_shows("Replace the review?")
        screen.press("r")
        under_way = "project · a run is under way · autocoder-tui"
        screen.until(lambda: titles(screen).count(under_way) == 2)
        screen.press(BLUR)
        screen.until(lambda: titles(screen).count("project · the run is done · autocoder-tui") == 2)
        screen.until_shows("done")
        assert screen.picture.bells == (0 if notify == "off" else 1)
        said = ["777;notify;autocoder-tui;project: the run is done"]
        assert of_osc(screen, "777") == (said if notify == "desktop" else [])
        assert "line_1" not in "".join(body for kind, body in screen.tokens if kind == "osc")
        screen.press(FOCUS, "ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)


def test_all_of_it_can_be_off(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(
        '[terminal]\ntitle = false\nprogress = false\nnotify = "off"\n'
    )
    with (
        serving([Reply(reply_of(2))]) as server,
        terminal(
            tmp_path,
            "--base-url",
            server.base_url,
            "-m",
            "m",
            "-r",
            "Write it.",
            environ={"VTE_VERSION": "8000"},
        ) as screen,
    ):
        screen.until_shows("Requirements", "Write it.", "m · ")
        screen.press("ctrl+r", BLUR)
        screen.until_shows("line_1 =", "Accept")
        assert titles(screen) == []
        assert "9;4;3;0" not in of_osc(screen, "9;4;")
        assert screen.picture.bells == 0
        screen.press("ctrl+q")
        assert screen.ended() == 0
        is_restored(screen)
