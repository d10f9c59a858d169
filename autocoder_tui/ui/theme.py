"""A theme's plain values as a Textual theme."""

from __future__ import annotations

from textual.theme import Theme

from autocoder_tui.store.themes import ThemeData


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
