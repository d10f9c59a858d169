"""One line of code as styled text of an exact width, cut out of however long a line it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from pygments.token import Token, _TokenType
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from autocoder_tui.review.rows.intraline import Spans
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.diff.colours import DiffPalette, Tone

TAB = 4
LONG_LINE = 3_000
UNENDED = "⊘ no newline at end"

Runs = list[tuple[int, _TokenType]]
PLAIN: Runs = [(0, Token)]


class Marks(NamedTuple):
    """Which invisible differences matter in this diff, and so are shown on changed lines."""

    carriage_return: bool
    unended: bool


NO_ENDING_MARKS = Marks(carriage_return=False, unended=False)


class Found(NamedTuple):
    """What a search found in one line: where, and which of it is the match one is at."""

    spans: Spans
    current: tuple[int, int] | None = None


NOTHING_FOUND = Found(())


def line_width(line: str) -> int:
    """Cells a line takes as `draw` shows it, marks of its ending not counted."""
    body = line.removesuffix("\n").removesuffix("\r")
    if len(body) > LONG_LINE:
        return len(body)
    if body.isascii() and "\t" not in body:
        return len(body)
    return cell_len(visible(body.expandtabs(TAB)))


def widest(lines: Iterable[str]) -> int:
    """Cells of the widest of `lines`."""
    most = 0
    for line in lines:
        # No line is wider than twice its characters, or four times for tabs.
        if len(line) * TAB > most:
            most = max(most, line_width(line))
    return most


def wrap_starts(line: str, width: int, marks: Marks) -> Sequence[int]:
    """Where each row of a line begins that is wrapped at `width` cells: at least one, from 0.

    In cells; in characters for a line of more than 3,000, which is cut into shorter rows
    where it holds wide characters or tabs.
    """
    body = _body(line, keep_return=marks.carriage_return)
    if len(body) > LONG_LINE:
        narrowing = 4 if "\t" in body else 1 if body.isascii() else 2
        return range(0, len(body), max(1, width // narrowing))
    ending = f" {UNENDED}" if marks.unended and not line.endswith("\n") else ""
    if body.isascii() and "\t" not in body:
        return range(0, max(1, len(body) + len(ending)), width)
    starts = [0]
    column = 0
    shown = visible(body)
    for character, mark in zip(body + ending, shown + ending, strict=True):
        cells = TAB - column % TAB if character == "\t" else cell_len(mark)
        if column + cells - starts[-1] > width and column > starts[-1]:
            starts.append(column)
        column += cells
    return starts


def tall_lines(lines: Sequence[str], width: int, marks: Marks) -> dict[int, int]:
    """How many rows the lines take that need more than one of `width` cells."""
    tall: dict[int, int] = {}
    for number, line in enumerate(lines):
        # No character takes more than four cells; the mark of a missing newline comes on top.
        if len(line) * TAB + len(UNENDED) > width:
            count = len(wrap_starts(line, width, marks))
            if count > 1:
                tall[number] = count
    return tall


def _body(line: str, *, keep_return: bool) -> str:
    body = line.removesuffix("\n")
    return body if keep_return else body.removesuffix("\r")


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
    found: Found = NOTHING_FOUND,
    part: int | None = None,
) -> list[Segment]:
    """Cells `x` to `x + width` of a line, padded to exactly `width` cells.

    With `part` the line is wrapped and that row of it is drawn instead. A line of more than
    3,000 characters is cut by characters before anything else is done, so its wide
    characters and tabs may shift it when scrolled sideways.
    """
    changed = tone is not Tone.SAME
    body = _body(line, keep_return=changed and marks.carriage_return)
    end: int | None = None
    if part is not None:
        starts = wrap_starts(line, width, marks)
        if part >= len(starts):
            return [Segment(" " * width, palette.text(Token, tone))]
        x = starts[part]
        end = starts[part + 1] if part + 1 < len(starts) else None
    unended = changed and marks.unended and not line.endswith("\n")
    cut = 0
    if len(body) > LONG_LINE:
        cut = x
        unended = unended and end is None and x + width >= len(body)
        body = body[x : x + width + 1 if part is None else end]
    plain_text = body.isascii() and body.isprintable()
    trail = len(body.rstrip(" \t\r\n")) if changed and not cut else len(body)
    segments: list[Segment] = []
    column = 0
    pieces = _pieces(len(body), runs, words, found, cut, trail)
    for start, stop, kind, word, hit in pieces:
        text = body[start:stop]
        style = palette.text(kind, tone, word)
        if hit:
            style += palette.hits[hit]
        if plain_text and start < trail:
            segments.append(Segment(text, style))
            column += stop - start
        else:
            blank = palette.mark(tone, word) + palette.hits[hit]
            column = _add_odd(segments, text, column, style, blank, start >= trail, changed)
    if unended:
        segments.append(Segment((" " if body else "") + UNENDED, palette.mark(tone)))
        column = sum(cell_len(segment.text) for segment in segments)
    if part is None:
        return _fit(segments, column, x - cut, width, palette, tone)
    return _fit_part(segments, x - cut, None if end is None else end - cut, width, palette, tone)


def _pieces(
    length: int, runs: Runs, words: Spans, found: Found, cut: int, trail: int
) -> list[tuple[int, int, _TokenType, bool, int]]:
    """The line in pieces of one style each: start, end, token type, whether it changed, and
    whether it was found (1) and is the match one is at (2)."""
    spans = [span for span in found.spans if span[1] > cut and span[0] < cut + length]
    edges = {0, length, trail}
    edges.update(start - cut for start, _ in runs)
    for start, end in (*words, *spans):
        edges.update((start - cut, end - cut))
    ordered = sorted(edge for edge in edges if 0 <= edge <= length)
    starts = [start - cut for start, _ in runs]
    span_starts = [start - cut for start, _ in spans]
    pieces = []
    for start, end in pairwise(ordered):
        kind = runs[max(0, bisect_right(starts, start) - 1)][1]
        word = any(a - cut <= start < b - cut for a, b in words)
        hit = 0
        at = bisect_right(span_starts, start) - 1
        if at >= 0 and start < spans[at][1] - cut:
            hit = 2 if spans[at] == found.current else 1
        pieces.append((start, end, kind, word, hit))
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


def _fit_part(
    segments: list[Segment],
    start: int,
    end: int | None,
    width: int,
    palette: DiffPalette,
    tone: Tone,
) -> list[Segment]:
    """Cells `start` to `end` of a wrapped line, padded; the next row goes on from there."""
    strip = Strip(segments)
    end = min(start + width, strip.cell_length if end is None else end)
    shown = list(strip.crop(start, end)) if end > start else []
    padding = width - max(0, end - start)
    return [*shown, Segment(" " * padding, palette.text(Token, tone))] if padding else shown
