"""A theme as a terminal of 256 colours shows it best: the grounds among those it has.

What is nearest by numbers is not what looks alike: of two dark grounds, one for new and one for old
lines, one would become black and the other a strong red.
"""

from __future__ import annotations

import colorsys
from dataclasses import replace
from functools import lru_cache
from typing import Final

from autocoder_tui.config.theme_files import ThemeData

LEAST_IN_256: Final = 6.0
"""The contrast asked for, so that what is shown in its place still has enough."""

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_Rgb = tuple[int, int, int]
_CUBE: Final[tuple[_Rgb, ...]] = tuple((r, g, b) for r in _LEVELS for g in _LEVELS for b in _LEVELS)
_GREYS: Final[tuple[_Rgb, ...]] = tuple((v, v, v) for v in range(8, 248, 10))
_GROUNDS: Final = ("background", "surface", "panel")

# By the hue (in degrees) up to which they are taken: a line's ground and that of a changed word,
# in a dark theme and in a light one.
_DIFF_GROUNDS: Final = (
    (18, ("#5f0000", "#870000"), ("#ffd7d7", "#ffafaf")),
    (70, ("#5f5f00", "#875f00"), ("#ffffd7", "#ffd7af")),
    (160, ("#005f00", "#008700"), ("#d7ffd7", "#afffaf")),
    (200, ("#005f5f", "#008787"), ("#d7ffff", "#afffff")),
    (270, ("#00005f", "#0000af"), ("#d7d7ff", "#afd7ff")),
    (335, ("#5f005f", "#870087"), ("#ffd7ff", "#ffafff")),
    (361, ("#5f0000", "#870000"), ("#ffd7d7", "#ffafaf")),
)


def fitted(theme: ThemeData) -> ThemeData:
    """`theme` with grounds that a terminal of 256 colours has. One of the terminal's own colours
    stays as it is."""
    if theme.ansi:
        return theme
    diff = dict(theme.diff)
    for side in ("added", "removed"):
        line, word = _diff_grounds(theme.diff[f"{side}-word-bg"], dark=theme.dark)
        diff |= {f"{side}-bg": line, f"{side}-word-bg": word}
    grounds = {name: _nearest(theme.colors[name]) for name in _GROUNDS}
    return replace(theme, colors={**theme.colors, **grounds}, diff=diff)


def _diff_grounds(value: str, *, dark: bool) -> tuple[str, str]:
    hue = colorsys.rgb_to_hsv(*(part / 255 for part in _parts(value)))[0] * 360
    in_dark, in_light = next((d, b) for most, d, b in _DIFF_GROUNDS if hue < most)
    return in_dark if dark else in_light


@lru_cache(256)
def _nearest(value: str) -> str:
    red, green, blue = _parts(value)

    def distance(have: _Rgb) -> float:
        # An eye tells greens apart best, and blues worst.
        return 2 * (have[0] - red) ** 2 + 4 * (have[1] - green) ** 2 + 1.5 * (have[2] - blue) ** 2

    return "#{:02x}{:02x}{:02x}".format(*min((*_GREYS, *_CUBE), key=distance))


def _parts(value: str) -> _Rgb:
    red, green, blue = (int(value[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
