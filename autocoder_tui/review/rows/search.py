"""Finding text in a diff: on both sides of the hunks, and once in what is unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff

MOST_MATCHES = 10_000
"""Where the search ends: no one steps through more."""


class Match(NamedTuple):
    """Characters `start` to `end` (exclusive) of line `line`, from 0, of a side.

    `side` is 0 for the old text, 1 for the new. Unchanged lines are found as new ones.
    """

    side: int
    line: int
    start: int
    end: int


def find(diff: Diff, hunks: Sequence[Hunk], text: str, *, side_by_side: bool) -> tuple[Match, ...]:
    """Where `text` stands, in reading order, at most 10,000 places.

    Capital letters count only if `text` has one. With `side_by_side` the two sides of a
    hunk are read line by line, otherwise the old lines come first.
    """
    if not text:
        return ()
    pattern = re.compile(re.escape(text), 0 if text != text.lower() else re.IGNORECASE)
    found: list[Match] = []
    for side, line in _reading_order(diff, hunks, side_by_side):
        shown = (diff.old_lines, diff.new_lines)[side][line]
        for match in pattern.finditer(shown):
            found.append(Match(side, line, *match.span()))
            if len(found) == MOST_MATCHES:
                return tuple(found)
    return tuple(found)


def _reading_order(
    diff: Diff, hunks: Sequence[Hunk], side_by_side: bool
) -> Iterator[tuple[int, int]]:
    place = 0
    for hunk in hunks:
        yield from ((1, line) for line in range(place, hunk.new_start))
        old = [(0, line) for line in range(hunk.old_start, hunk.old_end)]
        new = [(1, line) for line in range(hunk.new_start, hunk.new_end)]
        if side_by_side:
            both = min(len(old), len(new))
            for pair in zip(old, new, strict=False):
                yield from pair
            old, new = old[both:], new[both:]
        yield from old
        yield from new
        place = hunk.new_end
    yield from ((1, line) for line in range(place, len(diff.new_lines)))
