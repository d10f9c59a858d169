"""A place in a diff, to be found again in one of a later text of the same file."""

from __future__ import annotations

from typing import NamedTuple

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.rows.rows import Rows


class Place(NamedTuple):
    """The line at the top: the first one there of the old text, and of the new one. `row` is where
    it stood, `at_end` whether nothing was below the screen."""

    row: int
    old: int | None
    new: int | None
    at_end: bool


def place_in(rows: Rows, top: int, most: int) -> Place:
    """The place where row `top` is the first in view, which could be `most` at most."""
    old = new = None
    for at in range(top, len(rows)):
        row = rows[at]
        if row.kind != "fold":
            old, new = row.old, row.new
            top = at if old is None and new is None else top
            break
    return Place(top, old, new, at_end=top >= most > 0)


def row_of(rows: Rows, place: Place) -> int:
    """The row that is first in view at `place`."""
    if place.at_end:
        return len(rows)
    for side, line in ((0, place.old), (1, place.new)):
        found = None if line is None else rows.row_of_line(side, line)
        if found is not None:
            return found
    return min(place.row, len(rows))


def hunk_again(known: FileReview, hunk: int, now: FileReview) -> int | None:
    """The number that hunk `hunk` of `known` has in a later text of its file; None where it is
    not in it."""
    if not 0 <= hunk < len(known.hunks):
        return None
    was = known.hunks[hunk]
    if known.source and not hunk:
        return 0 if now.source else None
    acts = now.acts
    return next(
        (at for at, each in enumerate(now.hunks) if each[:2] == was[:2] and at >= acts), None
    )
