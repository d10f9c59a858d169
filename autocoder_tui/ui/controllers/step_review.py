"""The files of the steps before the person: reviewed in the ordinary place, as any proposal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Job, Prepared, prepare_given
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.steps.context import Proposed
from autocoder_tui.steps.face import Proposal
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.program import Program


class StepReview:
    """Waits for the verdicts on what steps made. It is told when something of the review changes;
    one proposal at a time."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._changed = asyncio.Event()
        self._runs: set[str] = set()
        self._entered = False
        self.under_way = False
        """Whether the steps wait for a review."""

    async def propose(self, proposal: Proposal) -> Proposed:
        """Have it decided on. One that was under review when the steps stopped is gone on with.
        Must be called from a worker, for it may ask."""
        self.under_way = True
        self._runs = {proposal.run_id}
        try:
            if not self._is_open() and not await self._open(proposal):
                return Proposed(())
            return await self._decided()
        finally:
            self.under_way = False

    def review_changed(self, *, entered: bool = False) -> None:
        """The review may stand differently now; `entered`: it was said to be decided on."""
        self._entered = self._entered or entered
        self._changed.set()

    # ------------------------------------------------------------------ before

    def _is_open(self) -> bool:
        """Whether it is what is under review already."""
        session = self._app.review_session
        if session is None or not self._is_ours(session):
            return False
        self._app.main.offer("review")
        return True

    async def _open(self, proposal: Proposal) -> bool:
        """Open the review; whether there is anything in it."""
        await self._make_room()
        app = self._app
        if self._is_open():
            return True
        try:
            run = await asyncio.to_thread(app.recovery.history.get, proposal.run_id)
        except AutocoderError:
            return await self._begin(proposal)
        if run.reply != proposal.reply or not await app.recovery.open_run(run):
            return await self._begin(proposal)
        return self._is_open()

    async def _make_room(self) -> None:
        """Wait until another run has ended, and what it proposed may go."""
        app = self._app
        await app.runner.ended()
        while not await may_replace_review(app):
            app.main.show("review")
            self._changed.clear()
            await self._changed.wait()
            await app.runner.ended()

    async def _begin(self, proposal: Proposal) -> bool:
        app = self._app
        app.runner.start(partial(_prepared, proposal, app.setup.limits))
        await app.runner.ended()
        if app.runner.state.error is not None or not app.runner.state.files:
            return False
        await app.runner.shown()
        return True

    # ------------------------------------------------------------------ the verdicts

    async def _decided(self) -> Proposed:
        app = self._app
        written: dict[str, None] = {}
        self._entered = False
        while True:
            session = app.review_session
            if session is None or not self._is_ours(session):
                app.tell("Another proposal took the place of what the steps made: that stays open.")
                return Proposed(tuple(written), open=True)
            counts = session.review.counts
            if session.written:
                written |= dict.fromkeys(
                    file.final_path for file in session.review.files if file.writes
                )
                return Proposed(tuple(written), open=bool(counts.undecided))
            if self._entered and not counts.accepted and not counts.undecided:
                return Proposed(tuple(written))
            self._entered = False
            self._changed.clear()
            await self._changed.wait()

    def _is_ours(self, session: ReviewSession) -> bool:
        """Whether the proposal is that of the steps, or what feedback on it came to."""
        prepared = session.reviewable.prepared
        if session.run_id in self._runs:
            return True
        if prepared is not None and self._runs & {prepared.parent, prepared.thread}:
            self._runs.add(prepared.request.run_id)
            return True
        return False


def _prepared(proposal: Proposal, limits: Limits) -> Prepared:
    """The proposal as a run whose reply is at hand. Blocking."""
    job = Job(root=proposal.root, picks=(), target=None, requirements=proposal.requirements)
    made = prepare_given(job, proposal.reply, limits)
    request = replace(made.request, run_id=proposal.run_id)
    return replace(made, request=request, project_run=proposal.project_run)
