"""Diffs of texts that are not compared whole: the places where changes went are the hunks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from autocoder_tui.edits.edit import split_lines
from autocoder_tui.edits.large_text import LargePlaced
from autocoder_tui.edits.long_lines import going_on
from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff, compared_ranges


def in_pieces(old: Sequence[str], new: Sequence[str], hunks: Sequence[Hunk]) -> Diff:
    """The diff of two sides given as pieces."""
    goes_on = tuple(going_on(old)), tuple(going_on(new))
    return Diff(tuple(old), tuple(new), tuple(hunks), in_places=True, goes_on=goes_on)


def diff_of_places(large: LargePlaced) -> Diff:
    """The diff whose hunks are the changes that were placed."""
    new: list[str] = []
    hunks: list[Hunk] = []
    at = 0
    for change in large.changes:
        new += large.pieces[at : change.start]
        hunks.append(Hunk(change.start, change.end, len(new), len(new) + len(change.new)))
        new += change.new
        at = change.end
    new += large.pieces[at:]
    return in_pieces(large.pieces, new, hunks)


def pieces_compared(old: Sequence[str], new: Sequence[str]) -> Diff:
    """The diff of two texts given as pieces, compared all the same: some ten seconds for 40 MB."""
    return in_pieces(old, new, compared_ranges(tuple(old), tuple(new)))


def range_replaced(
    diff: Diff, hunks: Sequence[Hunk], start: int, end: int, new: Sequence[str]
) -> tuple[Diff, tuple[Hunk, ...], list[int | None]]:
    """The diff with `new` in the place of pieces `start` to `end` of its new side, its hunks, and
    of each the number it had among `hunks`; None for the one that holds what is new."""
    inside = [number for number, hunk in enumerate(hunks) if _meets(hunk, start, end)]
    first = inside[0] if inside else bisect_right(hunks, start, key=lambda hunk: hunk.new_end)
    after = inside[-1] + 1 if inside else first
    new_start = min([start, *(hunks[number].new_start for number in inside)])
    new_end = max([end, *(hunks[number].new_end for number in inside)])
    old_start = new_start - _shift(hunks[:first])
    old_end = new_end - _shift(hunks[:after])
    lines = (*diff.new_lines[new_start:start], *new, *diff.new_lines[end:new_end])
    old = diff.old_lines[old_start:old_end]
    changed = "".join(lines) != "".join(old)
    if not changed:
        lines = old
    by = len(lines) - (new_end - new_start)
    made = [Hunk(old_start, old_end, new_start, new_end + by)] if changed else []
    later = [
        hunk._replace(new_start=hunk.new_start + by, new_end=hunk.new_end + by)
        for hunk in hunks[after:]
    ]
    kept: list[int | None] = [*range(first), *(None for _ in made), *range(after, len(hunks))]
    hunks = (*hunks[:first], *made, *later)
    new_lines = (*diff.new_lines[:new_start], *lines, *diff.new_lines[new_end:])
    return in_pieces(diff.old_lines, new_lines, hunks), hunks, kept


def _meets(hunk: Hunk, start: int, end: int) -> bool:
    """Whether the hunk shares pieces with that range of the new side; or, where one of the two
    has none, touches it."""
    if hunk.added and start < end:
        return hunk.new_start < end and start < hunk.new_end
    return hunk.new_start <= end and start <= hunk.new_end


def _shift(hunks: Sequence[Hunk]) -> int:
    return sum(hunk.added - hunk.removed for hunk in hunks)


def whole_lines(diff: Diff, hunks: Sequence[Hunk]) -> tuple[Diff, tuple[Hunk, ...]]:
    """`hunks` as changes of whole lines, with a diff that has these lines: all of the old side, of
    the new one the lines of the hunks alone. Hunks in one line become one."""
    goes_on = diff.goes_on[0]
    if not goes_on:
        return diff, tuple(hunks)
    acts = [hunk for hunk in hunks if not (hunk.removed or hunk.added)]
    new: list[str] = []
    made: list[Hunk] = []
    for group in _by_lines(diff, hunks):
        start = _line_start(goes_on, group[0].old_start)
        end = _line_end(goes_on, group[-1].old_end)
        parts: list[str] = []
        at = start
        for hunk in group:
            parts += diff.old_lines[at : hunk.old_start]
            parts += diff.new_lines[hunk.new_start : hunk.new_end]
            at = hunk.old_end
        parts += diff.old_lines[at:end]
        lines = split_lines("".join(parts))
        places = _number(goes_on, start), _number(goes_on, end)
        made.append(Hunk(*places, len(new), len(new) + len(lines)))
        new += lines
    old = tuple(split_lines("".join(diff.old_lines)))
    return Diff(old, tuple(new), tuple(made), in_places=True), (*acts, *made)


def lines_changed(diff: Diff, hunks: Sequence[Hunk]) -> tuple[int, int]:
    """How many whole lines `hunks` add and remove."""
    goes_on = diff.goes_on[0]
    added = removed = 0
    for group in _by_lines(diff, hunks):
        first, last = group[0].old_start, group[-1].old_end
        here = _number(goes_on, _line_end(goes_on, last))
        here -= _number(goes_on, _line_start(goes_on, first))
        removed += here
        added += here
        for hunk in group:
            added -= _ended(diff.old_lines[hunk.old_start : hunk.old_end])
            added += _ended(diff.new_lines[hunk.new_start : hunk.new_end])
    return added, removed


def _ended(pieces: Sequence[str]) -> int:
    return sum(piece.endswith("\n") for piece in pieces)


def _by_lines(diff: Diff, hunks: Sequence[Hunk]) -> list[list[Hunk]]:
    """The hunks that have lines, those in one line together."""
    goes_on = diff.goes_on[0]
    groups: list[list[Hunk]] = []
    last = -1
    for hunk in hunks:
        if hunk.removed or hunk.added:
            if groups and _line_start(goes_on, hunk.old_start) < last:
                groups[-1].append(hunk)
            else:
                groups.append([hunk])
            last = _line_end(goes_on, hunk.old_end)
    return groups


def _line_start(goes_on: Sequence[int], piece: int) -> int:
    """The first piece of the line that `piece` belongs to."""
    at = bisect_right(goes_on, piece) - 1
    while at >= 0 and goes_on[at] == piece:
        piece, at = piece - 1, at - 1
    return piece


def _line_end(goes_on: Sequence[int], end: int) -> int:
    """The end of the line that holds the piece before `end`, if that is inside a line."""
    at = bisect_right(goes_on, end - 1)
    while at < len(goes_on) and goes_on[at] == end:
        end, at = end + 1, at + 1
    return end


def _number(goes_on: Sequence[int], piece: int) -> int:
    """The number, from 0, of the line that begins with `piece`."""
    return piece - bisect_right(goes_on, piece - 1)


def line_number(goes_on: Sequence[int], piece: int) -> int | None:
    """The number, from 1, of the line that begins with `piece`; None where that goes on with one.
    `goes_on` as of `going_on`."""
    at = bisect_right(goes_on, piece)
    return None if at and goes_on[at - 1] == piece else piece - at + 1
