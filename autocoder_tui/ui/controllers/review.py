"""From what a run proposed to the review on the screen, and from there to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.review import Review
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.rounds import proposal_before
from autocoder_tui.ui.controllers.apply import apply_review
from autocoder_tui.ui.controllers.review_display import show_review
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane


async def review_proposal(
    app: Program, prepared: Prepared, proposed: Sequence[FileProposed]
) -> None:
    """Show what was proposed, compared with what the model was given.

    What was decided in the review that the run goes on with stays decided.
    """
    earlier = reviewed_before(app, prepared)
    if earlier is None and prepared.goes_on:
        history = app.runner.keeping.history
        earlier = await asyncio.to_thread(proposal_before, history, prepared)
    reviewable = await asyncio.to_thread(make_review, prepared, proposed, earlier)
    show_review(app, reviewable, proposed, earlier)
    if prepared.feedback is not None:
        app.modes.answered(prepared.feedback.rounds[-1].complaint)
    if not app.main.offer("review"):
        app.tell("The proposal is ready: F5 reviews it.")
    target = reviewable.target
    if target is not None and all(file.path != target for file in reviewable.review.files):
        app.tell(f"The reply does not contain {target}, the file to write.", severity="warning")


def reviewed_before(app: Program, prepared: Prepared) -> Review | None:
    """The review on the screen where `prepared` goes on with it."""
    session = app.review_session
    if session is None or not prepared.goes_on:
        return None
    return session.review if session.run_id == prepared.parent else None


async def write_accepted(app: Program) -> None:
    """Write the accepted hunks of the review on the screen, and say what was written."""
    session = app.review_session
    if session is None:
        return
    if session.written:
        app.tell("These hunks are written already.")
        return
    if not await app.proposal_check.may_write(session):
        return
    written = await apply_review(app, session)
    if written is None:
        return
    # Left while it was written, there are no panes to show it in any more.
    if panes := app.main.query(ReviewPane):
        panes.first().show_again()
        app.main.log_line(written)
        for picker in app.main.query(FilePicker):
            picker.action_read_again()
        if app.setup.settings.git.commit_after_accept:
            await app.undo_redo.act("commit")
