"""What stands before the rows of a leaf for the containers it is in."""

from __future__ import annotations

from typing import Final, NamedTuple

from autocoder_tui.ui.widgets.markdown.layouts import BOXES, box_of
from autocoder_tui.ui.widgets.markdown.leaves import Container, Item, Leaf, Quote
from autocoder_tui.ui.widgets.markdown.looks import MARK, TEXT, Span, add_span
from autocoder_tui.ui.widgets.markdown.wrap import cells

_ROOM: Final = 12
"""Cells that are left to the text itself, if there are as many at all."""
_BAR: Final = "▎ "


class Lead(NamedTuple):
    """The pieces before the first row, before those after it and before the gap above."""

    first: list[Span]
    others: list[Span]
    gap: list[Span]
    cells: int


def lead_of(leaf: Leaf, before: Leaf | None, width: int) -> Lead:
    """What stands before `leaf`, which comes after `before`, in rows of `width` cells."""
    around = leaf.containers
    wide = [_cells(node) for node in around]
    skipped = 0
    while skipped < len(around) and sum(wide[skipped:]) > max(0, width - _ROOM):
        skipped += 1
    known = set(before.containers) if before else set()
    first: list[Span] = []
    others: list[Span] = []
    gap: list[Span] = []
    for index in range(skipped, len(around)):
        node, blanks = around[index], " " * wide[index]
        if isinstance(node, Quote):
            add_span(first, _BAR, MARK)
            add_span(others, _BAR, MARK)
            add_span(gap, *((_BAR, MARK) if node in known else (blanks, TEXT)))
            continue
        add_span(first, *((blanks, TEXT) if node in known else _mark(node, leaf, index)))
        add_span(others, blanks, TEXT)
        add_span(gap, blanks, TEXT)
    return Lead(first, others, gap, sum(wide[skipped:]))


def takes_box(leaf: Leaf, before: Leaf | None) -> bool:
    """Whether the box that the text of `leaf` begins with is shown as the mark of its item."""
    item = leaf.containers[-1] if leaf.containers else None
    begins = isinstance(item, Item) and (before is None or item not in before.containers)
    return begins and not item.marker[0].isdigit() and bool(box_of(leaf))  # type: ignore[union-attr]


def _mark(item: Item, leaf: Leaf, index: int) -> Span:
    innermost = index == len(leaf.containers) - 1
    box = box_of(leaf) if innermost and not item.marker[0].isdigit() else ""
    return f"{BOXES.get(box, item.marker)} ", MARK


def _cells(node: Container) -> int:
    return len(_BAR) if isinstance(node, Quote) else cells(node.marker) + 1
