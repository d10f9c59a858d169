"""A theme's plain values as a Textual theme."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

from autocoder_tui.config.theme_files import ThemeData
from autocoder_tui.ui.contrast import faint


def to_textual(theme: ThemeData) -> Theme:
    """The Textual theme with the diff colours as variables: `$diff-added-bg` in a stylesheet.

    `variables["pygments-style"]` is the name of the Pygments style that fits.
    """
    colors = theme.colors
    variables = {f"diff-{name}": value for name, value in theme.diff.items()}
    variables |= _texts(theme)
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


def _texts(theme: ThemeData) -> dict[str, str]:
    """The colours of texts, all of which can be read: Textual's own are shares of black or white,
    which on some grounds can't."""
    text = Color.parse(theme.colors["foreground"])
    grounds = [Color.parse(theme.colors[name]) for name in ("background", "surface", "panel")]
    named = ("primary", "secondary", "accent", "success", "warning", "error")
    return {
        **{f"text-{name}": theme.colors[name] for name in named},
        "text-muted": faint(text, 0.7, grounds).hex,
        "text-disabled": faint(text, 0.5, grounds).hex,
    }
