"""The frame that is drawn before the program is loaded: what the workspace then draws over it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from rich.cells import cell_len

from autocoder_tui.config.theme_files import load_theme, load_themes
from autocoder_tui.store.pane_sizes import PaneSizes
from autocoder_tui.ui.first_frame import Colors, colors_of, first_frame
from autocoder_tui.ui.screens.shown_panes import TINY_BELOW
from tests.terminal.picture import Picture
from tests.terminal.sequences import TokenReader
from tests.ui.driving import driven, setup_for, until
from tests.ui.test_session import AT

SIZES = [
    TINY_BELOW,
    (72, 20),
    (80, 24),
    (99, 60),
    (100, 24),
    (120, 40),
    (141, 33),
    (160, 17),
    (200, 60),
    (250, 90),
]


def drawn(
    width: int,
    height: int,
    colors: Colors,
    place: str,
    shares: Mapping[str, float] = MappingProxyType({}),
) -> Picture:
    picture = Picture(width, height)
    frame = first_frame(os.terminal_size((width, height)), colors, place, shares)
    for token in TokenReader().feed(frame.encode()):
        picture.take(token)
    return picture


OWN = {"files": 0.45, "requirements": 0.6, "right": 0.7}
"""Sizes that a person gave the panes."""


@pytest.mark.parametrize("shares", [{}, OWN], ids=["the program's", "a person's"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_sign_of_it_stands_where_the_workspace_has_the_same(
    tmp_path: Path, size: tuple[int, int], shares: dict[str, float]
) -> None:
    frame = drawn(*size, Colors(), "", shares).lines
    setup = setup_for(tmp_path, *AT)
    if shares:
        PaneSizes(setup.places.state, setup.root).keep(shares)
    async with driven(setup, size=size) as (app, pilot):

        def lines() -> list[str]:
            return [strip.text for strip in app.main._compositor.render_strips()]

        await until(pilot, lambda: "Commands" in lines()[-1])
        said = lines()
    for row, line in enumerate(frame):
        for column, sign in enumerate(line):
            assert sign in (" ", said[row][column]), (row, column, line, said[row])
    assert "autocoder-tui" in frame[0]
    assert sum(len(line.strip()) for line in frame) > 60


@pytest.mark.parametrize(
    "environ",
    [
        {"COLORTERM": "truecolor"},
        {"TERM": "xterm-256color"},
        {"TERM": "xterm"},
        {"COLORTERM": "truecolor", "NO_COLOR": "1"},
    ],
)
@pytest.mark.parametrize("theme", [theme.name for theme in load_themes().themes])
def test_colours_change_nothing_of_what_it_says(
    tmp_path: Path, theme: str, environ: dict[str, str]
) -> None:
    colors = colors_of(load_theme(theme, tmp_path), environ)
    assert ("NO_COLOR" in environ) <= (colors == Colors())
    picture = drawn(120, 40, colors, "~/shop")
    assert picture.text == drawn(120, 40, Colors(), "~/shop").text
    assert not picture.strange


def test_the_ground_is_that_of_the_theme(tmp_path: Path) -> None:
    light = load_theme("autocoder-light", tmp_path)
    assert "48;2;255;255;255m" in colors_of(light, {"COLORTERM": "truecolor"}).ground
    assert colors_of(light, {"TERM": "xterm-256color"}).ground.endswith("48;5;231m")


@pytest.mark.parametrize("size", [(59, 40), (120, 14), (0, 0)])
def test_where_it_has_no_room_nothing_is_drawn(size: tuple[int, int]) -> None:
    assert not first_frame(os.terminal_size(size), Colors(), "~/shop", {})


@pytest.mark.parametrize("place", ["~/" + 300 * "x", "a\x1b[2J\x07b", "~/日本", "~/\u202eabc"])
def test_a_folder_of_any_name_stays_in_its_line(place: str) -> None:
    picture = drawn(80, 24, Colors(), place)
    assert not picture.strange
    assert picture.lines[1] == drawn(80, 24, Colors(), "").lines[1]
    assert cell_len(picture.lines[0]) < 80


def test_one_theme_alone_is_the_same_as_among_all(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\n[colors]\nprimary = "#abc"\n')
    (tmp_path / "other.toml").write_text('name = "dusk"\ndark = false\n')
    (tmp_path / "wrong.toml").write_text('name = "linen"\nfoo = 1\n')
    themes = load_themes(tmp_path).themes
    assert {"mine", "dusk", "linen"} < {theme.name for theme in themes}
    for theme in themes:
        assert load_theme(theme.name, tmp_path) == theme
    assert load_theme("../mine", tmp_path) is None
