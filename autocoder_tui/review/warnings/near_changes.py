"""A large file with all but the surroundings of its changes blanked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.places import in_pieces, whole_lines

_AROUND = 40
"""Pieces that are looked at on either side of a change."""


def near_changes(file: FileReview, hunks: Sequence[Hunk]) -> FileReview:
    """`file` with `hunks` of it alone, in whole lines; those far from any are empty, so that the
    others keep their numbers. What is far inside a long line is left out."""
    hunks = [hunk for hunk in hunks if hunk.removed or hunk.added]
    pieces = file.diff.old_lines
    near = ["\n" if piece.endswith("\n") else "" for piece in pieces]
    for hunk in hunks:
        around = slice(max(0, hunk.old_start - _AROUND), hunk.old_end + _AROUND)
        near[around] = pieces[around]
    diff, changed = whole_lines(in_pieces(near, file.diff.new_lines, hunks), hunks)
    old, new = diff.old_lines, list[str]()
    made: list[Hunk] = []
    at = 0
    for hunk in changed:
        new += old[at : hunk.old_start]
        start = len(new)
        new += diff.new_lines[hunk.new_start : hunk.new_end]
        made.append(Hunk(hunk.old_start, hunk.old_end, start, len(new)))
        at = hunk.old_end
    new += old[at:]
    return replace(
        file,
        before="".join(old),
        after="".join(new),
        diff=replace(diff, new_lines=tuple(new), hunks=tuple(made), in_places=False),
        hunks=tuple(made),
        verdicts=(file.verdicts[0],) * len(made) if made else (),
        source="",
    )
