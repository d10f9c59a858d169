"""The theme follows the terminal, in a real one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autocoder_tui.config.theme_files import load_themes
from tests.terminal.program import terminal
from tests.terminal.sequences import Token

ASKED = Token("osc", "11;?")
FLAGS = ("--base-url", "http://127.0.0.1:9/v1", "-m", "m")


def ground(name: str) -> bytes:
    """How the background of a theme is switched on."""
    theme = load_themes().find(name)
    assert theme is not None
    value = theme.colors["background"].removeprefix("#")
    numbers = ";".join(str(int(value[at : at + 2], 16)) for at in (0, 2, 4))
    return f"48;2;{numbers}".encode()


@pytest.mark.parametrize(
    ("answer", "theme"),
    [("rgb:fafa/fafa/fafa", "autocoder-light"), ("rgb:1010/1010/1010", "autocoder-dark")],
)
def test_auto_takes_the_theme_that_fits(tmp_path: Path, answer: str, theme: str) -> None:
    with terminal(tmp_path, *FLAGS, "--theme", "auto") as screen:
        screen.until(lambda: ASKED in screen.tokens)
        screen.press(f"\x1b]11;{answer}\x1b\\")
        screen.until_shows("Requirements", "^Q Quit")
        screen.until(lambda: ground(theme) in screen.written)
        screen.press("x")
        screen.until_shows("x")
        assert "rgb" not in screen.picture.text
        screen.press("ctrl+q")
        assert screen.ended() == 0


def test_nobody_is_asked_where_the_theme_is_named_or_that_is_off(tmp_path: Path) -> None:
    for theme in ("dusk", "auto"):
        config = tmp_path / theme / "config"
        config.mkdir(parents=True)
        (config / "config.toml").write_text("[terminal]\nask_background = false\n")
        with terminal(tmp_path / theme, *FLAGS, "--theme", theme) as screen:
            screen.until_shows("Requirements", "^Q Quit")
            assert ASKED not in screen.tokens
            screen.press("ctrl+q")
            assert screen.ended() == 0


@pytest.mark.parametrize("theme", ["ansi", "autocoder-dark"])
def test_without_colours_the_text_is_not_drawn_in_its_ground(tmp_path: Path, theme: str) -> None:
    environ = {"NO_COLOR": "1"}
    with terminal(tmp_path, *FLAGS, "--theme", theme, environ=environ) as screen:
        screen.until_shows("Requirements", "^Q Quit")
        screen.press("f6")
        screen.until_shows("History")
        styles = {style for row in screen.picture.cells for char, style in row if char.isalnum()}
        for style in styles:
            numbers = re.findall(r"([34]8);2;(\d+;\d+;\d+)", style)
            assert len({shade for _, shade in numbers}) == len(numbers), style
            assert all(len(set(shade.split(";"))) == 1 for _, shade in numbers), style
        screen.press("escape", "ctrl+q")
        assert screen.ended() == 0
