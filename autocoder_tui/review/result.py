"""The text that accepting would write, with the places marked where it is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.places import in_pieces


def as_result(file: FileReview) -> FileReview:
    """`file.result()` as a review to look at: its hunks are the accepted lines, nothing is old.

    Lines that were only taken away leave no trace. A file that is not wanted is empty.
    """
    old, new = file.diff.old_lines, file.diff.new_lines
    lines: list[str] = []
    hunks: list[Hunk] = []
    kept: list[str] = []
    at = 0
    for hunk in file.accepted_hunks:
        same = old[at : hunk.old_start]
        kept += same
        lines += same
        start = len(lines)
        lines += new[hunk.new_start : hunk.new_end]
        if hunk.added:
            hunks.append(Hunk(len(kept), len(kept), start, len(lines)))
        at = hunk.old_end
    kept += old[at:]
    lines += old[at:]
    make = in_pieces if file.diff.in_places else _whole
    return replace(
        file,
        before="".join(kept),
        after="".join(lines),
        diff=make(kept, lines, hunks),
        hunks=tuple(hunks),
        verdicts=(Verdict.ACCEPTED,) * len(hunks),
        source="",
        deletes=False,
    )


def _whole(old: Sequence[str], new: Sequence[str], hunks: Sequence[Hunk]) -> Diff:
    return Diff(tuple(old), tuple(new), tuple(hunks))
