"""Going on with a review that was kept: its files on disk are read anew and compared again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.review import Review
from autocoder_tui.review.warnings import review_concerns
from autocoder_tui.runs.file_actions import cautions
from autocoder_tui.runs.on_disk import on_disk
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.reviewable import Reviewable, given
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.paths import sift_targets


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
    fresh: Collection[str] = (),
) -> Reopened:
    """The review `kept` with its splits and verdicts, against what is on disk now.

    A verdict on a hunk whose old lines are others by now is dropped. A file that can't be
    compared any more, or whose name would leave the project, is refused with the reason. `fresh`
    is as in `Reviewable`.
    Blocking: reads files and diffs.
    """
    sources = [file.source for file in kept.files if file.source]
    targets = sift_targets(root, [file.path for file in kept.files], sources)
    reasons = [*refused, *((name, error.message) for name, error in targets.refused.items())]
    standing: list[FileReview] = []
    for file in kept.files:
        path = targets.accepted.get(file.path)
        if path == file.path:
            standing.append(file)
        elif path is not None:
            reasons.append((file.path, f"By now the name leads to another file, {path}."))
    known = given(prepared)
    found = on_disk(root, Review(tuple(standing)), known)
    reviewable = Reviewable(
        Review(tuple(found.files)),
        found.originals,
        review_concerns(found.files),
        (*reasons, *found.refused),
        prepared,
        cautions=cautions(root, found.files, known),
        fresh=frozenset(fresh),
    )
    return Reopened(reviewable, tuple(found.changed))
