"""What a run proposes, compared with the files there are, and written once it is accepted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from autocoder_tui.config.dirs import state_dir
from autocoder_tui.engine.events import Event, FileProposed
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.review import Review
from autocoder_tui.review.verdict import Verdict
from autocoder_tui.runs.preparation import Prepared, read_existing
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable, changes_of
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.apply import Applied, apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files of a run beside those of the folder it is for. Nothing is accepted at first."""

    root: Path
    reviewable: Reviewable

    @classmethod
    def of(cls, root: str | Path, request: RunRequest, events: Iterable[Event]) -> Proposal:
        """What the events of `request` propose for the folder `root`. Blocking: reads files.
        Names that lead out of the folder are in `refused`. Raises WorkspaceError."""
        folder = Path(root)
        proposed = [event for event in events if isinstance(event, FileProposed)]
        originals = {file.path: read_existing(folder, file.path) for file in request.files}
        there = {path: file for path, file in originals.items() if file is not None}
        return cls(folder, make_review(Prepared(folder, request, there), proposed))

    @property
    def files(self) -> tuple[FileReview, ...]:
        """Each file with its hunks and their verdicts."""
        return self.reviewable.review.files

    @property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """Names that are not offered, each with the reason."""
        return self.reviewable.refused

    @property
    def warnings(self) -> dict[str, tuple[str, ...]]:
        """By path, what to look at before accepting a file, as sentences."""
        return self.reviewable.warnings

    def accepted(self, wanted: Callable[[FileReview], bool] | None = None) -> Proposal:
        """The same with every hunk accepted, of the wanted files or of all."""
        return self._with(
            [
                file.all_verdict(Verdict.ACCEPTED) if wanted is None or wanted(file) else file
                for file in self.files
            ]
        )

    def decided(self, file: FileReview) -> Proposal:
        """The same with `file`, one of `files` with other verdicts (`FileReview.with_verdict`)."""
        return self._with([file if each.path == file.path else each for each in self.files])

    def to_patch(self, *, accepted_only: bool = False) -> str:
        """All of it as one unified diff."""
        return self.reviewable.review.to_patch(accepted_only=accepted_only)

    def _with(self, files: Sequence[FileReview]) -> Proposal:
        return replace(self, reviewable=replace(self.reviewable, review=Review(tuple(files))))


def apply(proposal: Proposal, *, undoable: bool = True) -> Applied:
    """Write what is accepted, all or nothing; what was written. Where it is `undoable` the
    program's own undo takes it back. Blocking.

    Raises WorkspaceError: ChangedOnDisk for a file that is not what it was, PathRefused,
    ReadOnly, HardLinked, Unwritable and their like; nothing is written then.
    """
    changes = changes_of(proposal.reviewable, proposal.reviewable.review)
    log = ApplyLog.of_project(state_dir(os.environ), proposal.root) if undoable else None
    return apply_changes(proposal.root, changes, log=log, title="library")
