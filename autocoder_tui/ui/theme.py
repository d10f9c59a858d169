"""A theme's plain values as a Textual theme, and all of them in the App."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App
from textual.screen import Screen
from textual.theme import Theme

from autocoder_tui.config.settings import DEFAULT_THEME
from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.config.theme_files import ThemeData, load_themes
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible


def to_textual(theme: ThemeData) -> Theme:
    """The Textual theme with the diff colours as variables: `$diff-added-bg` in a stylesheet.

    `variables["pygments-style"]` is the name of the Pygments style that fits.
    """
    colors = theme.colors
    variables = {f"diff-{name}": value for name, value in theme.diff.items()}
    return Theme(
        name=theme.name,
        primary=colors["primary"],
        secondary=colors["secondary"],
        accent=colors["accent"],
        foreground=colors["foreground"],
        background=colors["background"],
        surface=colors["surface"],
        panel=colors["panel"],
        success=colors["success"],
        warning=colors["warning"],
        error=colors["error"],
        dark=theme.dark,
        variables={**variables, "pygments-style": theme.pygments_style},
    )


def load_into(app: App[Any], folder: Path, wanted: str | None) -> list[str]:
    """Give `app` every packaged theme and those in `folder`, and put `wanted` on.

    Returns what was wrong with them, as sentences that are safe to show.
    """
    loaded = load_themes(folder)
    for theme in loaded.themes:
        app.register_theme(to_textual(theme))
    problems = [f"A theme is left out: {problem}" for problem in loaded.problems]
    wanted = wanted or DEFAULT_THEME
    if wanted not in app.available_themes:
        names = ", ".join(sorted(app.available_themes))
        problems.append(f"There is no theme {visible(wanted)}. Choose one of {names}.")
        wanted = DEFAULT_THEME
    app.theme = wanted
    return problems


def keep_choice(
    app: App[Any], screen: Screen[Any], file: Path, tell: Callable[[str], None]
) -> None:
    """Write every later change of theme into the settings `file`; `tell` hears why not."""

    def keep(theme: Theme) -> None:
        try:
            save_setting(file, "ui", "theme", theme.name)
        except AutocoderError as error:
            tell(error.message)

    app.theme_changed_signal.subscribe(screen, keep)
