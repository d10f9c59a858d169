"""Two texts become hunks, hunks get verdicts, verdicts make the text to write. Pure: no I/O."""

from .diff import Diff, Hunk, diff_lines, split_lines
from .proposal import Counts, FileReview, LineCounts, Review, Verdict
from .warnings import warnings

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
    "warnings",
]
