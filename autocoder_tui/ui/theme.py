"""A theme's plain values as a Textual theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen
from textual.theme import Theme
from textual.widget import Widget

from autocoder_tui.config.theme_files import ThemeData
from autocoder_tui.system.terminal_kind import is_basic
from autocoder_tui.ui.contrast import LEAST, SEEN, STRONG, contrast, faint

MUTED: Final = {"muted": "dim"}
"""`$muted`, the style of text that says less, where a theme has none: among the terminal's own
colours there is none that is sure to be seen and fainter than the others."""

# Nobody knows what the terminal's colours look like on one another: reversed, they can be read.
_OF_ANSI: Final = {
    f"{what}-{part}": value
    for what in ("block-cursor", "input-cursor", "input-selection", "screen-selection")
    for part, value in (
        ("foreground", "ansi_default"),
        ("background", "ansi_default"),
        ("text-style", "bold reverse"),
    )
} | {
    "block-cursor-blurred-text-style": "reverse",
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "footer-key-foreground": "ansi_magenta",
    "border-blurred": "ansi_default",
    **MUTED,
    "scrollbar": "ansi_magenta",
    "scrollbar-background": "ansi_default",
    "scrollbar-background-hover": "ansi_default",
    "scrollbar-background-active": "ansi_default",
}


def to_textual(theme: ThemeData, least: float = 0) -> Theme:
    """The Textual theme with the diff colours as variables: `$diff-added-bg` in a stylesheet.

    `variables["pygments-style"]` is the name of the Pygments style that fits. `least`: the
    contrast of muted text and the like, where it is more than that of the theme, for a terminal
    that shows other colours than these.
    """
    least = max(least, theme.contrast)
    colors = {name: _textual(value) for name, value in theme.colors.items()}
    variables = {f"diff-{name}": _textual(value) for name, value in theme.diff.items()}
    variables |= dict(_OF_ANSI) if theme.ansi else _texts(colors, least)
    if not theme.ansi and least >= STRONG:
        variables |= _lines(colors)
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
        variables={
            **variables,
            "pygments-style": theme.pygments_style,
            "least-contrast": str(least),
        },
    )


def _textual(value: str) -> str:
    """A colour as Textual has it."""
    return value if value.startswith("#") else f"ansi_{value.replace('-', '_')}"


class _NotFaint(LineFilter):
    """Leaves out what is fainter than other text: consoles have a dark grey for it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, style + _NO_DIM, control) if style is not None and style.dim else it
            for it in segments
            for text, style, control in (it,)
        ]


def suited(
    filters: Sequence[LineFilter], app: App[Any], environ: Mapping[str, str]
) -> list[LineFilter]:
    """The `filters` of a program with those that suit the theme it has on: without colours
    (NO_COLOR), where faint text can't be read."""
    kept = [one for one in filters if not isinstance(one, NoColor | Monochrome | _NotFaint)]
    if app.no_color:
        # Textual decides it once, by the theme it begins with: of the terminal's own colours
        # the shades of grey would all be black.
        kept.append(NoColor() if app.native_ansi_color else Monochrome())
    if app.native_ansi_color and is_basic(environ):
        kept.append(_NotFaint())
    return kept


def style_anew(screen: Screen[Any]) -> None:
    """Have all drawn again: in another theme of the terminal's own colours a widget may be as it
    was, and what is in it be not."""
    for widget in screen.walk_children(Widget):
        widget.notify_style_update()
        widget.refresh()


def readable(theme: Theme) -> Theme:
    """One of Textual's own themes with texts that can be read."""
    if theme.ansi:
        return replace(theme, variables={**_OF_ANSI, **theme.variables})
    colors = theme.to_color_system().generate()
    return replace(theme, variables={**_texts(colors), **theme.variables})


def _texts(colors: Mapping[str, str], least: float = LEAST) -> dict[str, str]:
    """The colours of texts, all of which can be read: Textual's own are shares of black or white,
    which on some grounds can't."""
    background = Color.parse(colors["background"])
    text = background + Color.parse(colors["foreground"])
    grounds = [background + Color.parse(colors[name]) for name in _GROUNDS]
    named = {name: Color.parse(colors[name]) for name in _NAMED}
    return {
        **{f"text-{name}": faint(own, 1, grounds, least).hex for name, own in named.items()},
        "text-muted": (muted := faint(text, 0.7, grounds, least).hex),
        "muted": muted,
        "text-disabled": faint(text, 0.5, grounds, least).hex,
        **_scrollbars(named["primary"], grounds),
        **_selections(named["primary"], text, grounds, least),
    }


def _lines(colors: Mapping[str, str]) -> dict[str, str]:
    """The lines between panes, seen by whoever asks for contrast: Textual's hardly are."""
    grounds = [Color.parse(colors[name]) for name in _GROUNDS]
    return {"primary-muted": faint(Color.parse(colors["primary"]), 0.3, grounds, SEEN).hex}


def _scrollbars(primary: Color, grounds: Sequence[Color]) -> dict[str, str]:
    """A bar that is seen in its track: Textual's are shares of one another."""
    track = grounds[-1]
    thumb = faint(primary, 0.6, (track, *grounds), least=SEEN)
    near = faint(primary, 0.8, (track, *grounds), least=SEEN)
    return {
        "scrollbar": thumb.hex,
        "scrollbar-hover": near.hex,
        "scrollbar-active": near.hex,
        **{f"scrollbar-background{part}": track.hex for part in ("", "-hover", "-active")},
        "scrollbar-corner-color": track.hex,
    }


def _selections(
    primary: Color, text: Color, grounds: Sequence[Color], least: float
) -> dict[str, str]:
    """The ground of selected text, as near to `primary` as the text can still be read on."""
    shares = (share / 20 for share in range(8, 1, -1))
    made = [grounds[0].blend(primary, share, alpha=1.0) for share in shares]
    ground = next((one for one in made if contrast(text, one) >= least), made[-1])
    return {
        f"{what}-selection-{part}": colour.hex
        for what in ("input", "screen")
        for part, colour in (("background", ground), ("foreground", text))
    }


_NO_DIM: Final = Style(dim=False)
_GROUNDS: Final = ("background", "surface", "panel")
_NAMED: Final = ("primary", "secondary", "accent", "success", "warning", "error")
