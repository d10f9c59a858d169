"""From what a run proposed to the review on the screen, and from there to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.review.review import Review
from autocoder_tui.runs.files_so_far import proposed_so_far
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.rounds import proposal_before
from autocoder_tui.ui.controllers.apply import apply_review
from autocoder_tui.ui.controllers.review_display import show_figures, show_review, take_later
from autocoder_tui.ui.controllers.review_so_far import is_so_far
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane

_OVERTAKEN = (
    "What the run before proposed was still compared with the files when something newer was "
    "asked for, so it is not shown: {history.show} opens it."
)


async def review_proposal(
    app: Program,
    prepared: Prepared,
    proposed: Sequence[FileProposed],
    is_newest: Callable[[Prepared], bool],
    *,
    offered: bool = True,
) -> None:
    """Show what was proposed, compared with what the model was given.

    What was decided in the review that the run goes on with stays decided, and so does what was
    decided while the reply came. Unless it is `offered` the pane is not gone to. Where another
    review was opened meanwhile, or it `is_newest` no more, that is left in its place.
    """
    session, before = app.review_session, None
    if prepared.goes_on and reviewed_before(app, prepared) is None:
        history = app.runner.keeping.history
        before = await asyncio.to_thread(proposal_before, history, prepared)
    while True:
        earlier = reviewed_before(app, prepared) or before
        reviewable = await asyncio.to_thread(make_review, prepared, proposed, earlier)
        if (reviewed_before(app, prepared) or before) is earlier:
            break  # else something was decided there meanwhile, and stays decided
    if app.review_session is not session or not is_newest(prepared):
        app.tell(app.with_keys(_OVERTAKEN), severity="warning", timeout=12)
        return
    if session is not None and is_so_far(app, prepared):
        take_later(app, reviewable, proposed, None)
    else:
        show_review(app, reviewable, proposed, earlier)
    show_figures(app, reviewable, proposed)
    if not offered and app.review_session is not None:
        app.review_session.is_cut_short = True
    if prepared.feedback is not None:
        app.modes.answered(prepared.feedback.rounds[-1].complaint)
    if not offered:
        app.tell(
            f"Stopped. {app.key('pane.review')} reviews the files that came; "
            f"{app.key('run.continue')} goes on with the text."
        )
    elif not app.main.offer("review"):
        app.tell(f"The proposal is ready: {app.key('pane.review')} reviews it.")
    target = reviewable.target
    if target is not None and all(file.path != target for file in reviewable.review.files):
        app.tell(f"The reply does not contain {target}, the file to write.", severity="warning")


async def review_what_came(
    app: Program, prepared: Prepared, state: RunState, is_newest: Callable[[Prepared], bool]
) -> None:
    """Show the files of a reply that did not come to its end, for it was stopped or failed."""
    joins = tuple(state.joins)
    proposed = await asyncio.to_thread(proposed_so_far, prepared, state.text, joins)
    await review_proposal(app, prepared, proposed, is_newest, offered=False)


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
    if session.why_not_written:
        app.tell(app.with_keys(session.why_not_written), severity="warning")
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
