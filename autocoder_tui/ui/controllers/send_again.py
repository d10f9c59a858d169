"""A proposal sent back to the model: with a note, or with whatever else is wrong with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.later_reply import has_same_hunks
from autocoder_tui.review.review import Review
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.rework import Complaint, rework
from autocoder_tui.ui.controllers.runner import UNDER_WAY
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.instruction import KEPT, NoteDialog
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.review.pane import ReviewPane

_ANOTHER = "The review has changed meanwhile, so nothing was sent."
_NOTE_KEPT = "Your note is there again when you reject with a note."


async def reject_with_note(app: Program, pane: ReviewPane, *, unplaced: bool = False) -> None:
    """Reject the hunk under the cursor, and run again with all rejected hunks and a note. With
    `unplaced` it is for the changes that have no place, and no hunk is rejected for it."""
    session, chosen = app.review_session, app.chosen
    if session is None or pane.file is None or chosen is None:
        return
    review, prepared = session.review, session.reviewable.prepared
    if prepared is None:
        return
    if app.runner.running:
        app.tell(app.with_keys(UNDER_WAY), severity="warning")
        return
    if not unplaced and not review.counts.rejected and pane.diff.cursor >= 0:
        changed = pane.file.with_verdict(pane.diff.cursor, Verdict.REJECTED)
        review = review.with_file(changed)
    count = review.counts.rejected
    left = sum(len(file.edits.unplaced) for file in review.files if file.edits)
    what = f"{count} rejected hunk{'s' * (count != 1)}" if count or not left else ""
    if left:
        changes = f"{left} change{'s' * (left != 1)} without a place"
        what = f"{what} and {changes}" if what else changes
    hint = (
        f"{what} {'go' if count + left != 1 else 'goes'} back to the model with this "
        "note, in a new run on the same files. What you accepted stays accepted; nothing is "
        "written meanwhile. Say what to do instead:"
    )
    file, hunk = pane.file, pane.diff.cursor
    known = session.note_on(file, hunk)
    title = "Reject with a note"
    kind = TextDialog if unplaced else NoteDialog
    note, way = await app.dialog_drafts.ask_which(kind, title, hint, known)
    if note is None or not (note.strip() or known):
        return
    if way == KEPT and hunk >= 0:
        if app.review_session is session and (now := _now_of(session, file)) is not None:
            _keep_note(app, pane, now, hunk, note)
            return
        app.tell(f"{_ANOTHER} {_NOTE_KEPT}", severity="warning")
    else:
        complaint = Complaint(note, notes=session.notes)
        limits = app.spending.limits(prepared.request.limits)
        if await send_again(app, session, prepared, review, note, limits, complaint):
            return
    app.dialog_drafts.keep(title, known, note)


def _now_of(session: ReviewSession, file: FileReview) -> FileReview | None:
    """The file as it is decided on by now; None where its hunks are others."""
    return next((now for now in session.review.files if has_same_hunks(now, file)), None)


def _keep_note(app: Program, pane: ReviewPane, file: FileReview, hunk: int, note: str) -> None:
    session = app.review_session
    if session is None:
        return
    session.keep_note(file, hunk, note)
    changed = file.with_verdict(hunk, Verdict.REJECTED)
    pane.take(session.review.with_file(changed))
    app.reviews.changed()
    app.tell(
        f"Kept with the hunk: feedback ({app.key('mode.next')}) tells the model of all that is "
        "rejected."
    )


async def send_again(
    app: Program,
    session: ReviewSession | None,
    prepared: Prepared,
    review: Review,
    instruction: str,
    limits: Limits,
    complaint: Complaint | None = None,
) -> bool:
    """Run again on what stands of `review`, which is that of `prepared`, as for `rework`; whether
    the run was begun. Nothing is sent where the review on the screen is another by then than
    `session` has it."""
    chosen, setup = app.chosen, app.setup
    if chosen is None or app.runner.running:
        return False
    seen = None if session is None else session.review
    if not await app.spending.may_run(chosen.model, limits):
        return False
    before = replace(prepared, request=replace(prepared.request, limits=limits))

    def make() -> Prepared:
        return rework(before, review, instruction, chosen, complaint, load_guidance(setup))

    try:
        again = await asyncio.to_thread(make)
    except AutocoderError:
        pass  # told by the run itself
    else:
        if (await app.keys_asked_about.decide(app, again.request))[0] != "send":
            return False
    now = app.review_session
    if now is not session or (now is not None and now.review is not seen) or app.runner.running:
        app.tell(_ANOTHER, severity="warning")
        return False
    if now is not None:
        app.main.query_one(ReviewPane).take(review)
    app.estimator.sent(app.job(), chosen)
    app.runner.start(make)
    return True
