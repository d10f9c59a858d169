"""Entries below each other as one sequence of rows, of which only those in view are laid out."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from autocoder_tui.ui.widgets.markdown.entries import CodeBlock, Entry
from autocoder_tui.ui.widgets.markdown.entry_rows import EntryRows
from autocoder_tui.ui.widgets.markdown.looks import Row

_READ: Final = 48
"""Entries whose leaves are kept. The others are read again when they come into view."""


class Place(NamedTuple):
    """Where a row is, whatever the width and whatever comes before it."""

    entry: int
    leaf: int
    share: float


class Conversation:
    """All entries, the last of which may grow."""

    def __init__(self) -> None:
        self.entries: list[EntryRows] = []
        self.width = 0
        self._tops: list[int] = [0]
        self._known = 0
        """Of how many entries the first rows are right, and of the one behind them."""
        self._used: dict[int, None] = {}
        """The entries that are read, the last used at the end."""

    # ------------------------------------------------------------------ what there is

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Other entries than before. None of them is looked at yet."""
        self.entries = [
            EntryRows(entry, is_first=number == 0) for number, entry in enumerate(entries)
        ]
        self._tops, self._known = [0], 0
        self._used.clear()
        for rows in self.entries:
            rows.width = self.width

    def append_entry(self, entry: Entry) -> None:
        """Add an entry at the end; the text of the one before has ended."""
        if self.entries:
            self.entries[-1].source.finish()
            self.settle()
        rows = EntryRows(entry, is_first=not self.entries)
        rows.width = self.width
        self.entries.append(rows)

    def set_width(self, width: int) -> None:
        """Lay out for rows of `width` cells from now on."""
        self.width = width
        self._known = 0
        for rows in self.entries:
            rows.set_width(width)

    # ------------------------------------------------------------------ heights

    @property
    def height(self) -> int:
        """How many rows there are, as far as that is known."""
        return self._sums()[-1]

    def _sums(self) -> list[int]:
        tops, first = self._tops, self._known
        if first < len(self.entries):
            top = tops[first]
            del tops[first:]
            tops += accumulate((rows.height for rows in self.entries[first:]), initial=top)
            self._known = len(self.entries)
        return tops

    def touch(self, entry: int) -> None:
        """The height of an entry may be another than it was."""
        self._known = min(self._known, entry)

    def settle(self) -> tuple[int, int] | None:
        """Take in what was given to the last entry. The first row of it that is another."""
        last = len(self.entries) - 1
        if last < 0:
            return None
        first = self.entries[last].settle()
        self.touch(last)
        self._use(last)
        return None if first < 0 else (last, first)

    def measure_rows(self, start: int, stop: int) -> tuple[int, int] | None:
        """Lay out what is in these rows. The entry and row from which on others are there."""
        found: tuple[int, int] | None = None
        index = self.at(start)[0]
        while index < len(self.entries) and (top := self._sums()[index]) < stop:
            rows = self.entries[index]
            new = rows.settle()
            self._use(index)
            first = rows.measure_rows(max(0, start - top), stop - top)
            if new >= 0 or first >= 0:
                self.touch(index)
            if found is None and (new >= 0 or first >= 0):
                found = index, min(row for row in (new, first) if row >= 0)
            index += 1
        return found

    def measure_some(self, seconds: float) -> tuple[bool, bool]:
        """Measure what is not in view, for at most `seconds`. Whether there is more to do, and
        whether a height is another than was guessed."""
        until = time.perf_counter() + seconds
        changed = False
        for index in range(len(self.entries) - 1, -1, -1):
            rows = self.entries[index]
            while not rows.is_measured:
                if time.perf_counter() > until:
                    return True, changed
                self.touch(index)
                if rows.source.is_read:
                    changed = rows.measure_next() or changed
                else:
                    rows.settle()
                    self._use(index)
                    changed = True
        return False, changed

    def _use(self, index: int) -> None:
        self._used.pop(index, None)
        self._used[index] = None
        while len(self._used) > _READ:
            oldest = next(iter(self._used))
            del self._used[oldest]
            if oldest != len(self.entries) - 1:
                self.entries[oldest].release()

    # ------------------------------------------------------------------ places

    def at(self, row: int) -> tuple[int, int]:
        """The entry that has row `row`, and which of its rows that is."""
        if not self.entries:
            return 0, 0
        sums = self._sums()
        index = max(0, min(bisect_right(sums, row), len(self.entries)) - 1)
        return index, row - sums[index]

    def top_of(self, entry: int) -> int:
        """The first row of an entry."""
        return self._sums()[entry]

    def place(self, row: int) -> Place:
        """A row as a place that stays where it is."""
        if not self.entries:
            return Place(0, 0, 0.0)
        entry, own = self.at(row)
        return Place(entry, *self.entries[entry].place(own))

    def row_of(self, place: Place) -> int:
        """The row in which a place is now."""
        if place.entry >= len(self.entries):
            return 0
        rows = self.entries[place.entry]
        return self._sums()[place.entry] + rows.row_of(place.leaf, place.share)

    # ------------------------------------------------------------------ rows, blocks

    def numbers(self, start: int, stop: int) -> list[tuple[int, int]]:
        """The entries of the rows from `start` to before `stop`, with their numbers in them."""
        sums = self._sums()
        index = self.at(start)[0]
        found: list[tuple[int, int]] = []
        for row in range(start, min(stop, sums[-1])):
            while row >= sums[index + 1]:
                index += 1
            found.append((index, row - sums[index]))
        return found

    def rows(self, start: int, stop: int) -> list[tuple[int, int, Row]]:
        """The rows from `start` to before `stop`, with their entries and numbers in them."""
        found: list[tuple[int, int, Row]] = []
        index = self.at(start)[0]
        while index < len(self.entries) and (top := self._sums()[index]) < stop:
            first = max(0, start - top)
            end = min(stop - top, self._sums()[index + 1] - top)
            for number, row in enumerate(self.entries[index].rows(first, end), start=first):
                found.append((index, number, row))
            index += 1
        return found

    @property
    def is_behind(self) -> bool:
        """Whether rows handed out will look otherwise when they are asked for again."""
        return any(self.entries[index].is_behind for index in self._used)

    def go_on(self) -> None:
        """There is time again for what was left out."""
        for index in self._used:
            self.entries[index].go_on()

    def blocks(self, entry: int) -> list[CodeBlock]:
        """The blocks of code in an entry."""
        rows = self.entries[entry]
        rows.settle()
        self.touch(entry)
        self._use(entry)
        return rows.blocks(entry)
