"""Going on with a review that was kept: its files on disk are read anew and compared again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autocoder_tui.review.file_review import FileReview, Review
from autocoder_tui.review.warnings import review_concerns
from autocoder_tui.runs.comparison import compared_anew
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.paths import sift_targets
from autocoder_tui.workspace.textfile import TextFile


@dataclass(frozen=True, slots=True)
class Reopened:
    """`changed` names the files that are not what the review was made against."""

    reviewable: Reviewable
    changed: tuple[str, ...]


def reopen(
    root: Path,
    kept: Review,
    refused: Sequence[tuple[str, str]],
    prepared: Prepared | None,
) -> Reopened:
    """The review `kept` with its splits and verdicts, against what is on disk now.

    A verdict on a hunk whose old lines are others by now is dropped. A file that can't be
    compared any more, or whose name would leave the project, is refused with the reason.
    Blocking: reads files and diffs.
    """
    targets = sift_targets(root, [file.path for file in kept.files])
    reasons = [*refused, *((name, error.message) for name, error in targets.refused.items())]
    files: list[FileReview] = []
    originals: dict[str, TextFile | None] = {}
    changed: list[str] = []
    for file in kept.files:
        path = targets.accepted.get(file.path)
        if path != file.path:
            if path is not None:
                reasons.append((file.path, f"By now the name leads to another file, {path}."))
            continue
        try:
            original = read_existing(root, file.path, file.before)
        except WorkspaceError as error:
            reasons.append((file.path, error.message))
            continue
        originals[file.path] = original
        before = None if original is None else original.text
        if before != file.before:
            changed.append(file.path)
            file = compared_anew(file, original)
        files.append(file)
    concerns = review_concerns(files)
    reviewable = Reviewable(Review(tuple(files)), originals, concerns, tuple(reasons), prepared)
    return Reopened(reviewable, tuple(changed))
