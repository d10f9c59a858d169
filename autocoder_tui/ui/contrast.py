"""How well a colour reads on another, and colours made to read well (WCAG 2, level AA)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rich.style import Style
from textual.color import Color

LEAST: Final = 4.5
"""The contrast that text has to have on its ground."""
STRONG: Final = 7.0
"""The contrast of text for those who need more of it: level AAA."""
SEEN: Final = 3.0
"""The contrast that a part that is no text has to have on its ground (WCAG 2, 1.4.11)."""
_STEPS: Final = 20
_EXTREMES: Final = (Color(0, 0, 0), Color(255, 255, 255))


def least_of(variables: Mapping[str, str]) -> float:
    """The contrast that the theme with these variables asks for."""
    return float(variables.get("least-contrast", LEAST))


def luminance(colour: Color) -> float:
    """Relative luminance, 0 for black to 1 for white."""
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """The contrast of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def faint(text: Color, share: float, grounds: Iterable[Color], least: float = LEAST) -> Color:
    """`text` brought near to the first of `grounds`, by `share` of the way or by as much as it
    takes to be read on all of them. `text` itself where it can't be read on one of them."""
    grounds = tuple(grounds)
    for step in range(_STEPS):
        nearer = share + (1 - share) * step / _STEPS
        colour = grounds[0].blend(text, nearer, alpha=1.0)
        if all(contrast(colour, ground) >= least for ground in grounds):
            return colour
    return text


def nearer(colour: Color, text: Color, *grounds: Color, least: float = LEAST) -> Color:
    """`colour`, brought near to `text` by as much as it takes to be read on all of `grounds`; where
    `text` itself can't be read there, black or white."""
    for step in range(_STEPS + 1):
        made = colour.blend(text, step / _STEPS, alpha=1.0)
        if all(contrast(made, ground) >= least for ground in grounds):
            return made
    return max(_EXTREMES, key=lambda one: min(contrast(one, ground) for ground in grounds))


def legible(style: Style, otherwise: Style, least: float = LEAST) -> Style:
    """`style` with its text brought near to that of `otherwise` by as much as it takes to be read
    on its own ground, or on that of `otherwise` where it has none. The terminal's own colours,
    which nobody knows, are left alone."""
    above, below = style.color, style.bgcolor or otherwise.bgcolor
    text = otherwise.color
    if not (above and below and text and above.triplet and below.triplet and text.triplet):
        return style
    mine, ground = Color.from_rich_color(above), Color.from_rich_color(below)
    made = nearer(mine, Color.from_rich_color(text), ground, least=least)
    return style if made == mine else style + Style(color=made.rich_color)


def as_line(style: Style, otherwise: Style, least: float) -> Style:
    """`style` for a line that separates: as faint as it is, and seen like any part where text has
    to have so much contrast."""
    return legible(style, otherwise, SEEN) if least >= STRONG else style
