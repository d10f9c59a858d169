"""Opens the full-screen program: its frame first, and then all that takes time to load."""

from __future__ import annotations

import os
from typing import Final

from autocoder_tui.config.setting_sections import DEFAULT_THEME
from autocoder_tui.config.theme_files import load_theme, theme_here
from autocoder_tui.runs.setup import Setup
from autocoder_tui.store.pane_sizes import PaneSizes
from autocoder_tui.system.garbage_collection import collect_nothing
from autocoder_tui.system.locale_encoding import shows_utf8
from autocoder_tui.system.terminal_kind import ColorDepth, color_depth, has_few_colors
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.first_frame import colors_of, first_frame
from autocoder_tui.ui.terminal.background import guessed_light
from autocoder_tui.ui.terminal.early_terminal import EarlyTerminal, output
from autocoder_tui.ui.terminal.fewer_signs import table_for
from autocoder_tui.ui.widgets.short_path import short_path

_SYSTEMS: Final[dict[ColorDepth, str]] = {"16": "standard", "256": "256", "all": "truecolor"}


def open_screen(setup: Setup, project: Wish | None = None) -> int:
    """Run the program on the screen until the user leaves it; returns the exit code. With
    `project` it opens the steps of the folder."""
    early = EarlyTerminal()
    try:
        if not os.environ.get("TEXTUAL_DRIVER"):
            early.take(_frame(setup))
        # Read when the framework is loaded, which knows fewer terminals.
        os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", _SYSTEMS[color_depth(setup.environ)])
        collect_nothing()
        from autocoder_tui.ui.start import start_app

        return start_app(setup, project, early)
    finally:
        early.give_back()


def _frame(setup: Setup) -> str:
    ui = setup.settings.ui
    name = theme_here(
        setup.theme or DEFAULT_THEME,
        dark=ui.dark_theme,
        light=ui.light_theme,
        is_light=guessed_light(setup.environ),
        few_colors=has_few_colors(setup.environ),
        usual=DEFAULT_THEME,
    )
    theme = load_theme(name, setup.places.config / "themes")
    place = "" if setup.demo else short_path(setup.root)
    # The demo's project is never the same, so nothing is kept of its panes.
    keeps = setup.places.keeps and not setup.demo
    shares = PaneSizes(setup.places.state, setup.root).read() if keeps else {}
    try:
        size = os.get_terminal_size(output())
    except OSError:
        return ""
    frame = first_frame(size, colors_of(theme, setup.environ), place, shares)
    signs = table_for(os.environ, utf8=shows_utf8())
    return frame if signs is None else frame.translate(signs)
