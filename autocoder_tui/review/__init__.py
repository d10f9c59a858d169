"""Two texts become hunks, hunks get verdicts, verdicts make the text to write. Pure: no I/O."""

from autocoder_tui.review.counts import Counts, LineCounts
from autocoder_tui.review.diff import Diff, Hunk, diff_lines, split_lines
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review

__all__ = [
    "Counts",
    "Diff",
    "FileReview",
    "Hunk",
    "LineCounts",
    "Review",
    "Verdict",
    "diff_lines",
    "split_lines",
]
