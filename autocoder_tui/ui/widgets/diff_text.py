"""One line of code as styled text of an exact width, cut out of however long a line it is."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import NamedTuple

from pygments.token import Token, _TokenType
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from autocoder_tui.display import visible
from autocoder_tui.review.intraline import Spans
from autocoder_tui.ui.widgets.diff_colours import DiffPalette, Tone

TAB = 4
LONG_LINE = 3_000
UNENDED = "⊘ no newline at end"

Runs = list[tuple[int, _TokenType]]
PLAIN: Runs = [(0, Token)]


class Marks(NamedTuple):
    """Which invisible differences matter in this diff, and so are shown on changed lines."""

    carriage_return: bool
    unended: bool


def line_width(line: str) -> int:
    """Cells a line takes as `draw` shows it, marks of its ending not counted."""
    body = line.removesuffix("\n").removesuffix("\r")
    if len(body) > LONG_LINE:
        return len(body)
    if body.isascii() and "\t" not in body:
        return len(body)
    return cell_len(visible(body.expandtabs(TAB)))


def draw(
    line: str,
    *,
    runs: Runs,
    words: Spans,
    tone: Tone,
    marks: Marks,
    x: int,
    width: int,
    palette: DiffPalette,
) -> list[Segment]:
    """Cells `x` to `x + width` of a line, padded to exactly `width` cells.

    A line of more than 3,000 characters is cut by characters before anything else is done,
    so its wide characters and tabs may shift it when scrolled sideways.
    """
    changed = tone is not Tone.SAME
    body = line.removesuffix("\n")
    if body.endswith("\r") and not (changed and marks.carriage_return):
        body = body[:-1]
    unended = changed and marks.unended and not line.endswith("\n")
    cut = 0
    if len(body) > LONG_LINE:
        cut = x
        body = body[x : x + width + 1]
    plain_text = body.isascii() and body.isprintable()
    trail = len(body.rstrip(" \t\r\n")) if changed and not cut else len(body)
    segments: list[Segment] = []
    column = 0
    for start, end, kind, word in _pieces(len(body), runs, words, cut, trail):
        text = body[start:end]
        style = palette.text(kind, tone, word)
        if plain_text and start < trail:
            segments.append(Segment(text, style))
            column += end - start
        else:
            blank = palette.mark(tone, word)
            column = _add_odd(segments, text, column, style, blank, start >= trail, changed)
    if unended:
        segments.append(Segment((" " if body else "") + UNENDED, palette.mark(tone)))
        column = sum(cell_len(segment.text) for segment in segments)
    return _fit(segments, column, x - cut, width, palette, tone)


def _pieces(
    length: int, runs: Runs, words: Spans, cut: int, trail: int
) -> list[tuple[int, int, _TokenType, bool]]:
    """The line in pieces of one style each: start, end, token type, whether it changed."""
    edges = {0, length, trail}
    edges.update(start - cut for start, _ in runs)
    for start, end in words:
        edges.update((start - cut, end - cut))
    ordered = sorted(edge for edge in edges if 0 <= edge <= length)
    starts = [start - cut for start, _ in runs]
    pieces = []
    for start, end in pairwise(ordered):
        kind = runs[max(0, bisect_right(starts, start) - 1)][1]
        word = any(a - cut <= start < b - cut for a, b in words)
        pieces.append((start, end, kind, word))
    return pieces


def _add_odd(
    segments: list[Segment],
    text: str,
    column: int,
    style: Style,
    blank: Style,
    trailing: bool,
    changed: bool,
) -> int:
    """Append text with tabs, trailing blanks or unusual characters; return the new column."""
    for number, part in enumerate(text.split("\t")):
        if number:
            gap = TAB - column % TAB
            shown = "→" + " " * (gap - 1) if changed else " " * gap
            segments.append(Segment(shown, blank if changed else style))
            column += gap
        if part:
            shown = visible(part.replace(" ", "·") if trailing else part)
            segments.append(Segment(shown, blank if trailing else style))
            column += cell_len(shown)
    return column


def _fit(
    segments: list[Segment], total: int, x: int, width: int, palette: DiffPalette, tone: Tone
) -> list[Segment]:
    filling = palette.text(Token, tone)
    if total - x <= width:
        if x:
            segments = list(Strip(segments).crop(x, max(x, total))) if total > x else []
        padding = width - max(0, total - x)
        return [*segments, Segment(" " * padding, filling)] if padding else segments
    # More follows to the right: the last cell says so.
    shown = Strip(segments).crop(x, x + width - 1)
    missing = width - 1 - shown.cell_length
    more = " " * missing + "›"
    return [*shown, Segment(more, palette.mark(tone))]
