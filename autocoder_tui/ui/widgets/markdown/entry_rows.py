"""One entry of a conversation as rows: measured leaf by leaf, when they are to be shown.

The height of a leaf is a guess until it is laid out. The layouts of leaves that are out of view
are forgotten again, their heights are not.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Any, Final

from autocoder_tui.ui.widgets.markdown import looks
from autocoder_tui.ui.widgets.markdown.code_layout import CodeLayout, language_of
from autocoder_tui.ui.widgets.markdown.entries import CodeBlock, Entry
from autocoder_tui.ui.widgets.markdown.entry_text import EntryText
from autocoder_tui.ui.widgets.markdown.layouts import (
    Layout,
    LineLayout,
    PlainLayout,
    RuleLayout,
    TextLayout,
    box_of,
)
from autocoder_tui.ui.widgets.markdown.leads import Lead, lead_of, takes_box
from autocoder_tui.ui.widgets.markdown.leaves import Leaf
from autocoder_tui.ui.widgets.markdown.looks import Row
from autocoder_tui.ui.widgets.markdown.table_layout import TableLayout
from autocoder_tui.ui.widgets.markdown.wrap import cells

_KEPT: Final = 60
"""Layouts that are kept: mostly there are fewer leaves in a window."""
_FEW: Final = 12
"""New leaves that are measured at once: more than a frame brings."""
_BARS: Final = {False: ("│ ", looks.RULE), True: ("┃ ", looks.CHOSEN)}


class EntryRows:
    """The rows of one entry in the width it was last given."""

    def __init__(self, entry: Entry, *, is_first: bool = False) -> None:
        self.source = EntryText(entry, is_first=is_first)
        self.width = 0
        self._heights: list[int] = []
        self._measured = bytearray()
        self._unmeasured = 0
        """No leaf before this one is without its measure."""
        self._tops: list[int] = [0]
        """The first row of each leaf, and of what would follow; right up to `_summed`."""
        self._summed = 0
        self._is_released = False
        """Whether the leaves have been forgotten, and the heights are still right."""
        self._layouts: dict[int, tuple[Any, Layout]] = {}
        """With what they were made for."""
        self.chosen = -1
        """The leaf that is marked, a block of code."""
        self.is_chosen = False
        """Whether the entry itself is marked."""

    # ------------------------------------------------------------------ heights

    @property
    def height(self) -> int:
        """How many rows there are, as far as that is known."""
        if not self._heights:
            return self.source.guess(self.width)
        return self._sums()[-1]

    @property
    def is_measured(self) -> bool:
        """Whether `height` is no guess."""
        is_known = self.source.is_read or self._is_released
        return is_known and self._next_unmeasured() == len(self._heights)

    def _next_unmeasured(self) -> int:
        found = self._measured.find(0, self._unmeasured)
        self._unmeasured = len(self._heights) if found < 0 else found
        return self._unmeasured

    def _sums(self) -> list[int]:
        tops, summed = self._tops, self._summed
        if len(tops) != len(self._heights) + 1 or summed != len(self._heights):
            first = tops[summed]
            del tops[summed:]
            tops += accumulate(self._heights[summed:], initial=first)
            self._summed = len(self._heights)
        return tops

    def set_width(self, width: int) -> None:
        """Lay out for rows of `width` cells from now on."""
        if width != self.width:
            self.width = width
            self._is_released = False
            self._layouts.clear()
            self._begin_heights(0)

    def settle(self) -> int:
        """Take in what was given. The first row that is another for it, -1 if none is."""
        source = self.source
        known = dict(source.references)
        changed = source.settle()
        if changed < 0:
            return -1
        released, self._is_released = self._is_released, False
        if released and len(self._heights) == len(source.leaves):
            return 0
        first = self._sums()[min(changed, len(self._heights))]
        for key in [key for key in self._layouts if key > changed]:
            del self._layouts[key]
        self._begin_heights(changed)
        if known != source.references:
            first = min(first, self._forget_links(changed))
            self._layouts.pop(changed, None)
        if changed < len(source.leaves):
            leaf = source.leaves[changed]
            kept = self._layouts.get(changed)
            if kept is None or kept[0] != _key(leaf):
                self._layouts.pop(changed, None)
            elif row := kept[1].update(leaf):
                # Grown: the rows before are as they were.
                first += row + leaf.gap
            few = range(changed, len(source.leaves))[:_FEW]
            for index in (*few, len(source.leaves) - 1):
                self.measure(index)
        return first

    def _begin_heights(self, index: int) -> None:
        """Guess the heights of the leaves from `index` on."""
        leaves = self.source.leaves
        del self._heights[index:], self._measured[index:]
        self._heights += [leaf.gap + _guess(leaf, self.width) for leaf in leaves[index:]]
        self._measured += bytes(len(leaves) - index)
        self._summed = min(self._summed, index)
        self._unmeasured = min(self._unmeasured, index)

    def _forget_links(self, before: int) -> int:
        """Lay out anew the leaves in which there may be links. The first row of the first."""
        first = self.height
        for index, leaf in enumerate(self.source.leaves[:before]):
            if leaf.kind in ("paragraph", "heading", "table") and "[" in leaf.text:
                first = min(first, self._sums()[index])
                self._layouts.pop(index, None)
                self._measured[index] = 0
                self._unmeasured = min(self._unmeasured, index)
        return first

    def measure(self, index: int) -> bool:
        """Know the height of a leaf for good. Whether it is another than was guessed."""
        if self._measured[index]:
            return False
        height = self._layout(index).height + self.source.leaves[index].gap
        self._measured[index] = 1
        if self._heights[index] == height:
            return False
        self._heights[index] = height
        self._summed = min(self._summed, index)
        return True

    def measure_next(self) -> bool:
        """Measure one more leaf, if there is one. Whether its height is another than guessed."""
        index = self._next_unmeasured()
        return index < len(self._heights) and self.measure(index)

    def measure_rows(self, start: int, stop: int) -> int:
        """Measure the leaves in these rows. The first row that is another for it, -1 if none is."""
        first = -1
        index = max(0, self.leaf_at(start)) if self._heights else 0
        while index < len(self._heights) and self._sums()[index] < stop:
            top = self._sums()[index]
            if self.measure(index) and first < 0:
                first = top
            index += 1
        return first

    def fold(self, part: int, *, is_open: bool) -> None:
        """Open or fold one of the parts."""
        self.source.fold(part, is_open=is_open)
        self.head_changed()

    def retract(self, count: int) -> None:
        """Take back the last characters of the text."""
        self.source.retract(count)
        self._is_released = False
        self._layouts.clear()
        self._begin_heights(0)

    def mark(self, *, is_chosen: bool) -> None:
        """Mark the entry in its head line, or no longer."""
        self.is_chosen = is_chosen
        self._layouts.pop(0, None)

    def head_changed(self) -> None:
        """What stands above the text is another."""
        self._layouts.clear()
        if self.source.is_read:
            self._begin_heights(0)

    def release(self) -> None:
        """Keep the text and the heights alone."""
        self.source.unread()
        self._layouts.clear()
        self._is_released = True

    # ------------------------------------------------------------------ places

    def leaf_at(self, row: int) -> int:
        """The leaf that has row `row`, its gap included; the last for rows behind them all."""
        return min(bisect_right(self._sums(), row), len(self._heights)) - 1

    def place(self, row: int) -> tuple[int, float]:
        """A row as a place that stays, whatever the width: a leaf, and how far into it."""
        if not self._heights:
            return 0, 0.0
        index = max(0, self.leaf_at(row))
        gap = self._gap(index)
        below = row - self._sums()[index] - gap
        return index, below / max(1, self._heights[index] - gap)

    def row_of(self, index: int, share: float = 0.0) -> int:
        """The row of a place."""
        if not self._heights:
            return 0
        index = min(index, len(self._heights) - 1)
        gap = self._gap(index)
        if share < 0:
            return self._sums()[index]
        height = self._heights[index] - gap
        return self._sums()[index] + gap + min(height - 1, int(share * height + 0.001))

    def _gap(self, index: int) -> int:
        """How many empty rows stand before a leaf, as far as that is known."""
        leaves = self.source.leaves
        return int(index < len(leaves) and leaves[index].gap)

    def blocks(self, entry: int) -> list[CodeBlock]:
        """The blocks of code, in order."""
        found: list[CodeBlock] = []
        sums = self._sums()
        for index, leaf in enumerate(self.source.leaves):
            if leaf.kind == "code":
                rows = sums[index] + leaf.gap, sums[index + 1]
                language = language_of(leaf).lower()
                found.append(
                    CodeBlock(entry, len(found), language, leaf.path, leaf.text,
                              self.source.is_finished or index + 1 < len(sums) - 1, rows)
                )  # fmt: skip
        return found

    def block_leaf(self, number: int) -> int:
        """Which leaf block `number` is, -1 for none."""
        codes = [at for at, leaf in enumerate(self.source.leaves) if leaf.kind == "code"]
        return codes[number] if 0 <= number < len(codes) else -1

    # ------------------------------------------------------------------ rows

    def rows(self, start: int, stop: int) -> list[Row]:
        """The rows from `start` to before `stop`, which have been measured."""
        rows: list[Row] = []
        sums = self._sums()
        index = max(0, self.leaf_at(start))
        while index < len(self._heights) and sums[index] < stop:
            top = sums[index]
            rows += self._leaf_rows(index, max(0, start - top), min(stop, sums[index + 1]) - top)
            index += 1
        return rows

    @property
    def is_behind(self) -> bool:
        """Whether rows handed out will look otherwise when they are asked for again."""
        return any(
            isinstance(layout, CodeLayout) and layout.is_behind
            for _, layout in self._layouts.values()
        )

    def go_on(self) -> None:
        """There is time again for what was left out."""
        for _, layout in self._layouts.values():
            if isinstance(layout, CodeLayout):
                layout.is_behind = False

    def _leaf_rows(self, index: int, start: int, stop: int) -> list[Row]:
        leaf = self.source.leaves[index]
        lead = self._lead(index)
        layout = self._layout(index)
        rows: list[Row] = []
        if leaf.gap and start == 0:
            rows.append(Row(lead.gap, [], lead_cells=lead.cells))
        begin = max(0, start - leaf.gap)
        bar = [_BARS[index == self.chosen]] if leaf.kind == "code" else []
        for number, spans in enumerate(layout.rows(begin, stop - leaf.gap), start=begin):
            own = lead.others if number else lead.first
            is_code = leaf.kind == "code" and number > 0
            if bar and index == self.chosen and not number:
                spans = [(text, looks.CHOSEN) for text, _ in spans]
            rows.append(Row([*own, *bar], spans, is_code, lead.cells + 2 * len(bar)))
        return rows

    def _lead(self, index: int) -> Lead:
        leaf = self.source.leaves[index]
        if leaf.kind == "plain" and leaf.info:
            return Lead([("  ", 0)], [("  ", 0)], [("  ", 0)], 2)
        return lead_of(leaf, self.source.before(index), self.width)

    def _layout(self, index: int) -> Layout:
        found = self._layouts.get(index)
        if found is not None:
            return found[1]
        leaf = self.source.leaves[index]
        layout = self._new_layout(index, leaf)
        layout.update(leaf)
        if len(self._layouts) > _KEPT:
            for key in list(self._layouts)[: _KEPT // 2]:
                if key != len(self.source.leaves) - 1:
                    del self._layouts[key]
        self._layouts[index] = _key(leaf), layout
        return layout

    def _new_layout(self, index: int, leaf: Leaf) -> Layout:
        entry = self.source.entry
        width = max(1, self.width - self._lead(index).cells)
        references = self.source.references
        match leaf.kind:
            case "code":
                return CodeLayout(leaf, max(1, width - 2))
            case "table":
                return TableLayout(width, references)
            case "rule":
                return RuleLayout(width)
            case "plain":
                return PlainLayout(width, looks.NOTE if leaf.info else looks.PLAIN)
            case "head":
                look = looks.HEAD_CHOSEN if self.is_chosen else looks.HEAD
                return LineLayout(width, entry.head, entry.note, look, "─")
            case "part":
                sign = "▾" if leaf.level in self.source.opened else "▸"
                return LineLayout(width, f"{sign} {leaf.info}", "", looks.NOTE)
            case "empty":
                return LineLayout(width, "", "", looks.TEXT)
            case "heading":
                look = looks.HEADING if leaf.level < 3 else looks.SUBHEADING
                return TextLayout(width, references, look)
            case "paragraph":
                skip = 4 if takes_box(leaf, self.source.before(index)) else 0
                return TextLayout(width, references, looks.TEXT, skip)


def _key(leaf: Leaf) -> tuple[object, ...]:
    """In what a leaf must be the same to be the same, grown."""
    first = leaf.lines[0] if leaf.kind == "table" and leaf.lines else ""
    return (
        leaf.kind,
        leaf.line,
        leaf.gap,
        leaf.level,
        leaf.info,
        leaf.containers,
        first,
        box_of(leaf),
    )


def _guess(leaf: Leaf, width: int) -> int:
    """About how many rows a leaf has; of code, exactly."""
    match leaf.kind:
        case "code":
            return 1 + max(1, len(leaf.lines))
        case "table":
            return len(leaf.lines)
        case "paragraph" | "heading" | "plain":
            room = max(4, width - 3 * len(leaf.containers))
            lines = leaf.lines if leaf.kind == "plain" else [leaf.text]
            return sum([1 + cells_about(line) // room for line in lines])
    return 1


def cells_about(line: str) -> int:
    return len(line) if line.isascii() else cells(line[:2_000]) + max(0, len(line) - 2_000)
