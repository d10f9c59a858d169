"""A table as rows of a width: columns as wide as their cells, or cells wrapped to fit.

A table may grow without end. Where it fits, its rows are made when they are shown. Where it does
not, the columns are as wide as its first rows want them: later ones move nothing.
"""

from __future__ import annotations

from typing import Final

from autocoder_tui.ui.widgets.markdown import line_marks, looks
from autocoder_tui.ui.widgets.markdown.inline import inline_spans
from autocoder_tui.ui.widgets.markdown.leaves import Leaf
from autocoder_tui.ui.widgets.markdown.looks import Span, add_span
from autocoder_tui.ui.widgets.markdown.references import References
from autocoder_tui.ui.widgets.markdown.wrap import Wrap, cells

_SAMPLE: Final = 64
"""Rows that say how wide columns are that are too wide together."""
_NARROWEST: Final = 4
_BETWEEN: Final = " │ "


class TableLayout:
    """The head, a rule, and the rows below."""

    def __init__(self, width: int, references: References) -> None:
        self._width = width
        self._references = references
        self._lines: list[str] = []
        self._aligns: list[line_marks.Align] = []
        self._count = 0
        self._known = 0
        """Rows that are measured for good; the last may still change."""
        self._natural: list[int] = []
        self._sample: list[int] = []
        self._widths: list[int] = []
        self._fits = True
        self._rows: list[list[Span]] = []
        """All rows, where cells are wrapped."""
        self._starts: list[int] = []
        """The first row of each line of the table in them."""

    @property
    def height(self) -> int:
        return self._count if self._fits else len(self._rows)

    def update(self, leaf: Leaf) -> int:
        if not self._lines:
            self._aligns = line_marks.columns(leaf.lines[1]) or [""]
            self._natural = self._sample = [1] * len(self._aligns)
        before, was, fitted = self._count, self._widths, self._fits
        self._lines, self._count = leaf.lines, len(leaf.lines)
        room = self._width - len(_BETWEEN) * (len(self._aligns) - 1)
        for number in range(self._known, self._count - 1):
            # What never fits again needs no measuring.
            if number <= _SAMPLE or sum(self._natural) <= room:
                self._measure(number)
        self._known = max(self._known, self._count - 1)
        natural, sample = self._with_last()
        self._fits = sum(natural) <= room
        self._widths = natural if self._fits else _shared(sample, room)
        changed = 0 if (was, fitted) != (self._widths, self._fits) else max(0, before - 1)
        if self._fits:
            return changed
        if not changed or changed >= len(self._starts):
            changed = 0
        first = self._starts[changed] if changed else 0
        del self._rows[first:], self._starts[changed:]
        for number in range(changed, self._count):
            self._starts.append(len(self._rows))
            self._rows += self._wrapped(number)
        return first

    def rows(self, start: int, stop: int) -> list[list[Span]]:
        if not self._fits:
            return self._rows[start:stop]
        stop = min(stop, self._count)
        return [self._row(number) for number in range(start, stop)]

    # ------------------------------------------------------------------ widths

    def _measure(self, number: int) -> None:
        if number == 1:
            return
        self._natural = _wider(self._natural, self._cell_widths(number))
        if number <= _SAMPLE:
            self._sample = self._natural

    def _with_last(self) -> tuple[list[int], list[int]]:
        """The widths, the last row counted in."""
        number = self._count - 1
        if number == 1:
            return self._natural, self._sample
        natural = _wider(self._natural, self._cell_widths(number))
        return natural, natural if number <= _SAMPLE else self._sample

    def _cell_widths(self, number: int) -> list[int]:
        widths = [_cells(cell) for cell in self._cells(number)]
        return widths + [0] * (len(self._aligns) - len(widths))

    def _cells(self, number: int) -> list[list[Span]]:
        look = looks.STRONG if number == 0 else looks.TEXT
        texts = line_marks.cells(self._lines[number])[: len(self._aligns)]
        return [inline_spans(text, self._references, look) for text in texts]

    # ------------------------------------------------------------------ rows

    def _row(self, number: int) -> list[Span]:
        if number == 1:
            return [("─┼─".join("─" * width for width in self._widths), looks.RULE)]
        found = self._cells(number)
        found += [[]] * (len(self._aligns) - len(found))
        return self._joined([_without_breaks(cell) for cell in found])

    def _wrapped(self, number: int) -> list[list[Span]]:
        if not self._widths:
            return self._listed(number)
        if number == 1:
            return [self._row(1)]
        found = self._cells(number)
        found += [[]] * (len(self._aligns) - len(found))
        columns: list[list[list[Span]]] = []
        for cell, width in zip(found, self._widths, strict=True):
            wrap = Wrap(width)
            wrap.add(cell)
            columns.append(wrap.end())
        height = max(map(len, columns))
        return [
            self._joined([column[row] if row < len(column) else [] for column in columns])
            for row in range(height)
        ]

    def _listed(self, number: int) -> list[list[Span]]:
        """A row of a table with more columns than there is room for: one cell below the other."""
        if number == 1:
            return [[("─" * self._width, looks.RULE)]]
        rows: list[list[Span]] = []
        for cell in self._cells(number):
            wrap = Wrap(self._width)
            wrap.add(cell)
            rows += wrap.end()
        return [*rows, [("─" * min(4, self._width), looks.RULE)]] if number > 1 else rows or [[]]

    def _joined(self, parts: list[list[Span]]) -> list[Span]:
        row: list[Span] = []
        for index, (part, align) in enumerate(zip(parts, self._aligns, strict=True)):
            if index:
                add_span(row, _BETWEEN, looks.RULE)
            free = max(0, self._widths[index] - _cells(part))
            before = free if align == "right" else free // 2 if align == "center" else 0
            add_span(row, " " * before, looks.TEXT)
            for text, look in part:
                add_span(row, text, look)
            add_span(row, " " * (free - before), looks.TEXT)
        return row


def _cells(spans: list[Span]) -> int:
    return sum([cells(text) for text, _ in spans])


def _without_breaks(spans: list[Span]) -> list[Span]:
    return [(text.replace("\n", " "), look) for text, look in spans]


def _wider(one: list[int], other: list[int]) -> list[int]:
    return [max(pair) for pair in zip(one, other, strict=True)]


def _shared(wanted: list[int], room: int) -> list[int]:
    """Widths for columns that are too wide together: narrow ones have what they want, the others
    as much as each other. None at all where that is too little for each."""
    if room < _NARROWEST * len(wanted):
        return []
    widths = [0] * len(wanted)
    left, open_columns = room, sorted(range(len(wanted)), key=lambda column: wanted[column])
    for place, column in enumerate(open_columns):
        fair = left // (len(open_columns) - place)
        widths[column] = max(1, min(wanted[column], fair))
        left -= widths[column]
    # What later rows want more than the first ones is room for the widest.
    widths[open_columns[-1]] += left
    return widths
