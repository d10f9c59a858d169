"""What becomes of a project's proposal without the screen: it is written where nothing of
anybody's can be lost, else it waits for a review."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.console import say
from autocoder_tui.review.file_review import Verdict
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.runs.setup import Setup
from autocoder_tui.runs.supervision import RunListener, RunSupervisor
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.context import Proposed
from autocoder_tui.steps.draft import paths
from autocoder_tui.steps.face import Proposal
from autocoder_tui.steps.project import Project
from autocoder_tui.steps.proposal import prepared_for
from autocoder_tui.steps.untouched import foreign_files, stands_aside
from autocoder_tui.workspace.apply import apply_changes
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.change import Change
from autocoder_tui.workspace.commit import proposed_message
from autocoder_tui.workspace.errors import NotRecorded

MOST_FILES: Final = 1000
"""Of more at once somebody has a look first."""


class Outcome(Protocol):
    """What the report says of proposals."""

    warnings: list[str]
    written: list[str]
    open: list[str]


class ProjectDelivery:
    """`writes`: the person said that a project of its own may be written to unasked."""

    def __init__(
        self,
        setup: Setup,
        keeping: RunRecorder,
        supervisor: RunSupervisor,
        outcome: Outcome,
        *,
        writes: bool,
    ) -> None:
        self._setup = setup
        self._keeping = keeping
        self._supervisor = supervisor
        self._outcome = outcome
        self._writes = writes

    async def deliver(self, proposal: Proposal, listener: RunListener) -> Proposed:
        """Write it, or keep it for a review. Raises AutocoderError where it can be neither."""
        state = RunState()

        prepared = await asyncio.to_thread(prepared_for, proposal, self._setup.limits)
        ended = False
        try:
            await self._supervisor.run(lambda: prepared, state, listener)
            if state.error is not None:
                raise NotDelivered(f"The proposal can't be read: {state.error.message}")
            reviewable = await asyncio.to_thread(make_review, prepared, state.files)
            reviewable = replace(reviewable, review=reviewable.review.all_verdict(Verdict.ACCEPTED))
            self._tell(reviewable)
            if not any(file.writes for file in reviewable.review.files):
                return Proposed(())
            why_not = await asyncio.to_thread(self._why_not, proposal.root, reviewable)
            if why_not is None:
                return await asyncio.to_thread(self._write, reviewable, proposal)
            ended = True
            return await self._kept(why_not, reviewable, state, proposal.run_id)
        finally:
            if not ended:
                await self._keeping.close(state, delivered=True)

    def _tell(self, reviewable: Reviewable) -> None:
        for path, reason in reviewable.refused:
            self._warn(f"{visible(path)} is not offered: {reason}")
        for file in reviewable.review.files:
            said = (*reviewable.remarks(file), *reviewable.warnings.get(file.path, ()))
            for concern in said:
                self._warn(f"{visible(file.path)}: {concern}")

    def _warn(self, warning: str) -> None:
        if warning not in self._outcome.warnings:
            self._outcome.warnings.append(warning)
            say(f"warning: {warning}")

    def _why_not(self, root: Path, reviewable: Reviewable) -> str | None:
        """Why it is not written unasked, None where it is. Blocking."""
        if not self._writes:
            return "Nobody said yes to writing (--yes)."
        aside = [
            path
            for path, original in reviewable.originals.items()
            if original is not None and stands_aside(path)
        ]
        foreign = aside or foreign_files(Project(root))
        if foreign:
            return (
                f"The project holds files that no run wrote, or that were changed since "
                f"({visible(paths(foreign))}), and --yes writes only where nothing of anybody's "
                "can be lost."
            )
        count = len(reviewable.review.files)
        if count > MOST_FILES:
            return f"{count:,} files are more than are written before somebody had a look."
        blocking = [
            f"{visible(path)}: {concern.message}"
            for path, concerns in reviewable.concerns.items()
            for concern in concerns
            if concern.blocks
        ]
        if blocking and not self._setup.result.despite_warnings:
            return f"{' '.join(blocking[:5])} Add --despite-warnings to write it all the same."
        return None

    def _write(self, reviewable: Reviewable, proposal: Proposal) -> Proposed:
        """Write all of it, so that the full-screen program can undo it. Blocking."""
        root, setup = proposal.root, self._setup
        log = ApplyLog.of_project(setup.places.state, root) if setup.places.keeps else None
        changes = [
            Change(file.path, file.result(), reviewable.originals.get(file.path))
            for file in reviewable.review.files
            if file.writes
        ]
        title = proposed_message(proposal.requirements)
        try:
            apply_changes(root, changes, log=log, title=title)
        except NotRecorded:
            say(f"{setup.places.state} can't be written to, so this write can't be undone.")
            apply_changes(root, changes, title=title)
        written = tuple(change.path for change in changes)
        self._outcome.written += written
        say(f"wrote {visible(paths(written, 10))}")
        return Proposed(written)

    async def _kept(
        self, why_not: str, reviewable: Reviewable, state: RunState, run_id: str
    ) -> Proposed:
        names = [file.path for file in reviewable.review.files]
        self._outcome.open += [name for name in names if name not in self._outcome.open]
        if not self._setup.places.keeps:
            await self._keeping.close(state, delivered=False)
            raise NotDelivered(
                f"{why_not} Nothing was written, and nothing can be kept for a review either: have "
                "it printed with --patch."
            )
        self._keeping.ended(state)
        await self._keeping.settle(offered=True)
        say(
            f"{why_not} Nothing was written: {visible(paths(names))} wait for a review: "
            f"autocoder-tui resume {run_id}; or print them with --patch."
        )
        return Proposed((), open=True)


class NotDelivered(AutocoderError):
    """A proposal could neither be written nor kept."""

    kind = "not_delivered"
