"""Paints one row of a diff: margins, numbers, signs and code, side by side or unified."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.review.places import line_number
from autocoder_tui.review.rows.intraline import NO_MARKS, WordChanges, word_changes
from autocoder_tui.review.rows.rows import Row, Rows
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.diff.colours import Colours, DiffPalette, Tone
from autocoder_tui.ui.widgets.diff.text import (
    NOTHING_FOUND,
    PLAIN,
    Found,
    Marks,
    Runs,
    draw,
    wrap_starts,
)
from autocoder_tui.values import dataclass

MARGIN = 3
"""Cells of the hunk cursor, the verdict, and a blank or what is to be known of the hunk."""

PLACED = "≈"
"""Stands where a change was placed by anything but equality."""

RETURNED = "↩"
"""Stands where something comes back that was rejected before."""

_HEADING = re.compile(
    r"\s*(?:(?:export|default|pub\S*|public|private|protected|static|abstract|async|unsafe)\s+)*"
    r"(?:def|class|function|fn|func|impl|interface|struct|enum|trait|module|namespace)\b"
)
_FARTHEST_HEADING = 500


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where things stand in a row of `width` cells; numbers take `digits` cells each.

    With `single` there is one text only, and so only its numbers.
    """

    width: int
    digits: int
    side_by_side: bool
    single: bool = False

    @property
    def left(self) -> int:
        """Cells for the old text side by side, or for all text unified."""
        if not self.side_by_side:
            numbers = (1 if self.single else 2) * (self.digits + 1)
            return max(1, self.width - MARGIN - numbers - 2)
        return max(1, (self.width - MARGIN - 1 - 2 * (self.digits + 3)) // 2)

    @property
    def right(self) -> int:
        """Cells for the new text, side by side."""
        return max(1, self.width - MARGIN - 1 - 2 * (self.digits + 3) - self.left)


Highlights: TypeAlias = Mapping[tuple[int, int], Found]
"""What a search found, by side (0 old, 1 new) and line."""


def marks_of(review: FileReview) -> Marks:
    """Line endings are shown where they differ: within a side, or between the two."""
    sides = [review.after] if review.before is None else [review.before, review.after]
    shares = {text.count("\r\n") == text.count("\n") for text in sides if "\n" in text}
    any_crlf = any("\r\n" in text for text in sides)
    unended = {not text.endswith("\n") for text in sides if text}
    if review.diff.goes_on[0]:
        unended = set()  # most pieces of a long line have none
    return Marks(
        carriage_return=any_crlf and shares != {True},
        unended=True in unended and (len(unended) > 1 or review.before is None),
    )


def doubtful_hunks(review: FileReview) -> frozenset[int]:
    """The hunks that come from changes which were placed by anything but equality."""
    edits = review.edits
    if edits is None:
        return frozenset()
    hunks = enumerate(review.hunks)
    return frozenset(n for n, hunk in hunks if edits.doubtful(hunk) is not None)


class RowPainter:
    """Turns rows into strips. Knows everything of the view but its scroll position."""

    def __init__(
        self,
        review: FileReview,
        rows: Rows,
        geometry: Geometry,
        palette: DiffPalette,
        colours: Colours,
        marks: Marks,
        found: Highlights,
        *,
        wrap: bool,
        returned: Collection[int] = (),
    ) -> None:
        self._returned = returned
        self.review = review
        self.rows = rows
        self.geometry = geometry
        self.palette = palette
        self.marks = marks
        self._colours = colours
        self._found = found
        self._wrap = wrap
        self._lines = (review.diff.old_lines, review.diff.new_lines)
        self._doubtful = doubtful_hunks(review)

    def paint(self, row: Row, *, x: int, selected: bool, first: bool) -> Strip:
        """The row `x` cells to the right; `selected`: its hunk has the cursor; `first` of it."""
        if row.kind == "fold":
            return self._fit(self._fold(row))
        verdict = None if row.hunk is None else self.review.verdicts[row.hunk]
        sign = " "
        if first and row.hunk in self._doubtful:
            sign = PLACED
        elif first and row.hunk in self._returned:
            sign = RETURNED
        margin = self._margin(verdict, selected, first, sign)
        if row.kind == "empty":
            note = Segment(_without_lines(self.review), self.palette.note)
            return self._fit([*margin, note])
        if self.geometry.side_by_side:
            return self._fit([*margin, *self._side_by_side(row, verdict, selected, x)])
        return self._fit([*margin, *self._unified(row, verdict, x)])

    def _fit(self, segments: list[Segment]) -> Strip:
        strip = Strip(segments).adjust_cell_length(self.geometry.width)
        return strip.apply_style(self.palette.base)

    def _margin(
        self, verdict: Verdict | None, selected: bool, first: bool, sign: str
    ) -> list[Segment]:
        palette = self.palette
        bar = Segment("▌", palette.cursor) if selected else Segment(" ")
        if verdict is None:
            return [bar, Segment("  ")]
        style = palette.verdicts[verdict]
        return [
            bar,
            Segment(verdict.mark, style if first else style + Style(bold=False)),
            Segment(sign, palette.note),
        ]

    def _side_by_side(
        self, row: Row, verdict: Verdict | None, selected: bool, x: int
    ) -> list[Segment]:
        words = self._words(row.old, row.new) if row.kind == "changed" else NO_MARKS
        divider = (
            Segment("▌", self.palette.cursor) if selected else Segment("│", self.palette.divider)
        )
        return [
            *self._half(0, row, row.old, verdict, words, x, self.geometry.left),
            divider,
            *self._half(1, row, row.new, verdict, words, x, self.geometry.right),
        ]

    def _half(
        self,
        side: int,
        row: Row,
        place: int | None,
        verdict: Verdict | None,
        words: WordChanges,
        x: int,
        width: int,
    ) -> list[Segment]:
        digits = self.geometry.digits
        if place is None:
            # A hatch says that this side has no line here, where a blank could be one.
            return [Segment("╱" * (digits + 3 + width), self.palette.absent)]
        tone = _tone(side, row, verdict)
        return [
            self._number(side, place, row, width),
            Segment(f"{self._sign(side, row)} ", self.palette.signs[tone]),
            *self._code(side, row, place, tone, words[side], x, width),
        ]

    def _unified(self, row: Row, verdict: Verdict | None, x: int) -> list[Segment]:
        side = 0 if row.new is None else 1
        place = row.old if row.new is None else row.new
        assert place is not None, "a row of text has a line"
        tone = _tone(side, row, verdict)
        words = NO_MARKS
        if row.kind == "changed":
            words = self._words(place, row.mate) if side == 0 else self._words(row.mate, place)
        width = self.geometry.left
        if self.geometry.single:
            numbers = [self._number(side, place, row, width)]
        else:
            numbers = [self._number(0, row.old, row, width), self._number(1, row.new, row, width)]
        return [
            *numbers,
            Segment(f"{self._sign(side, row)} ", self.palette.signs[tone]),
            *self._code(side, row, place, tone, words[side], x, self.geometry.left),
        ]

    def _number(self, side: int, place: int | None, row: Row, width: int) -> Segment:
        shown = "" if place is None else self._numbered(side, place)
        if place is not None and row.part:
            rows = len(wrap_starts(self._lines[side][place], width, self.marks))
            shown = "↪" if row.part < rows else ""
        return Segment(f"{shown:>{self.geometry.digits}} ", self.palette.gutter)

    def _numbered(self, side: int, place: int) -> str:
        """The number of a line; of a piece that goes on with one, a mark."""
        goes_on = self.review.diff.goes_on[side]
        number = line_number(goes_on, place) if goes_on else place + 1
        return "↪" if number is None else str(number)

    @staticmethod
    def _sign(side: int, row: Row) -> str:
        if row.kind == "same":
            return " "
        return "-" if side == 0 else "+"

    def _words(self, old: int | None, new: int | None) -> WordChanges:
        if old is None or new is None:
            return NO_MARKS
        return word_changes(self._lines[0][old], self._lines[1][new])

    def _code(
        self,
        side: int,
        row: Row,
        place: int,
        tone: Tone,
        words: tuple[tuple[int, int], ...],
        x: int,
        width: int,
    ) -> list[Segment]:
        # What is unchanged was looked for in the new text only.
        found = (side, place) if row.kind == "changed" else (1, row.new or 0)
        colours = self._colours[side]
        runs: Runs = PLAIN if colours is None else colours.runs(place)
        if tone in (Tone.KEPT, Tone.GONE):
            words = ()
        return draw(
            self._lines[side][place],
            runs=runs,
            words=words,
            tone=tone,
            marks=self.marks,
            x=x,
            width=width,
            palette=self.palette,
            found=self._found.get(found, NOTHING_FOUND),
            part=row.part if self._wrap else None,
        )

    def _fold(self, row: Row) -> list[Segment]:
        geometry, palette = self.geometry, self.palette
        lines = "line" if row.hidden == 1 else "lines"
        if self.review.diff.goes_on[0]:
            lines = f"piece{'s' * (row.hidden > 1)} of lines"
        text = " " * (geometry.digits - 1) + f"⋯ {row.hidden} unchanged {lines}"
        heading = self._heading(row)
        shown = [Segment(" " * MARGIN), Segment(text, palette.fold)]
        used = MARGIN + cell_len(text)
        if heading:
            heading = f"  {heading}"
            shown.append(Segment(heading, palette.fold_heading))
            used += cell_len(heading)
        return [*shown, Segment(" " * max(0, geometry.width - used), palette.fold)]

    def _heading(self, row: Row) -> str:
        """The head of the block that the first line after the fold stands in, if it is hidden."""
        assert row.new is not None, "a fold begins at a line"
        lines, end = self._lines[1], row.new + row.hidden
        following = next((line for line in lines[end : end + 5] if line.strip()), "")
        indent = len(following) - len(following.lstrip())
        for place in range(end - 1, max(row.new, end - _FARTHEST_HEADING) - 1, -1):
            line = lines[place][:200]
            if _HEADING.match(line) and len(line) - len(line.lstrip()) < indent:
                head = visible(line.strip()).rstrip(" :{")
                return head if ")" in head else head.partition("(")[0]
        return ""


def _tone(side: int, row: Row, verdict: Verdict | None) -> Tone:
    """A decided hunk shows what will be: the side that lost fades."""
    if row.kind == "same" or verdict is None:
        return Tone.SAME
    if side == 0:
        return {Verdict.ACCEPTED: Tone.GONE, Verdict.REJECTED: Tone.KEPT}.get(verdict, Tone.REMOVED)
    return Tone.GONE if verdict is Verdict.REJECTED else Tone.ADDED


def _without_lines(review: FileReview) -> str:
    """What to show of a hunk that has no lines."""
    if review.deletes:
        return "(deleted: the file is empty)"
    if review.source:
        unchanged = ", text unchanged" if len(review.hunks) == 1 else ""
        return f"(renamed from {visible(review.source)}{unchanged})"
    return "(a new file with nothing in it)"
