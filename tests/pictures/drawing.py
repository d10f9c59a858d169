"""Rows of a screen as SVG.

GitHub shows an SVG as an image: no script runs and no font is fetched. So letters are of whatever
monospaced font there is, each run is stretched to its columns (`textLength`), and lines, blocks and
bars are drawn as shapes, which meet at every size.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape

from rich.cells import cell_len

from tests.pictures.screen import Ink, Row, Run

CELL: Final = (8.4, 18)
"""Width and height of a cell."""
LETTERS: Final = 14
FONT: Final = 'ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace'
_BASELINE: Final = 13.5
_EIGHTHS_UP: Final = "▁▂▃▄▅▆▇█"
_EIGHTHS_RIGHT: Final = "▏▎▍▌▋▊▉█"
# Arms of lines: left, right, up, down, and how thick they are.
_LINES: Final = {
    "─": ("lr", 1.2), "━": ("lr", 2.4), "│": ("ud", 1.2), "┃": ("ud", 2.4),
    "┌": ("rd", 1.2), "┐": ("ld", 1.2), "└": ("ru", 1.2), "┘": ("lu", 1.2),
    "╭": ("rd", 1.2), "╮": ("ld", 1.2), "╰": ("ru", 1.2), "╯": ("lu", 1.2),
    "├": ("udr", 1.2), "┤": ("udl", 1.2), "┬": ("lrd", 1.2), "┴": ("lru", 1.2),
    "┼": ("lrud", 1.2), "╸": ("l", 2.4), "╺": ("r", 2.4), "╴": ("l", 1.2), "╶": ("r", 1.2),
}  # fmt: skip
_DRAWN: Final = {*_EIGHTHS_UP, *_EIGHTHS_RIGHT, *_LINES, "▀", "▐", "▔", "▕"}
# Words with single blanks between them, or a repeated sign that is no letter of the alphabet.
_PIECES: Final = re.compile(r"([^\x00-\x7f])\1*|[!-~]+(?: [!-~]+)*")


class Palette:
    """Names of inks, given in the order in which they are met: the classes of the style sheet."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, bool, bool, bool], str] = {}

    def name(self, ink: Ink) -> str:
        key = (ink.colour, ink.bold, ink.italic, ink.underline)
        return self._names.setdefault(key, f"c{len(self._names)}")

    @property
    def style(self) -> str:
        rules = []
        for (colour, bold, italic, underline), name in self._names.items():
            rule = f"fill:{colour}"
            rule += ";font-weight:bold" if bold else ""
            rule += ";font-style:italic" if italic else ""
            rule += ";text-decoration:underline" if underline else ""
            rules.append(f".{name}{{{rule}}}")
        return "".join(rules)


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def drawn_row(row: Row, ground: str, palette: Palette) -> str:
    """A row whose upper left corner is at 0, 0."""
    grounds = []
    for below, runs in groupby(row, key=lambda run: run.ink.ground):
        if below != ground:
            of_it = list(runs)
            width = of_it[-1].x + of_it[-1].width - of_it[0].x
            grounds.append(_rect(of_it[0].x * CELL[0], 0, width * CELL[0], CELL[1], below))
    signs = [sign for run in row for sign in _signs(run, palette)]
    return "".join(grounds) + "".join(signs)


def _signs(run: Run, palette: Palette) -> list[str]:
    found = []
    name = palette.name(run.ink) if run.text.strip() else ""
    for piece in _PIECES.finditer(run.text):
        x = (run.x + cell_len(run.text[: piece.start()])) * CELL[0]
        text = piece[0]
        width = cell_len(text)
        if text[0] in _DRAWN:
            found.append(_shape(text[0], x, width, run.ink.colour))
            continue
        if not width:
            continue
        length = number(width * CELL[0])
        how = "" if text.isascii() else ' lengthAdjust="spacingAndGlyphs"'
        found.append(
            f'<text class="{name}" x="{number(x)}" y="{_BASELINE}" textLength="{length}"{how}>'
            f"{escape(text)}</text>"
        )
    return found


def _shape(sign: str, x: float, count: int, colour: str) -> str:
    """`count` times `sign` from `x` on."""
    wide, high = CELL
    whole = wide * count
    if sign in _EIGHTHS_UP:
        part = high * (_EIGHTHS_UP.index(sign) + 1) / 8
        return _rect(x, high - part, whole, part, colour)
    if sign in "▀▔":
        return _rect(x, 0, whole, high / 2 if sign == "▀" else high / 8, colour)
    if sign in _LINES:
        return _line(sign, x, count, colour)
    shapes = []
    for place in range(count):
        left = x + place * wide
        if sign in "▐▕":
            part = wide / 2 if sign == "▐" else wide / 8
            shapes.append(_rect(left + wide - part, 0, part, high, colour))
        else:
            part = wide * (_EIGHTHS_RIGHT.index(sign) + 1) / 8
            shapes.append(_rect(left, 0, part, high, colour))
    return "".join(shapes)


def _line(sign: str, x: float, count: int, colour: str) -> str:
    wide, high = CELL
    arms, thick = _LINES[sign]
    if arms == "lr":
        return _rect(x, (high - thick) / 2, wide * count, thick, colour)
    shapes = []
    for place in range(count):
        left = x + place * wide
        middle, centre = left + wide / 2, high / 2
        if "l" in arms or "r" in arms:
            begin = left if "l" in arms else middle - thick / 2
            end = left + wide if "r" in arms else middle + thick / 2
            shapes.append(_rect(begin, centre - thick / 2, end - begin, thick, colour))
        if "u" in arms or "d" in arms:
            top = 0 if "u" in arms else centre
            bottom = high if "d" in arms else centre
            shapes.append(_rect(middle - thick / 2, top, thick, bottom - top, colour))
    return "".join(shapes)


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    top = f' y="{number(y)}"' if y else ""
    size = f'width="{number(width)}" height="{number(height)}"'
    return f'<rect x="{number(x)}"{top} {size} fill="{colour}"/>'
