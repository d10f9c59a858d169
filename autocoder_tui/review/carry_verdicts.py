"""Finding the hunks of an earlier diff again in a later one of the same old text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff, diff_lines
from autocoder_tui.review.split_hunk import ends_without_newline

Piece = tuple[Hunk, int | None]
"""A hunk, and the number it had in the earlier diff; None for what is not known from there."""


def known_pieces(
    diff: Diff, hunks: Sequence[Hunk], earlier: Diff, earlier_hunks: Sequence[Hunk]
) -> list[Piece]:
    """`hunks` of `diff`, cut where a part of one is a hunk of `earlier`.

    A part is the same when it puts the same lines in the place of the same old lines. It is
    looked for from both ends of a hunk, so that an edit in the middle of a hunk that had
    been split leaves the pieces around it as they were. Both diffs have the same old text.
    """
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    for number, hunk in enumerate(earlier_hunks):
        starts.setdefault(hunk.old_start, number)
        ends[hunk.old_end] = number
    found: list[Piece] = []
    for hunk in hunks:
        front = _from_start(diff, hunk, earlier, earlier_hunks, starts)
        rest = _rest(hunk, front)
        back: list[Piece] = []
        if _has_lines(rest):
            # What puts lines between two others could be found from both ends.
            taken = {number for _, number in front}
            back = _from_end(diff, rest, earlier, earlier_hunks, ends, taken)
            rest = Hunk(
                rest.old_start,
                back[0][0].old_start if back else rest.old_end,
                rest.new_start,
                back[0][0].new_start if back else rest.new_end,
            )
        middle: list[Piece] = [(rest, None)] if _has_lines(rest) or not (front or back) else []
        pieces = [*front, *middle, *back]
        # No line may come to stand after one without newline.
        if any(ends_without_newline(diff, piece) for piece, _ in pieces[:-1]):
            pieces = [(hunk, None)]
        found += pieces
    return found


def moved_hunks(
    hunks: Sequence[Hunk], old: str, now: str
) -> tuple[tuple[int, ...], tuple[Hunk, ...]]:
    """Where `hunks` lie after the old text has become `now`, and which of them those are.

    A hunk is left out when lines it takes away, or stands between, are others now.
    """
    between = diff_lines(old, now).hunks
    numbers: list[int] = []
    moved: list[Hunk] = []
    for number, hunk in enumerate(hunks):
        if any(_overlap(change, hunk) for change in between):
            continue
        before = [change for change in between if change.old_end <= hunk.old_start]
        by = sum(change.added - change.removed for change in before)
        numbers.append(number)
        moved.append(hunk._replace(old_start=hunk.old_start + by, old_end=hunk.old_end + by))
    return tuple(numbers), tuple(moved)


def _overlap(change: Hunk, hunk: Hunk) -> bool:
    return change.old_start < hunk.old_end and hunk.old_start < change.old_end


def _has_lines(hunk: Hunk) -> bool:
    return bool(hunk.removed or hunk.added)


def _rest(hunk: Hunk, front: list[Piece]) -> Hunk:
    if not front:
        return hunk
    last = front[-1][0]
    return Hunk(last.old_end, hunk.old_end, last.new_end, hunk.new_end)


def _from_start(
    diff: Diff, hunk: Hunk, earlier: Diff, earlier_hunks: Sequence[Hunk], starts: dict[int, int]
) -> list[Piece]:
    pieces: list[Piece] = []
    number = starts.get(hunk.old_start, len(earlier_hunks))
    old, new = hunk.old_start, hunk.new_start
    while number < len(earlier_hunks):
        known = earlier_hunks[number]
        here = Hunk(known.old_start, known.old_end, new, new + known.added)
        if known.old_start != old or not _same(diff, here, hunk, earlier, known):
            break
        pieces.append((here, number))
        old, new, number = here.old_end, here.new_end, number + 1
        if (old, new) == (hunk.old_end, hunk.new_end):
            break
    return pieces


def _from_end(
    diff: Diff,
    hunk: Hunk,
    earlier: Diff,
    earlier_hunks: Sequence[Hunk],
    ends: dict[int, int],
    taken: Collection[int | None],
) -> list[Piece]:
    pieces: list[Piece] = []
    number = ends.get(hunk.old_end, -1)
    old, new = hunk.old_end, hunk.new_end
    while number >= 0 and number not in taken:
        known = earlier_hunks[number]
        here = Hunk(known.old_start, known.old_end, new - known.added, new)
        if known.old_end != old or not _same(diff, here, hunk, earlier, known):
            break
        pieces.insert(0, (here, number))
        old, new, number = here.old_start, here.new_start, number - 1
        if (old, new) == (hunk.old_start, hunk.new_start):
            break
    return pieces


def _same(diff: Diff, here: Hunk, within: Hunk, earlier: Diff, known: Hunk) -> bool:
    inside = (
        within.old_start <= here.old_start
        and here.old_end <= within.old_end
        and within.new_start <= here.new_start
        and here.new_end <= within.new_end
    )
    return inside and (
        diff.new_lines[here.new_start : here.new_end]
        == earlier.new_lines[known.new_start : known.new_end]
    )
