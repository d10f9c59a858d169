"""A screen as a PNG, and several of them on one sheet. Needs Pillow, which nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len

from tests.pictures.screen import Ink, Screen

_LETTERS: Final = 12
_FONTS: Final = (
    "DejaVuSansMono{}.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf",
    "/System/Library/Fonts/Menlo.ttc",
)
_EDGE: Final = 6
_TITLE: Final = 16


@lru_cache
def _font(face: str = "") -> Any:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name.format(face), _LETTERS)
        except OSError:
            continue
    raise SystemExit("No monospaced font was found: install DejaVu Sans Mono.")


def drawn(screen: Screen) -> Image.Image:
    """The screen, cell by cell."""
    wide = round(_font().getlength("m"))
    ascent, descent = _font().getmetrics()
    high = ascent + descent
    columns, rows = screen.size
    image = Image.new("RGB", (columns * wide, rows * high), screen.ground)
    pen = ImageDraw.Draw(image)
    for y, row in enumerate(screen.rows):
        for run in row:
            left, right = run.x * wide, (run.x + run.width) * wide
            pen.rectangle((left, y * high, right - 1, (y + 1) * high - 1), fill=run.ink.ground)
            x = run.x
            for sign in run.text:
                if sign != " ":
                    pen.text((x * wide, y * high), sign, run.ink.colour, _font(_face(run.ink)))
                x += cell_len(sign)
            if run.ink.underline:
                pen.line((left, (y + 1) * high - 2, right - 1, (y + 1) * high - 2), run.ink.colour)
    return image


def _face(ink: Ink) -> str:
    return ("-Bold" if ink.bold else "") + ("Oblique" if ink.italic and ink.bold else "") or (
        "-Oblique" if ink.italic else ""
    )


def sheets(named: Sequence[Path], folder: Path, across: int, down: int) -> list[Path]:
    """The pictures in `named` on sheets of `across` times `down`, each with its name above it."""
    made = []
    for number, start in enumerate(range(0, len(named), across * down), 1):
        part = [(path, Image.open(path)) for path in named[start : start + across * down]]
        wide = max(picture.width for _, picture in part) + _EDGE
        high = max(picture.height for _, picture in part) + _EDGE + _TITLE
        rows = -(-len(part) // across)
        sheet = Image.new("RGB", (wide * min(across, len(part)), high * rows), "#7f7f7f")
        pen = ImageDraw.Draw(sheet)
        for place, (path, picture) in enumerate(part):
            left, top = place % across * wide, place // across * high
            pen.text((left + 2, top + 1), path.stem, "#ffffff", _font("-Bold"))
            sheet.paste(picture, (left, top + _TITLE))
        made.append(folder / f"sheet-{number:02}.png")
        sheet.save(made[-1])
    return made
