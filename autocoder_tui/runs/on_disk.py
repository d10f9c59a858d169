"""A review against what is on disk by now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.review import Review
from autocoder_tui.review.warnings import review_concerns
from autocoder_tui.runs.comparison import compared_anew
from autocoder_tui.runs.file_actions import cautions, check_new_name, leaving
from autocoder_tui.runs.preparation import read_existing
from autocoder_tui.runs.reviewable import Reviewable, given
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.paths import is_named_so
from autocoder_tui.workspace.textfile import TextFile


@dataclass
class OnDisk:
    """The files of a review compared with what is on disk now: `files` with their `originals`,
    and the names of those that can't be compared any more with the reason. `changed` are the
    paths of files that are not what the review was made against."""

    files: list[FileReview] = field(default_factory=list)
    originals: dict[str, TextFile | None] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def on_disk(root: Path, review: Review, known: Collection[str]) -> OnDisk:
    """`review` against what is on disk now; verdicts stay where that is the same. `known` are the
    paths of the files the model was given. Blocking: reads files and diffs."""
    found = OnDisk()
    sources = {file.source for file in review.files if file.source}
    standing: set[str] = set()
    # New files may take the names of those that move away, so it has to be known which do.
    for file in sorted(review.files, key=lambda file: file.is_new):
        try:
            now = _at_its_place(root, file, sources, known)
            vacated = file.is_new and file.path in standing
            original = None if vacated else read_existing(root, now.old_path, file.before)
        except WorkspaceError as error:
            found.refused.append((file.path, error.message))
            continue
        if now.source:
            standing.add(now.source)
        if (None if original is None else original.text) != file.before:
            found.changed.append(file.path)
            now = compared_anew(now, original)
        found.files.append(now)
        found.originals[file.path] = original
    order = {file.path: number for number, file in enumerate(review.files)}
    found.files.sort(key=lambda file: order[file.path])
    return found


def _at_its_place(
    root: Path, file: FileReview, sources: Collection[str], known: Collection[str]
) -> FileReview:
    """`file` as it can be reviewed now: one that has its new name already is a change there.

    Raises WorkspaceError where it can be neither renamed nor deleted any more.
    """
    if file.deletes:
        leaving(root, file.path, "deleted", known)
    elif file.source:
        here = is_named_so(root / file.path)
        if here and not is_named_so(root / file.source):
            return replace(file.unmoved(), path=file.path)
        leaving(root, file.source, "renamed", known)
        check_new_name(root, file.source, file.path, sources)
    return file


def without_done_acts(root: Path, review: Review) -> Review:
    """`review` without the accepted deletions and renames that are on disk by now: a deleted file
    is no part of it any more, a renamed one is a change in its new place. Blocking."""
    standing = []
    for file in review.files:
        if file.removes and not is_named_so(root / file.path):
            continue
        if file.moves and not is_named_so(root / file.source) and is_named_so(root / file.path):
            file = replace(file.unmoved(), path=file.path)
        standing.append(file)
    return Review(tuple(standing))


def review_anew(root: Path, reviewable: Reviewable, review: Review) -> Reviewable:
    """The same proposal compared with what is on disk now; verdicts stay where that is the same.

    A file that can't be compared any more is refused with the reason. Blocking: reads files and
    diffs.
    """
    known = given(reviewable.prepared)
    found = on_disk(root, review, known)
    return replace(
        reviewable,
        review=Review(tuple(found.files)),
        originals=found.originals,
        concerns=review_concerns(found.files),
        refused=(*reviewable.refused, *found.refused),
        written=frozenset(),
        places={},
        cautions=cautions(root, found.files, known),
    )
