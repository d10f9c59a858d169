"""From the files a run proposed to a review of them: which file is meant, and what it was."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autocoder_tui.edits.edit import Placed
from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_review import FileReview, Review
from autocoder_tui.review.line_ends import asks_for_ends
from autocoder_tui.review.warnings import review_concerns
from autocoder_tui.runs.comparison import compared, compared_anew
from autocoder_tui.runs.edited_files import with_text_on_disk
from autocoder_tui.runs.meant_names import with_meant_names
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.reviewable import Reviewable, differs
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.paths import sift_targets
from autocoder_tui.workspace.textfile import (
    TextFile,
)


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
    edits: dict[str, Placed] = {}
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
            proposal = with_text_on_disk(prepared, proposal, original)
        except WorkspaceError as error:
            refused.append((proposal.path, error.message))
            continue
        originals[path] = original
        if proposal.placed is not None:
            edits[path] = proposal.placed
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
    return Reviewable(Review(tuple(files)), originals, concerns, tuple(refused), prepared, edits)


def _last_of_each(proposed: Sequence[FileProposed]) -> list[FileProposed]:
    """One proposal for each path: of two names that are spelt differently the last is meant."""
    found: dict[str, FileProposed] = {}
    for proposal in proposed:
        earlier = found.get(proposal.path)
        if earlier is not None and _contents(earlier) != _contents(proposal):
            remark = (
                "The reply gives this file under two names, and differently: the last is offered."
            )
            proposal = replace(proposal, versions=2, remark=f"{remark} {proposal.remark}".strip())
        found[proposal.path] = proposal
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
        elif differs(file, original):
            file = compared_anew(file, original)
        going_on.append(file)
    return [*going_on, *fresh.values()]
