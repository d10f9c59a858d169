"""From what a run proposed to the review on the screen, and from there to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
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
    session = app.review_session if prepared.goes_on else None
    earlier = None if session is None else session.review
    reviewable = await asyncio.to_thread(make_review, prepared, proposed, earlier)
    show_review(app, reviewable, proposed)
    if not app.main.offer("review"):
        app.tell("The proposal is ready: F5 reviews it.")
    target = reviewable.target
    if target is not None and all(file.path != target for file in reviewable.review.files):
        app.tell(f"The reply does not hold {target}, the file to write.", severity="warning")


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
            picker.refresh_tree()
        if app.setup.settings.git.commit_after_accept:
            await app.undo_redo.act("commit")
