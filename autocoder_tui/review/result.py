"""The text that accepting would write, with the places marked where it is new."""

from __future__ import annotations

from dataclasses import replace

from autocoder_tui.review.boundaries import Hunk
from autocoder_tui.review.diff import Diff, split_lines
from autocoder_tui.review.file_review import FileReview, Verdict


def as_result(file: FileReview) -> FileReview:
    """`file.result()` as a review to look at: its hunks are the accepted lines, nothing is old.

    Lines that were only taken away leave no trace. A file that is not wanted is empty.
    """
    text = file.result() or ""
    lines = split_lines(text)
    hunks: list[Hunk] = []
    kept: list[str] = []
    place = old_place = 0
    for hunk in file.accepted_hunks:
        start = place + hunk.old_start - old_place
        end = start + hunk.added
        kept += lines[place:start]
        if hunk.added:
            hunks.append(Hunk(len(kept), len(kept), start, end))
        place, old_place = end, hunk.old_end
    kept += lines[place:]
    return replace(
        file,
        before="".join(kept),
        after=text,
        diff=Diff(tuple(kept), lines, tuple(hunks)),
        hunks=tuple(hunks),
        verdicts=(Verdict.ACCEPTED,) * len(hunks),
        source="",
        deletes=False,
    )
