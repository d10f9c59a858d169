"""From files on disk to a request, and from proposed files to a review: what every face does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.request import InputFile, Limits, RunRequest
from autocoder_tui.review.file_review import FileReview, Review
from autocoder_tui.review.line_ends import asks_for_ends
from autocoder_tui.review.warnings import Concern, review_concerns
from autocoder_tui.runs.comparison import compared, compared_anew, remarks
from autocoder_tui.runs.meant_names import with_meant_names
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.apply import Change
from autocoder_tui.workspace.errors import MissingFile, Unencodable, WorkspaceError
from autocoder_tui.workspace.paths import relative_name, resolve_target, sift_targets
from autocoder_tui.workspace.textfile import (
    MAX_REVIEWED_BYTES,
    TextFile,
    read_bytes,
    read_text_file,
)


@dataclass(frozen=True, slots=True)
class Job:
    """What a person set up: paths relative to `root` with "/" between the parts."""

    root: Path
    picks: tuple[str, ...]
    target: str | None
    requirements: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request, and the files it was made from as they were at that moment, by path.

    `demo`: recorded replies answer it, so nothing is learnt from it or booked.
    """

    root: Path
    request: RunRequest
    originals: Mapping[str, TextFile]
    goes_on: bool = False
    """Whether this run goes on with a review, in which what was decided stays decided."""
    demo: bool = False

    @property
    def guesses(self) -> list[str]:
        """A sentence for each file whose encoding was guessed: the model reads what we read."""
        return [
            f"{visible(path)}: {file.guess}" for path, file in self.originals.items() if file.guess
        ]


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


def prepare(
    job: Job,
    chosen: ChosenModel,
    limits: Limits,
    *,
    temperature: float | None = None,
    partial: str = "",
    demo: bool = False,
) -> Prepared:
    """Read the picks and make the request. Blocking; raises WorkspaceError.

    A target that could not be compared with what the model will write is refused, too.
    """
    originals = {
        path: read_text_file(job.root / path, name=path) for path in dict.fromkeys(job.picks)
    }
    if asks_for_ends(job.requirements):
        originals = {path: file.verbatim() for path, file in originals.items()}
    target = job.target
    if target is not None:
        target = relative_name(job.root, resolve_target(job.root, target))
        read_existing(job.root, target)
    request = RunRequest(
        requirements=job.requirements,
        model=chosen.model,
        endpoint=chosen.endpoint,
        files=tuple(InputFile(path, file.text) for path, file in originals.items()),
        target=target,
        limits=limits,
        temperature=chosen.model.temperature if temperature is None else temperature,
        partial=partial,
        calibration=chosen.calibration,
    )
    return Prepared(job.root, request, originals, demo=demo)


def make_review(
    prepared: Prepared, proposed: Sequence[FileProposed], earlier: Review | None = None
) -> Reviewable:
    """Compare what was proposed with what the model was given, or with what is on disk.

    `earlier` is the review that the run goes on with: what was decided there stays decided.
    Blocking: reads files and diffs. A name that would leave the project, or a file that
    can't be compared, is refused with its reason and the rest is still offered.
    """
    files: list[FileReview] = []
    originals: dict[str, TextFile | None] = {}
    doubtful: list[str] = []
    proposed, refused = with_meant_names(prepared.root, proposed, prepared.request)
    proposed = for_target(prepared.root, _last_of_each(proposed), prepared.request.target)
    targets = sift_targets(prepared.root, [proposal.path for proposal in proposed])
    refused += [(name, error.message) for name, error in targets.refused.items()]
    for proposal in proposed:
        path = targets.accepted.get(proposal.path)
        if path is None:
            continue
        if path in originals:
            twice = "The reply holds it twice: the first is offered, the other is in its text only."
            refused.append((proposal.path, twice))
            continue
        try:
            original = prepared.originals.get(path) or read_existing(prepared.root, path)
        except WorkspaceError as error:
            refused.append((proposal.path, error.message))
            continue
        originals[path] = original
        if proposal.versions > 1 or proposal.guesses or proposal.named:
            doubtful.append(path)
        files.append(
            compared(
                path,
                original,
                proposal.after,
                proposal.complete,
                proposal.remark,
                ends_asked=asks_for_ends(prepared.request.requirements),
            )
        )
    if earlier is not None:
        for file in earlier.files:
            originals.setdefault(file.path, prepared.originals.get(file.path))
        files = _go_on_deciding(earlier, files, originals)
    concerns = review_concerns(files, [path for path in doubtful if path in originals])
    return Reviewable(Review(tuple(files)), originals, concerns, tuple(refused), prepared)


def _last_of_each(proposed: Sequence[FileProposed]) -> list[FileProposed]:
    """One proposal for each path: of two names that are spelt differently the last is meant."""
    found: dict[str, FileProposed] = {}
    for proposal in proposed:
        earlier = found.get(proposal.path)
        if earlier is not None and earlier.after != proposal.after:
            remark = (
                "The reply gives this file under two names, and differently: the last is offered."
            )
            proposal = replace(proposal, versions=2, remark=f"{remark} {proposal.remark}".strip())
        found[proposal.path] = proposal
    return list(found.values())


def _differs(file: FileReview, now: TextFile | None) -> bool:
    """Whether the file on disk is another than the one that `file` begins from."""
    return (None if now is None else now.text) != file.before


def for_target(
    root: Path, proposed: Sequence[FileProposed], target: str | None
) -> list[FileProposed]:
    """A lone file that has the target's name but not its folder is the target.

    That is said, for it may have been another file that was meant; unless the name is a part of
    the target's. A file that is there under the name the reply gives is that file. Blocking.
    """
    if target is None or len(proposed) != 1:
        return list(proposed)
    (file,) = proposed
    if file.path == target or PurePosixPath(file.path).name != PurePosixPath(target).name:
        return [file]
    named = sift_targets(root, [file.path]).accepted.get(file.path, file.path)
    if named == target or f"{root.resolve().name}/{target}" == named:
        return [replace(file, path=target)]
    if not named.startswith("/") and os.path.lexists(root / named):
        return [file]
    if target.endswith(f"/{named}"):
        return [replace(file, path=target)]
    remark = f"The reply named this file {file.path}: it was taken for {target}, the one asked for."
    return [replace(file, path=target, named=file.path, remark=f"{remark} {file.remark}".strip())]


def _go_on_deciding(
    earlier: Review, files: Sequence[FileReview], originals: Mapping[str, TextFile | None]
) -> list[FileReview]:
    """The new proposal with the verdicts of the earlier one where a hunk is the same.

    A file the new proposal leaves out was given to the model as it stood, and so stands; it is
    compared with what is on disk by now.
    """
    fresh = {file.path: file for file in files}
    going_on = []
    for file in earlier.files:
        again = fresh.pop(file.path, None)
        original = originals[file.path]
        if again is not None:
            file = again.decided_like(file)
        elif _differs(file, original):
            file = compared_anew(file, original)
        going_on.append(file)
    return [*going_on, *fresh.values()]


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
    text, original = file.result(), reviewable.originals[file.path]
    if text is None:
        return None
    if original is not None:
        return original.encode(text)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Unencodable(
            f"{visible(file.path)} would hold half a character (a lone surrogate), which no "
            "file can. Edit or reject that hunk.",
            paths=(file.path,),
        ) from None


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
        if other_ends or _differs(file, now):
            written.add(path)
    return replace(reviewable, originals=originals, written=frozenset(written))


def changes_of(reviewable: Reviewable, review: Review) -> list[Change]:
    """What applying `review` would write: the files with at least one accepted hunk, and those
    from which everything written earlier is taken back out."""
    back = reviewable.taken_back(review)
    return [
        Change(file.path, file.result(), reviewable.originals[file.path])
        for file in review.files
        if file.writes or file in back
    ]


def read_existing(root: Path, path: str, before: str | None = None) -> TextFile | None:
    """The file to compare with, None where there is none. Raises WorkspaceError.

    `before` is how the review has its text: where that shows how lines end, so does what is
    read now.
    """
    try:
        file = read_text_file(root / path, max_bytes=MAX_REVIEWED_BYTES, name=path)
    except MissingFile:
        return None
    return file.verbatim() if before is not None and "\r" in before else file
