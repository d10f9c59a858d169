"""Cutting one hunk into smaller ones that can be decided apart."""

from __future__ import annotations

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff, changed_ranges
from autocoder_tui.review.rows.pairing import Pairs, pair_lines


def split_hunk(diff: Diff, hunk: Hunk) -> tuple[Hunk, ...]:
    """`hunk` in two or more pieces, or alone where it cannot be cut.

    It is cut at lines that are equal on both sides, or else after blank lines, or else
    line by line. Accepting all pieces is accepting the hunk; rejecting all, rejecting it.
    """
    old = diff.old_lines[hunk.old_start : hunk.old_end]
    new = diff.new_lines[hunk.new_start : hunk.new_end]
    pieces = [_moved(piece, hunk) for piece in changed_ranges(old, new)]
    if len(pieces) < 2:
        rows = pair_lines(old, new)
        after_blank = [
            k
            for k in range(1, len(rows))
            if _is_blank(rows[k - 1], old, new) and not _is_blank(rows[k], old, new)
        ]
        pieces = _cut(hunk, rows, after_blank or list(range(1, len(rows))))
    return tuple(_keep_unended_last(diff, pieces)) or (hunk,)


def _moved(piece: Hunk, hunk: Hunk) -> Hunk:
    return Hunk(
        piece.old_start + hunk.old_start,
        piece.old_end + hunk.old_start,
        piece.new_start + hunk.new_start,
        piece.new_end + hunk.new_start,
    )


def _is_blank(
    row: tuple[int | None, int | None], old: tuple[str, ...], new: tuple[str, ...]
) -> bool:
    i, j = row
    return (i is None or not old[i].strip()) and (j is None or not new[j].strip())


def _cut(hunk: Hunk, rows: Pairs, places: list[int]) -> list[Hunk]:
    pieces: list[Hunk] = []
    i, j = hunk.old_start, hunk.new_start
    for start, end in zip([0, *places], [*places, len(rows)], strict=True):
        i_end = i + sum(row[0] is not None for row in rows[start:end])
        j_end = j + sum(row[1] is not None for row in rows[start:end])
        pieces.append(Hunk(i, i_end, j, j_end))
        i, j = i_end, j_end
    return pieces


def _keep_unended_last(diff: Diff, pieces: list[Hunk]) -> list[Hunk]:
    """Join the last pieces, so that no line can come to stand after one without newline."""
    kept: list[Hunk] = []
    for piece in pieces:
        if kept and ends_without_newline(diff, kept[-1]):
            last = kept.pop()
            piece = Hunk(last.old_start, piece.old_end, last.new_start, piece.new_end)
        kept.append(piece)
    return kept


def ends_without_newline(diff: Diff, piece: Hunk) -> bool:
    """Whether a side of `piece` ends in a line without newline."""
    old = diff.old_lines[piece.old_start : piece.old_end]
    new = diff.new_lines[piece.new_start : piece.new_end]
    return any(side and not side[-1].endswith("\n") for side in (old, new))
