"""A review with the files it is of: what is known of them, and what applying it writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autocoder_tui.edits.edit import Placed
from autocoder_tui.review.file_review import FileReview, Review
from autocoder_tui.review.warnings import Concern, review_concerns
from autocoder_tui.runs.comparison import compared_anew, remarks
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.apply import Change
from autocoder_tui.workspace.errors import MissingFile, WorkspaceError
from autocoder_tui.workspace.textfile import (
    MAX_REVIEWED_BYTES,
    TextFile,
    encoded,
    read_bytes,
)


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A review, and what is known about its files, by path.

    `originals` are the files on disk it compares with, None for a new file; `concerns` what
    to look at before accepting; `refused` pairs names that are not offered with the reason.
    """

    review: Review
    originals: Mapping[str, TextFile | None]
    concerns: Mapping[str, tuple[Concern, ...]]
    refused: tuple[tuple[str, str], ...]
    prepared: Prepared | None = None
    """The run that proposed it."""
    edits: Mapping[str, Placed] = field(default_factory=dict)
    """What came of the edits of files whose reply gave changes."""
    written: frozenset[str] = frozenset()
    """Files that are not as they were before the review, for it has been written to them."""

    def taken_back(self, review: Review) -> list[FileReview]:
        """The files of `review` that were written and of which nothing is accepted any more."""
        return [file for file in review.files if file.path in self.written and not file.writes]

    @property
    def warnings(self) -> dict[str, tuple[str, ...]]:
        """The concerns as sentences to show."""
        return {
            path: tuple(concern.message for concern in concerns)
            for path, concerns in self.concerns.items()
        }

    @property
    def target(self) -> str | None:
        """The one file that was asked for, None for whatever the model proposes."""
        return None if self.prepared is None else self.prepared.request.target

    def unasked(self, path: str) -> tuple[str, ...]:
        """A warning when another file than `path` was asked for."""
        if self.target is None or path == self.target:
            return ()
        return (f"This file was not asked for: only {visible(self.target)} was.",)

    def remarks(self, file: FileReview) -> tuple[str, ...]:
        """What to look at before accepting `file` besides what its text shows."""
        return (*self.unasked(file.path), *remarks(file, self.originals.get(file.path)))


def review_anew(root: Path, reviewable: Reviewable, review: Review) -> Reviewable:
    """The same proposal compared with what is on disk now; verdicts stay where that is the same.

    Blocking: reads files and diffs. Raises WorkspaceError for a file that can't be compared.
    """
    originals = {file.path: read_existing(root, file.path, file.before) for file in review.files}
    files = [compared_anew(file, originals[file.path]) for file in review.files]
    concerns = review_concerns(files)
    return replace(
        reviewable,
        review=Review(tuple(files)),
        originals=originals,
        concerns=concerns,
        written=frozenset(),
    )


def written_bytes(reviewable: Reviewable, file: FileReview) -> bytes | None:
    """What applying `file` as decided leaves on disk, byte for byte; None for no file at all.

    Raises Unencodable when the file's encoding has no place for a character.
    """
    text = file.result()
    return None if text is None else encoded(text, file.path, reviewable.originals[file.path])


def changes_of(reviewable: Reviewable, review: Review) -> list[Change]:
    """What applying `review` would write: the files with at least one accepted hunk, and those
    from which everything written earlier is taken back out."""
    back = reviewable.taken_back(review)
    return [
        Change(file.path, file.result(), reviewable.originals[file.path])
        for file in review.files
        if file.writes or file in back
    ]


def after_write(root: Path, reviewable: Reviewable, review: Review) -> Reviewable:
    """The same after `review` was applied: what was written is no change by somebody else.

    Blocking. A file that is not what was written keeps what was known of it.
    """
    written = [
        file.path
        for file in review.files
        if (file.writes or file.path in reviewable.written)
        and _holds(root / file.path, written_bytes(reviewable, file))
    ]
    return seen_anew(root, reviewable, written)


def _holds(path: Path, data: bytes | None) -> bool:
    try:
        found, _ = read_bytes(path, max_bytes=MAX_REVIEWED_BYTES)
    except MissingFile:
        return data is None
    except WorkspaceError:
        return False
    return found == data


def seen_anew(root: Path, reviewable: Reviewable, paths: Iterable[str]) -> Reviewable:
    """The same with the files at `paths` taken for what the review knows, as they are now.

    The texts compared, and how they are encoded, stay. Blocking.
    """
    originals, written = dict(reviewable.originals), set(reviewable.written)
    for path in paths:
        if path not in originals:
            continue
        try:
            file = reviewable.review.file(path)
            now = read_existing(root, path, file.before)
        except WorkspaceError:
            continue  # the next write says what is in the way
        original = originals[path]
        if original is None or file.is_new:
            originals[path] = now
        elif now is not None:
            originals[path] = replace(original, stamp=now.stamp, mode=now.mode)
        written.discard(path)
        other_ends = original is not None and now is not None and original.newline != now.newline
        if other_ends or differs(file, now):
            written.add(path)
    return replace(reviewable, originals=originals, written=frozenset(written))


def differs(file: FileReview, now: TextFile | None) -> bool:
    """Whether the file on disk is another than the one that `file` begins from."""
    return (None if now is None else now.text) != file.before
