"""Puts a review on the screen in the place of the one before, or takes it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.review.returned import RejectedChange
from autocoder_tui.review.review import Review
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.review.pane import ReviewPane


def show_review(
    app: Program,
    reviewable: Reviewable,
    proposed: Sequence[FileProposed],
    before: Review | None = None,
    notes: Mapping[RejectedChange, str] | None = None,
) -> None:
    """Begin deciding on what a run `proposed`, or go on with it, in the pane of the review. The
    rest is as for `ReviewSession`."""
    app.review_session = session = ReviewSession(reviewable, proposed, before, notes)
    app.main.query_one(ReviewPane).show(session)
    app.main.mark("review", f" {session.review.counts.total}")
    app.reviews.changed()
    app.session.changed()
    app.project.review_changed()


def clear_review(app: Program) -> None:
    """A run begins whose proposal takes the place of what is on the screen."""
    app.review_session = None
    app.main.query_one(ReviewPane).show(None)
    app.main.mark("review", "")
    app.project.review_changed()
