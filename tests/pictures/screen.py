"""What stands on the screen of the running program, cell by cell, with resolved colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme
from textual._context import visible_screen_stack
from textual.color import Color as Mixed

from autocoder_tui.ui.app import AutocoderApp

_NAMED: Final[TerminalTheme] = DIMMED_MONOKAI
"""What the names of colours stand for, which only the theme `ansi` uses."""
_DIM: Final = 0.4


@dataclass(frozen=True, slots=True)
class Ink:
    """How a run of text is drawn: colours as "#rrggbb", and what is done to the letters."""

    colour: str
    ground: str
    bold: bool = False
    italic: bool = False
    underline: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one ink from column `x` on; `width` in cells."""

    x: int
    text: str
    width: int
    ink: Ink


Row: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """A whole screen: `size` in columns and rows, `ground` the colour below everything."""

    size: tuple[int, int]
    ground: str
    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        return "\n".join("".join(run.text for run in row).rstrip() for row in self.rows)


def screen_of(app: AutocoderApp, lasting: Callable[[str], str] = str) -> Screen:
    """What `app` shows. `lasting` gives the text of a row without what differs from one run to the
    next; it must keep its width."""
    width, height = app.size.width, app.size.height
    ground = app.screen.background_colors[1].hex6.lower()
    rows: list[Row] = []
    # A screen that is drawn here first would take it that nothing is below it, and keep that.
    visible_screen_stack.set(app._background_screens)
    for strip in app.screen._compositor.render_strips():
        segments = [it for it in strip if not it.control]
        rows.append(_row(segments, ground, lasting))
    return Screen((width, height), ground, tuple(rows[:height]))


def _row(segments: list[Segment], ground: str, lasting: Callable[[str], str]) -> Row:
    text = "".join(segment.text for segment in segments)
    fixed = lasting(text)
    assert cell_len(fixed) == cell_len(text), (text, fixed)
    runs: list[Run] = []
    x = at = 0
    for segment in segments:
        piece = fixed[at : at + len(segment.text)]
        at += len(segment.text)
        width = cell_len(piece)
        ink = _ink(segment.style or Style(), ground)
        if runs and runs[-1].ink == ink:
            runs[-1] = Run(runs[-1].x, runs[-1].text + piece, runs[-1].width + width, ink)
        elif width:
            runs.append(Run(x, piece, width, ink))
        x += width
    return tuple(runs)


def parts_of(row: Row, cuts: Sequence[int]) -> list[Row]:
    """`row` cut before these columns; a wide sign is not cut."""
    parts: list[list[Run]] = [[]]
    left = list(cuts)
    rest = list(row)
    while rest:
        run = rest.pop(0)
        if left and run.x >= left[0]:
            left.pop(0)
            parts.append([])
            rest.insert(0, run)
            continue
        if left and run.x + run.width > left[0] and len(run.text) == run.width:
            at = left[0] - run.x
            rest.insert(0, Run(left[0], run.text[at:], run.width - at, run.ink))
            run = Run(run.x, run.text[:at], at, run.ink)
        parts[-1].append(run)
    return [tuple(part) for part in parts]


def _ink(style: Style, ground: str) -> Ink:
    colour = _hex(style.color, foreground=True) or "#c5c8c6"
    below = _hex(style.bgcolor, foreground=False) or ground
    if style.reverse:
        colour, below = below, colour
    if style.dim:
        colour = Mixed.parse(colour).blend(Mixed.parse(below), _DIM).hex6.lower()
    return Ink(colour, below, bool(style.bold), bool(style.italic), bool(style.underline))


def _hex(colour: Color | None, *, foreground: bool) -> str | None:
    if colour is None or colour.is_default:
        return None
    red, green, blue = colour.get_truecolor(_NAMED, foreground=foreground)
    return f"#{red:02x}{green:02x}{blue:02x}"


_COMMIT: Final = re.compile(r"(?<=committed )[0-9a-f]{7,40}\b")
_SECONDS: Final = re.compile(r"(\bRan \d+ tests? in )(\d+\.\d+)s|(\b\d+ passed.* in )(\d+\.\d+)s")


def without_times(text: str) -> str:
    """`text` with noughts for the times that other programs took, and the hash made of one."""
    text = _COMMIT.sub(lambda it: "0" * len(it[0]), text)
    return _SECONDS.sub(
        lambda it: re.sub(r"(?<= in )[\d.]+", lambda n: re.sub(r"\d", "0", n[0]), it[0]), text
    )
