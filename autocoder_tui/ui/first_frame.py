"""What is on the screen before the program is: its frame, as text with colours for a terminal.

To load the program takes ten times as long as to draw this, so nothing of the framework is used
here. It is what the workspace draws over with the same characters in the same places.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from autocoder_tui.config.theme_files import ANSI_COLORS, ThemeData
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.terminal_kind import color_depth
from autocoder_tui.ui.screens.shown_panes import (
    ALL_TABS,
    LOWER_TABS,
    NARROW_BELOW,
    ON_THE_RIGHT,
    TINY_BELOW,
)
from autocoder_tui.ui.widgets.panes.regions import (
    FILES,
    LOWER,
    REQUIREMENTS,
    RIGHT,
    Moment,
    Place,
    arranged,
)
from autocoder_tui.ui.widgets.tabs import Tab, fitting
from autocoder_tui.values import dataclass

NAME: Final = "autocoder-tui"
_TITLES: Final = {FILES: "Files", REQUIREMENTS: "Requirements", RIGHT: ON_THE_RIGHT}
_LEVELS: Final = (0, 95, 135, 175, 215, 255)
"""Of red, green and blue in the 216 of the 256 colours that are the same everywhere."""


@dataclass(frozen=True, slots=True)
class Colors:
    """What begins a colour, for the ground too; "" where there are none."""

    ground: str = ""
    bar: str = ""
    line: str = ""
    marked: str = ""
    faint: str = ""


def colors_of(theme: ThemeData | None, environ: Mapping[str, str]) -> Colors:
    """The colours of `theme` as this terminal understands them."""
    if theme is None or environ.get("NO_COLOR"):
        return Colors()
    if theme.ansi:
        accent, line = (_of_16(theme.colors[name]) for name in ("accent", "primary"))
        return Colors(line=f"\x1b[{line}m", marked=f"\x1b[{accent}m")
    depth = color_depth(environ)
    if depth == "16":
        return Colors()
    code = _of_all if depth == "all" else _of_256
    have = {name: _parts(theme.colors[name]) for name in theme.colors}
    ground, text = have["background"], have["foreground"]

    def pair(front: tuple[int, ...], back: tuple[int, ...]) -> str:
        return f"\x1b[38;{code(front)};48;{code(back)}m"

    return Colors(
        ground=pair(text, ground),
        bar=pair(text, have["panel"]),
        line=pair(_between(ground, have["primary"], 0.3), ground),
        marked=pair(have["accent"], ground),
        faint=pair(_between(ground, text, 0.7), ground),
    )


def first_frame(
    size: os.terminal_size, colors: Colors, place: str, shares: Mapping[str, float]
) -> str:
    """The frame of the workspace in a terminal of that size; "" where it is too small for one.

    `place` is the folder as it is shown, and may be untrusted; `shares` are the person's own sizes
    of the panes.
    """
    width, height = size
    if width < TINY_BELOW[0] or height < TINY_BELOW[1]:
        return ""
    blank = colors.ground + " " * width
    lines = [(1, row, blank) for row in range(2, height)]
    lines += [(1, 1, colors.bar + _header(width, place)), (1, height, colors.bar + " " * width)]
    if width < NARROW_BELOW:
        lines.append((1, 2, colors.faint + _tabs(ALL_TABS[1:], "requirements", width)))
    else:
        body = Place(1, 2, width, height - 3)
        boxes = arranged(Moment("requirements"), body, shares).boxes
        tabs = tuple(tab for tab in LOWER_TABS if RIGHT not in boxes or tab.pane != "review")
        for name, (x, y, cells, _) in boxes.items():
            title = _TITLES.get(name, "")
            if name == REQUIREMENTS:
                lines.append((x, y, colors.marked + _titled("━", title, cells)))
            else:
                lines.append((x, y, colors.line + _titled("─", title, cells)))
            if name == LOWER:
                lines.append((x, y + 1, colors.faint + _tabs(tabs, "output", cells)))
    return "".join(f"\x1b[{y};{x}H{line}" for x, y, line in lines) + "\x1b[0m"


def _header(width: int, place: str) -> str:
    # How wide other characters are is known when the program is there.
    shown = f"  {visible(place)}" if place.isascii() else ""
    return f" {NAME}{shown}"[: width - 4].ljust(width)


def _tabs(tabs: tuple[Tab, ...], current: str, width: int) -> str:
    texts = [key + text for _, key, text in fitting(tabs, current, {}, width)]
    return "".join(texts)[:width].ljust(width)


def _titled(line: str, title: str, width: int) -> str:
    if not title:
        return line * width
    reverse = ("\x1b[1;7m", "\x1b[22;27m") if line == "━" else ("", "")
    return line + reverse[0] + title + reverse[1] + line * (width - 1 - len(title))


# ---------------------------------------------------------------------- colours


def _parts(value: str) -> tuple[int, ...]:
    return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))


def _between(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def _of_all(color: tuple[int, ...]) -> str:
    return "2;" + ";".join(map(str, color))


def _of_256(color: tuple[int, ...]) -> str:
    near = [min(range(6), key=lambda at: abs(_LEVELS[at] - part)) for part in color]
    cube = [_LEVELS[at] for at in near]
    grey = min(max(round((sum(color) / 3 - 8) / 10), 0), 23)
    off_cube = sum(abs(part - level) for part, level in zip(color, cube, strict=True))
    if sum(abs(part - (8 + 10 * grey)) for part in color) < off_cube:
        return f"5;{232 + grey}"
    return f"5;{16 + 36 * near[0] + 6 * near[1] + near[2]}"


def _of_16(name: str) -> int:
    at = ANSI_COLORS.index(name)
    return 39 if at == 0 else 29 + at if at <= 8 else 81 + at
