"""A review with the files it is of: what is known of them, and what applying it writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from pathlib import Path

from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.returned import RejectedChange, is_unchanged, returned_in
from autocoder_tui.review.review import Review
from autocoder_tui.review.warnings import Concern
from autocoder_tui.runs.comparison import remarks
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply_record import Record
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.errors import MissingFile, WorkspaceError
from autocoder_tui.workspace.textfile import (
    MAX_EDITED_BYTES,
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
    written: frozenset[str] = frozenset()
    """Files that are not as they were before the review, for it has been written to them."""
    places: Mapping[str, str | None] = field(default_factory=dict)
    """Where files stand that the review has renamed; None for one that it has deleted."""
    cautions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What to know before files are deleted or renamed, as sentences by path."""

    fresh: frozenset[str] = frozenset()
    """The paths of the files that its run itself proposed: others stand from the proposal that it
    goes on with."""

    def place(self, file: FileReview) -> str | None:
        """Where `file` stands now, as far as the review has to do with it; None for nowhere."""
        return self.places.get(file.path, file.old_path)

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

    def rejected_before(self, file: FileReview) -> tuple[RejectedChange, ...]:
        """What was rejected in rounds of feedback, where the run itself proposed `file`."""
        return tuple(change for _, change in self._told(file))

    def _told(self, file: FileReview) -> tuple[tuple[int, RejectedChange], ...]:
        feedback = None if self.prepared is None else self.prepared.feedback
        return feedback.rejected if feedback is not None and file.path in self.fresh else ()

    def returned(self, file: FileReview) -> tuple[str, ...]:
        """What of `file` was rejected in a round of feedback, has come back and is not accepted,
        as sentences."""
        told = self._told(file)
        back = returned_in(file, [change for _, change in told])
        return tuple(
            _returned_in_words(file, hunk, *told[at])
            for hunk, at in back.items()
            if file.verdicts[hunk] is not Verdict.ACCEPTED
        )

    def remarks(self, file: FileReview) -> tuple[str, ...]:
        """What to look at before accepting `file` besides what its text shows."""
        return (
            *self.returned(file),
            *self.unasked(file.path),
            *self.cautions.get(file.path, ()),
            *remarks(file, self.originals.get(file.path)),
        )


def _returned_in_words(file: FileReview, hunk: int, number: int, change: RejectedChange) -> str:
    how = "as it was" if is_unchanged(file, hunk, change) else "within a larger change"
    if change.act:
        what = "The rename" if change.act == "rename" else "The deletion"
    else:
        place = file.hunks[hunk]
        what = f"Line {(place.new_start if place.added else place.old_start) + 1}"
    return f"{what}: rejected in round {number}, and it has come back {how}."


def without_rejected(reviewable: Reviewable) -> Reviewable:
    """The same without what was rejected in files that the run itself did not propose. Blocking:
    diffs."""
    files: list[FileReview] = []
    for file in reviewable.review.files:
        if file.path not in reviewable.fresh and Verdict.REJECTED in file.verdicts:
            file = file if file.stays_moved else file.unmoved()
            text = file.without_rejected()
            if file.deletes or text is None:
                continue
            file = file.edited(text)
            if not file.hunks:
                continue
        files.append(file)
    return replace(reviewable, review=Review(tuple(files)))


def given(prepared: Prepared | None) -> frozenset[str]:
    """The paths of the files the model was given."""
    return frozenset(() if prepared is None else (file.path for file in prepared.request.files))


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
    return [_change(reviewable, file) for file in review.files if file.writes or file in back]


def _change(reviewable: Reviewable, file: FileReview) -> Change:
    now, path = reviewable.place(file), file.final_path
    return Change(
        path,
        file.result(),
        reviewable.originals[file.path],
        moved_from="" if now is None or now == path else now,
        absent=now is None,
    )


def in_the_way(reviewable: Reviewable, review: Review) -> str:
    """Which accepted files can't have their names because others keep them, as a sentence; ""
    where none. That is so where a file takes the name of one whose own move is not accepted."""
    kept = {
        place: file
        for file in review.files
        if not file.is_new and (place := reviewable.place(file)) is not None
        if not (file.writes and file.final_path != place)
    }
    said = []
    for file in review.files:
        there = kept.get(file.final_path)
        if file.writes and not file.removes and there is not None and there is not file:
            what = file.names if file.moves else f"the new {visible(file.path)}"
            said.append(
                f"{visible(file.final_path)} keeps its name as long as {there.names} is not "
                f"accepted, so {what} can't be written: accept both, or reject both."
            )
    return " ".join(said)


def after_write(root: Path, reviewable: Reviewable, review: Review) -> Reviewable:
    """The same after `review` was applied: what was written is no change by somebody else.

    Blocking. A file that is not what was written keeps what was known of it.
    """
    written: dict[str, str | None] = {}
    for file in review.files:
        if file.writes or file.path in reviewable.written:
            data = written_bytes(reviewable, file)
            if _holds(root / file.final_path, data):
                written[file.path] = None if file.removes else file.final_path
    return seen_anew(root, reviewable, written)


def _holds(path: Path, data: bytes | None) -> bool:
    try:
        found, _ = read_bytes(path, max_bytes=MAX_EDITED_BYTES)
    except MissingFile:
        return data is None
    except WorkspaceError:
        return False
    return found == data


def seen_anew(root: Path, reviewable: Reviewable, places: Mapping[str, str | None]) -> Reviewable:
    """The same with files taken for what the review knows, as they are now: `places` tells by
    their paths in the review where they stand, None for nowhere.

    The texts compared, and how they are encoded, stay. Blocking.
    """
    originals, written = dict(reviewable.originals), set(reviewable.written)
    lie = dict(reviewable.places)
    for path, place in places.items():
        if path not in originals:
            continue
        try:
            file = reviewable.review.file(path)
            now = None if place is None else read_existing(root, place, file.before)
        except WorkspaceError:
            continue  # the next write says what is in the way
        original = originals[path]
        if original is None or file.is_new:
            originals[path] = now
        elif now is not None:
            originals[path] = replace(original, stamp=now.stamp, mode=now.mode)
        lie.pop(path, None)
        if place != file.old_path and not file.is_new:
            lie[path] = place
        written.discard(path)
        other_ends = original is not None and now is not None and original.newline != now.newline
        if other_ends or differs(file, now) or path in lie:
            written.add(path)
    return replace(reviewable, originals=originals, written=frozenset(written), places=lie)


def places_after(
    reviewable: Reviewable, record: Record, *, forward: bool, left: Collection[str]
) -> dict[str, str | None]:
    """Where the files of the review stand that the write `record` has to do with, after it was
    done again (`forward`) or undone: by their paths in the review. `left` are the names of files
    that were left as they were."""
    found: dict[str, str | None] = {}
    for file in reviewable.review.files:
        place = reviewable.place(file)
        for kept in record.files:
            if kept.path in left:
                continue
            ends = (kept.moved_from, kept.path) if forward else (kept.path, kept.moved_from)
            state = kept.after if forward else kept.before
            if kept.moved_from and place == ends[0]:
                found[file.path] = ends[1]
            elif kept.path == place and not kept.moved_from and file.path not in found:
                found[file.path] = place if file.is_new or state.sha256 is not None else None
            elif place is None and kept.path == file.old_path and state.sha256 is not None:
                found[file.path] = kept.path
    # Where one comes back, the new file that had its name meanwhile is gone.
    back = {found[file.path] for file in reviewable.review.files if file.path in found if file.acts}
    for file in reviewable.review.files:
        if file.is_new and found.get(file.path) in back:
            found[file.path] = None
    return found


def differs(file: FileReview, now: TextFile | None) -> bool:
    """Whether the file on disk is another than the one that `file` begins from."""
    return (None if now is None else now.text) != file.before
