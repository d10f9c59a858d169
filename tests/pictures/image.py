"""A screen as a still image, and many of them as a moving one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from tests.pictures.drawing import CELL, FONT, LETTERS, Palette, drawn_row, number
from tests.pictures.screen import Screen, parts_of

_EDGE: Final = 10
_CAPTION: Final = 34
_CUTS: Final = (32, 98)
"""Columns at which a row is cut: panes beside each other change, and scroll, by themselves."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A screen, how long it is shown (seconds), and what is said below it: a key and words."""

    screen: Screen
    seconds: float
    key: str = ""
    says: str = ""


def still(screen: Screen, title: str) -> str:
    """The SVG of one screen; `title` says what it shows to who can't see it."""
    palette = Palette()
    rows = "".join(
        f'<g transform="translate(0 {y * CELL[1]})">{drawn}</g>'
        for y, row in enumerate(screen.rows)
        if (drawn := drawn_row(row, screen.ground, palette))
    )
    width, height = _inside(screen)
    body = f'<g transform="translate({_EDGE} {_EDGE})">{rows}</g>'
    return _document(width, height, screen.ground, palette.style, title, body)


def moving(frames: Sequence[Frame], title: str) -> str:
    """The SVG of a recording: all frames beside each other, of which one is in the window, by a
    style sheet alone. What many frames share is written once: rows, cut
    where panes meet, and whole panes of them."""
    palette, first = Palette(), frames[0].screen
    width, height = _inside(first)
    step = width + 2 * _EDGE
    rows, panes = dict[str, str](), dict[str, str]()
    shown = []
    for place, frame in enumerate(frames):
        uses = "".join(
            f'<use href="#{panes.setdefault(pane, f"p{len(panes)}")}"/>'
            for pane in _panes(frame.screen, first.ground, palette, rows)
        )
        left = number(place * step)
        shown.append(f'<g transform="translate({left} 0)">{uses}{_caption(frame, height)}</g>')
    whole = sum(frame.seconds for frame in frames)
    stops, at = [], 0.0
    for place, frame in enumerate(frames):
        stops.append(f"{at / whole * 100:.3f}%{{transform:translateX(-{number(place * step)}px)}}")
        at += frame.seconds
    # Who wants no motion is shown the frame that stands longest.
    longest = max(range(len(frames)), key=lambda it: frames[it].seconds)
    style = (
        f"{palette.style}.key{{fill:#fff;font-weight:bold}}.cap{{fill:#3d6fb5}}.says{{fill:#8b949e}}"
        f".film{{animation:film {number(whole)}s step-end infinite}}"
        f"@keyframes film{{{''.join(stops)}}}"
        "@media (prefers-reduced-motion:reduce){.film{animation:none;"
        f"transform:translateX(-{number(longest * step)}px)}}}}"
    )
    defs = "".join(f'<g id="{name}">{drawn}</g>' for drawn, name in [*rows.items(), *panes.items()])
    body = (
        f"<defs>{defs}</defs>"
        f'<svg x="{_EDGE}" y="{_EDGE}" width="{number(width)}" height="{height + _CAPTION}">'
        f'<g class="film">{"".join(shown)}</g></svg>'
    )
    return _document(width, height + _CAPTION, first.ground, style, title, body)


def _panes(screen: Screen, ground: str, palette: Palette, rows: dict[str, str]) -> list[str]:
    """Each strip of a screen between the cuts, as uses of rows; `rows` names what is drawn."""
    panes = [""] * (len(_CUTS) + 1)
    for y, row in enumerate(screen.rows):
        for place, part in enumerate(parts_of(row, _CUTS)):
            if drawn := drawn_row(part, ground, palette):
                name = rows.setdefault(drawn, f"r{len(rows)}")
                panes[place] += f'<use href="#{name}" y="{y * CELL[1]}"/>'
    return panes


def _caption(frame: Frame, top: float) -> str:
    """The key that was pressed, and what it does."""
    if not frame.says:
        return ""
    x, shown = 0.0, ""
    if frame.key:
        wide = len(frame.key) * CELL[0]
        shown = (
            f'<rect class="cap" y="{top + 9}" width="{number(wide + 14)}" height="22" rx="4"/>'
            f'<text class="key" x="7" y="{top + 24.5}" textLength="{number(wide)}">'
            f"{escape(frame.key)}</text>"
        )
        x = wide + 26
    length = number(len(frame.says) * CELL[0])
    return (
        f'{shown}<text class="says" x="{number(x)}" y="{top + 24.5}" textLength="{length}">'
        f"{escape(frame.says)}</text>"
    )


def _inside(screen: Screen) -> tuple[float, int]:
    return screen.size[0] * CELL[0], screen.size[1] * CELL[1]


def _document(width: float, height: float, ground: str, style: str, title: str, body: str) -> str:
    whole = (number(width + 2 * _EDGE), number(height + 2 * _EDGE))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole[0]} {whole[1]}" '
        f'width="{whole[0]}" height="{whole[1]}" role="img">\n<title>{escape(title)}</title>\n'
        "<style>rect{shape-rendering:crispEdges}"
        f"text{{font:{LETTERS}px {FONT};white-space:pre}}{style}</style>\n"
        f'<rect x="0.5" y="0.5" width="{number(width + 2 * _EDGE - 1)}" '
        f'height="{number(height + 2 * _EDGE - 1)}" rx="8" fill="{ground}" stroke="#7f7f7f" '
        f'stroke-opacity="0.5"/>\n{body}\n</svg>\n'
    )
