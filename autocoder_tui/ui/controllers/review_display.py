"""Puts a review on the screen in the place of the one before, or takes it off."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.later_reply import Dropped
from autocoder_tui.review.returned import RejectedChange
from autocoder_tui.review.review import Review
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.kept_text import keep_beside
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.check.pane import CheckPane
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.file_tabs import FileState
from autocoder_tui.ui.widgets.stream.pane import FileFigures, StreamPane


def show_review(
    app: Program,
    reviewable: Reviewable,
    proposed: Sequence[FileProposed],
    before: Review | None = None,
    notes: Mapping[RejectedChange, str] | None = None,
    coming: tuple[str, ...] | None = None,
) -> None:
    """Begin deciding on what a run `proposed`, or go on with it, in the pane of the review. The
    rest is as for `ReviewSession`."""
    session = ReviewSession(reviewable, proposed, before, notes)
    session.coming = coming
    show_session(app, session)


def show_session(app: Program, session: ReviewSession) -> None:
    """Decide on that from here on."""
    app.review_session = session
    app.main.query_one(ReviewPane).show(session)
    decide_check_on(app, session)
    mark_review(app)
    _tell_others(app)


def take_later(
    app: Program,
    reviewable: Reviewable,
    proposed: Sequence[FileProposed],
    coming: tuple[str, ...] | None,
) -> None:
    """Go on in the review on the screen with what its run has brought by now."""
    session = app.review_session
    if session is not None:
        # A verdict on the way there was given to what is taken the place of.
        app.main.query_one(ReviewPane).settle()
        show_later(app, session.take_later(reviewable, proposed, coming))


def show_later(app: Program, dropped: Sequence[Dropped]) -> None:
    """The review on the screen has more in it by now; what had to be `dropped` for it is said."""
    session = app.review_session
    if session is None:
        return
    app.main.query_one(ReviewPane).show_later()
    mark_review(app)
    _tell_others(app)
    if dropped:
        app.run_worker(tell_dropped(app, dropped))


def mark_review(app: Program) -> None:
    """Say behind the tab of the review how much is undecided."""
    session = app.review_session
    if session is not None:
        app.main.mark("review", f" {session.review.counts.undecided or '✓'}{_so_far(session)}")


def _so_far(session: ReviewSession) -> str:
    return "" if session.coming is None else "…"


def _tell_others(app: Program) -> None:
    app.reviews.changed()
    app.session.changed()
    app.project.review_changed()


async def tell_dropped(app: Program, dropped: Sequence[Dropped]) -> None:
    """Say what was decided and does not fit any more. What a person typed is kept in a file."""
    for each in dropped:
        said = str(each)
        if each.edited is not None:
            keep = (app.setup.places.state, "dropped-edit.txt", each.edited)
            try:
                file = await asyncio.to_thread(keep_beside, *keep)
                said += f" The edited text is in {visible(str(file))}."
            except AutocoderError as error:
                said += f" {error.message}"
        app.tell(said, severity="warning", timeout=12)


def show_figures(app: Program, reviewable: Reviewable, proposed: Sequence[FileProposed]) -> None:
    """Say in the tabs of the output what becomes of each file."""
    figures = {name: FileFigures("not offered") for name, _ in reviewable.refused}
    reviewed = {file.path: file for file in reviewable.review.files}
    for proposal in proposed:
        file = reviewed.get(proposal.path)
        if file is not None and proposal.path not in figures:
            figures[proposal.path] = _figures_of(file)
    app.main.query_one(StreamPane).tell(figures)


def _figures_of(file: FileReview) -> FileFigures:
    state: FileState = "whole" if file.complete else "cut off"
    if not file.hunks:
        return FileFigures("unchanged", "unchanged")
    if file.is_new:
        return FileFigures(state, f"new +{file.lines.added}")
    return FileFigures(state, "" if file.acts and not any(file.lines) else str(file.lines))


def clear_review(app: Program) -> None:
    """A run begins whose proposal takes the place of what is on the screen."""
    app.review_session = None
    app.main.query_one(ReviewPane).show(None)
    decide_check_on(app, None)
    app.main.mark("review", "")
    app.project.review_changed()


def decide_check_on(app: Program, session: ReviewSession | None) -> None:
    """A check would be of that review from here on: what the last one said of another stands no
    longer behind the tab."""
    if app.main.query_one(CheckPane).decide_on(session):
        app.main.mark("check", "")
