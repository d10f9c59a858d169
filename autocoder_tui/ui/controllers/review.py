"""From what a run proposed to the review on the screen, and from there to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.file_review import Review
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.ui.controllers.apply import apply_review
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane


async def review_proposal(
    app: Program, prepared: Prepared, proposed: Sequence[FileProposed]
) -> None:
    """Show what was proposed, compared with what the model was given."""
    reviewable = await asyncio.to_thread(make_review, prepared, proposed)
    show_review(app, reviewable, proposed)
    if not app.main.offer("review"):
        app.tell("The proposal is ready: F5 reviews it.")
    target = reviewable.target
    if target is not None and all(file.path != target for file in reviewable.review.files):
        app.tell(f"The reply does not hold {target}, the file to write.", severity="warning")


def show_review(app: Program, reviewable: Reviewable, proposed: Sequence[FileProposed]) -> None:
    """Begin deciding on what a run `proposed`, or go on with it, in the pane of the review."""
    app.reviewable = reviewable
    app.undoing.begin_review()
    app.main.query_one(ReviewPane).show(reviewable)
    app.main.mark("review", f" {sum(len(file.hunks) for file in reviewable.review.files)}")
    app.reviews.began(proposed)
    app.session.changed()


async def write_accepted(app: Program, review: Review) -> None:
    """Write the accepted hunks of `review`, and say what was written."""
    pane = app.main.query_one(ReviewPane)
    if app.reviewable is None:
        return
    if pane.written:
        app.tell("These hunks are written already.")
        return
    written = await apply_review(app, app.reviewable, review)
    if written is not None:
        pane.show_written(written)
        app.main.log_line(written)
        app.main.query_one(FilePicker).refresh_tree()
        if app.setup.settings.git.commit_after_accept:
            await app.undoing.act("commit")
