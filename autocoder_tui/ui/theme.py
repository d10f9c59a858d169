"""A theme's plain values as a Textual theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from textual.color import Color
from textual.theme import Theme

from autocoder_tui.config.theme_files import ThemeData
from autocoder_tui.ui.contrast import faint

MUTED: Final = {"muted": "dim"}
"""`$muted`, the style of text that says less, where a theme has none: among the terminal's own
colours there is none that is sure to be seen and fainter than the others."""

# Nobody knows what the terminal's colours look like on one another: reversed, they can be read.
_OF_ANSI: Final = {
    f"{what}-{part}": value
    for what in ("block-cursor", "input-selection", "screen-selection")
    for part, value in (
        ("foreground", "ansi_default"),
        ("background", "ansi_default"),
        ("text-style", "bold reverse"),
    )
} | {
    "block-cursor-blurred-text-style": "reverse",
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
    "footer-key-foreground": "ansi_magenta",
    "border-blurred": "ansi_default",
    **MUTED,
    "scrollbar": "ansi_blue",
    "scrollbar-background": "ansi_default",
    "scrollbar-background-hover": "ansi_default",
    "scrollbar-background-active": "ansi_default",
}


def to_textual(theme: ThemeData) -> Theme:
    """The Textual theme with the diff colours as variables: `$diff-added-bg` in a stylesheet.

    `variables["pygments-style"]` is the name of the Pygments style that fits.
    """
    colors = {name: _textual(value) for name, value in theme.colors.items()}
    variables = {f"diff-{name}": _textual(value) for name, value in theme.diff.items()}
    variables |= dict(_OF_ANSI) if theme.ansi else _texts(colors)
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
        ansi=theme.ansi,
        variables={**variables, "pygments-style": theme.pygments_style},
    )


def _textual(value: str) -> str:
    """A colour as Textual has it."""
    return value if value.startswith("#") else f"ansi_{value.replace('-', '_')}"


def readable(theme: Theme) -> Theme:
    """One of Textual's own themes with texts that can be read."""
    if theme.ansi:
        return replace(theme, variables={**_OF_ANSI, **theme.variables})
    colors = theme.to_color_system().generate()
    return replace(theme, variables={**_texts(colors), **theme.variables})


def _texts(colors: Mapping[str, str]) -> dict[str, str]:
    """The colours of texts, all of which can be read: Textual's own are shares of black or white,
    which on some grounds can't."""
    background = Color.parse(colors["background"])
    text = background + Color.parse(colors["foreground"])
    grounds = [background + Color.parse(colors[name]) for name in _GROUNDS]
    return {
        **{f"text-{name}": faint(Color.parse(colors[name]), 1, grounds).hex for name in _NAMED},
        "text-muted": (muted := faint(text, 0.7, grounds).hex),
        "muted": muted,
        "text-disabled": faint(text, 0.5, grounds).hex,
    }


_GROUNDS: Final = ("background", "surface", "panel")
_NAMED: Final = ("primary", "secondary", "accent", "success", "warning", "error")
