"""From the files a run proposed to a review of them: which file is meant, and what it was."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autocoder_tui.edits.edit import Placed
from autocoder_tui.engine.edited_file import (
    as_new_file,
    lacks_only_places,
    placing_in_words,
    with_edits,
)
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_edits import FileEdits
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.line_ends import asks_for_ends
from autocoder_tui.review.returned import rejected_again
from autocoder_tui.review.review import Review
from autocoder_tui.review.warnings import review_concerns
from autocoder_tui.runs.comparison import (
    compared,
    compared_anew,
    compared_in_places,
    goes_by_places,
)
from autocoder_tui.runs.file_actions import (
    brought_together,
    cautions,
    check_new_name,
    leaving,
    plain_name,
    refused_rename,
)
from autocoder_tui.runs.meant_names import with_meant_names
from autocoder_tui.runs.on_disk import without_done_acts
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.reviewable import Reviewable, differs, given
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.errors import NameTaken, TooLarge, WorkspaceError
from autocoder_tui.workspace.paths import sift_targets
from autocoder_tui.workspace.textfile import TextFile, size_in_words


def make_review(
    prepared: Prepared, proposed: Sequence[FileProposed], earlier: Review | None = None
) -> Reviewable:
    """Compare what was proposed with what the model was given, or with what is on disk.

    `earlier` is the review that the run goes on with: what was decided there stays decided.
    Blocking: reads files and diffs. A name that would leave the project, or a file that
    can't be compared, renamed or deleted, is refused with its reason and the rest is still
    offered.
    """
    if earlier is not None:
        earlier = without_done_acts(prepared.root, earlier)
    proposed, refused = with_meant_names(prepared.root, proposed, prepared.request)
    proposed = _last_of_each(brought_together(_still_renamed(proposed, earlier)))
    proposed = for_target(prepared.root, proposed, prepared.request.target)
    sources = [plain_name(one.renamed_from) for one in proposed if one.renamed_from]
    targets = sift_targets(prepared.root, [proposal.path for proposal in proposed], sources)
    refused += [
        (proposal.path, refused_rename(proposal, targets.refused[proposal.path].message))
        for proposal in proposed
        if proposal.path in targets.refused
    ]
    offered = _Offered(prepared, refused)
    named = [(targets.accepted[p.path], p) for p in proposed if p.path in targets.accepted]
    offered.move([(path, proposal) for path, proposal in named if proposal.renamed_from])
    for path, proposal in named:
        offered.take(path, proposal)
    files, originals = offered.files, offered.originals
    fresh = frozenset(file.path for file in files)
    if earlier is not None:
        files = _go_on_deciding(earlier, files, originals, prepared.originals)
    if prepared.feedback is not None:
        told = [change for _, change in prepared.feedback.rejected]
        files = [rejected_again(f, told) if f.path in fresh else f for f in files]
    doubtful = [path for path in offered.doubtful if path in originals]
    return Reviewable(
        Review(tuple(files)),
        originals,
        review_concerns(files, doubtful),
        tuple(refused),
        prepared,
        cautions=cautions(prepared.root, files, given(prepared)),
        fresh=fresh,
    )


class _Offered:
    """The files of one proposal that may be reviewed, one after the other."""

    def __init__(self, prepared: Prepared, refused: list[tuple[str, str]]) -> None:
        self._prepared = prepared
        self._given = given(prepared)
        self._refused = refused
        # Where files stand that are to be renamed, by the path they shall have.
        self._sources: dict[str, str] = {}
        self._unmoved: set[str] = set()
        self.files: list[FileReview] = []
        self.originals: dict[str, TextFile | None] = {}
        self.doubtful: list[str] = []

    def move(self, renames: Sequence[tuple[str, FileProposed]]) -> None:
        """Judge all files that are to be renamed, each with its new path, before any is taken:
        they make room for others."""
        leave = {plain_name(proposal.renamed_from) for _, proposal in renames}
        for path, proposal in renames:
            if path in self._unmoved:
                continue
            try:
                source = leaving(
                    self._prepared.root,
                    proposal.renamed_from,
                    "renamed",
                    self._given,
                    self._prepared.originals,
                )
                if source == path:
                    continue
                if source in self._sources.values():
                    raise NameTaken(
                        f"The reply renames {visible(source)} twice: the first is offered.",
                        paths=(source,),
                    )
                check_new_name(self._prepared.root, source, path, leave)
            except WorkspaceError as error:
                if path not in self._sources:
                    self._refused.append((proposal.path, error.message))
                    self._unmoved.add(path)
            else:
                self._sources.setdefault(path, source)

    def take(self, path: str, proposal: FileProposed) -> None:
        """Compare one file."""
        if proposal.renamed_from and path in self._unmoved:
            return
        if path in self.originals:
            twice = "The reply holds it twice: the first is offered, the other is in its text only."
            self._refused.append((proposal.path, twice))
            return
        try:
            source = self._sources.get(path, "") if proposal.renamed_from else ""
            original = self._original(path, source, proposal)
            in_places = goes_by_places(original) and _keeps_text(proposal, source)
            if in_places and original is not None:
                file = _in_places(path, original, proposal, source)
            else:
                _refuse_too_large(original, proposal)
                file = self._compared(path, original, proposal, source)
        except WorkspaceError as error:
            self._refused.append((proposal.path, error.message))
            return
        self.originals[path] = original
        if proposal.versions > 1 or proposal.guesses or proposal.named:
            self.doubtful.append(path)
        self.files.append(file)

    def _compared(
        self, path: str, original: TextFile | None, proposal: FileProposed, source: str
    ) -> FileReview:
        proposal = _with_edits_made(proposal, original)
        # A file that is only to be renamed comes without its text where that was not sent.
        pure = source and proposal.before is None and not (proposal.after or proposal.edits)
        file = compared(
            path,
            original,
            original.text if original is not None and pure else proposal.after,
            proposal.complete or lacks_only_places(proposal),
            _remark_of(proposal),
            ends_asked=asks_for_ends(self._prepared.request.requirements),
            source=source,
            deletes=proposal.deletes,
        )
        if proposal.placed is not None:
            file = replace(file, edits=FileEdits.of(proposal.edits, proposal.placed))
        return file

    def _original(self, path: str, source: str, proposal: FileProposed) -> TextFile | None:
        if proposal.deletes:
            read = self._prepared.originals
            leaving(self._prepared.root, path, "deleted", self._given, read)
        elif not source and path in self._sources.values():
            return None  # a new file in the place of one that moves away
        place = source or path
        known = self._prepared.originals.get(place)
        return known or read_existing(self._prepared.root, place)


def _keeps_text(proposal: FileProposed, source: str) -> bool:
    """Whether the reply has no whole text for the file: but changes, or a mere move."""
    if proposal.deletes:
        return False
    pure = bool(source) and proposal.before is None and not proposal.after
    return bool(proposal.edits) or pure


def _in_places(path: str, original: TextFile, proposal: FileProposed, source: str) -> FileReview:
    """The review of changes to a file that is too large, or its lines too long, to be compared."""
    complete = proposal.complete or lacks_only_places(proposal)
    file = compared_in_places(
        path, original, proposal.edits, complete, _remark_of(proposal), source=source
    )
    if proposal.placed is None and file.edits is not None and not file.edits.unplaced:
        placed = Placed(file.after, already=file.edits.already)
        said = placing_in_words(placed, proposal.edits)
        file = replace(file, remark=" ".join(filter(None, (file.remark, said))))
    return file


def _refuse_too_large(original: TextFile | None, proposal: FileProposed) -> None:
    if original is not None and original.is_large and not proposal.deletes:
        raise TooLarge(
            f"{visible(proposal.path)} is {size_in_words(original.stamp.size)}, too large to be "
            "compared with a new text as a whole. Ask for edits of it: they are placed in it.",
            paths=(proposal.path,),
        )


def _remark_of(proposal: FileProposed) -> str:
    """The remark without what the review says of changes without a place, as long as that is so."""
    if proposal.placed is None or not proposal.placed.unplaced:
        return proposal.remark
    return proposal.remark.replace(placing_in_words(proposal.placed, proposal.edits), "").strip()


def _with_edits_made(proposal: FileProposed, original: TextFile | None) -> FileProposed:
    """`proposal` with its changes made in the file on disk, where that was not sent."""
    if proposal.deletes or proposal.placed is not None or not proposal.edits:
        return proposal
    return as_new_file(proposal) if original is None else with_edits(proposal, original.text)


def _still_renamed(proposed: Sequence[FileProposed], earlier: Review | None) -> list[FileProposed]:
    """A file that was given to the model under the name it shall have is renamed still."""
    standing = {} if earlier is None else {f.path: f.source for f in earlier.files if f.stays_moved}
    return [
        replace(file, renamed_from=standing[file.path])
        if file.path in standing and not (file.renamed_from or file.deletes)
        else file
        for file in proposed
    ]


def _last_of_each(proposed: Sequence[FileProposed]) -> list[FileProposed]:
    """One proposal for each path: of two names that are spelt differently the last is meant."""
    found: dict[tuple[str, str], FileProposed] = {}
    for proposal in proposed:
        key = (proposal.path, proposal.renamed_from)
        earlier = found.get(key)
        if earlier is not None and _contents(earlier) != _contents(proposal):
            remark = (
                "The reply gives this file under two names, and differently: the last is offered."
            )
            proposal = replace(proposal, versions=2, remark=f"{remark} {proposal.remark}".strip())
        found[key] = proposal
    return list(found.values())


def _contents(file: FileProposed) -> tuple[object, ...]:
    return file.after, file.edits, file.renamed_from, file.deletes


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
    if file.deletes or file.renamed_from:
        return [file]
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
    earlier: Review,
    files: Sequence[FileReview],
    originals: dict[str, TextFile | None],
    read: Mapping[str, TextFile],
) -> list[FileReview]:
    """The new proposal with the verdicts of the earlier one where a hunk is the same.

    A file the new proposal leaves out was given to the model as it stood, and so stands; it is
    compared with what is on disk by now, which was `read`. One whose move was rejected was given
    under its old name. What is learnt of the originals is added to them.
    """
    fresh = {file.old_path: file for file in files}
    going_on = []
    for file in earlier.files:
        if file.source and not file.stays_moved:
            file = file.unmoved()
        again = fresh.pop(file.old_path, None)
        if again is not None:
            file = again.decided_like(file)
        else:
            original = originals.setdefault(file.path, read.get(file.path))
            if differs(file, original):
                if original is None and file.acts:
                    continue  # it is gone already
                file = compared_anew(file, original)
        going_on.append(file)
    return [*going_on, *fresh.values()]
