"""Runs of the past in the plain mode: listed, and taken up again."""

from __future__ import annotations

from pathlib import Path

from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.headless.plain.run import tell_review
from autocoder_tui.review.later_reply import Dropped
from autocoder_tui.runs.conversation import conversation_of
from autocoder_tui.runs.export import WORK, conversation_text
from autocoder_tui.runs.listed_run import files_in_words, when_in_words
from autocoder_tui.runs.restore import model_as_sent, prepared_of
from autocoder_tui.runs.review_record import is_unfinished, kept_notes, proposals_of, reopen_run
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.rounds import proposal_before
from autocoder_tui.runs.standing import state_of
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.kept_text import keep_beside

_MOST_LISTED = 20


def list_history(desk: Desk, search: str) -> None:
    """List runs of this project, or those with some words."""
    found = desk.keeping.history.list(str(desk.setup.root), search, _MOST_LISTED, purposes=WORK)
    if not found:
        desk.talk.tell("No run of this project, or none with these words.")
    for run in found:
        parts = [
            run.run_id,
            when_in_words(run.started),
            run.mode,
            run.status,
            run.model,
            files_in_words(run),
            run.name,
        ]
        desk.talk.show(visible(", ".join(filter(None, parts))))


def resume(desk: Desk, reference: str) -> None:
    """Take up a kept run: its review as it was left, its text to go on with."""
    session = desk.session
    if session is not None and session.unwritten:
        if not desk.talk.agrees(f"{session.unwritten} Leave this review? It stays in the history."):
            return
    run = desk.keeping.history.get(reference or "last")
    if run.snapshot.project != str(desk.setup.root):
        there = visible(run.snapshot.project)
        desk.talk.tell(f"This run belongs to another project. Open it there: {there}")
        return
    _take_up(desk, run)


def offer(desk: Desk) -> None:
    """Say which runs were not finished last time."""
    history = desk.keeping.history
    for summary in history.list(str(desk.setup.root), "", 5, offered=True):
        run = history.get(summary.run_id)
        prepared = prepared_of(run, model_as_sent(run))
        if is_unfinished(run, prepared) or (run.reply and run.status != "finished"):
            name = " ".join(run.name.split())
            desk.talk.tell(
                f"Not finished last time: {name}, {when_in_words(run.started)}. "
                f"resume {run.run_id} takes it up."
            )
        else:
            history.settled(run.run_id)


def _take_up(desk: Desk, run: KeptRun) -> None:
    talk, history = desk.talk, desk.keeping.history
    sent = run.snapshot
    prepared = prepared_of(run, desk.chosen or model_as_sent(run), root=Path(desk.setup.root))
    desk.prepared, desk.state = prepared, state_of(run)
    desk.requirements = desk.requirements or sent.requirements
    desk.picks = desk.picks or tuple(
        path for path in sent.picks if (desk.setup.root / path).is_file()
    )
    talk.tell(f"Run {run.run_id}, {when_in_words(run.started)}, {run.status}: {sent.model}.")
    desk.session = None
    if sent.purpose == "query":
        thread = sent.thread or run.run_id
        earlier = history.thread(thread)
        desk.mode, desk.conversation = "query", conversation_of(thread, earlier, run.run_id)
        talk.show(conversation_text(earlier, run))
        talk.tell("Mode: query. ask goes on from it.")
    else:
        before = proposal_before(history, prepared)
        opened = reopen_run(desk.setup.root, run, prepared, before)
        if opened.reviewable.review.files or opened.reviewable.refused:
            proposed = proposals_of(run, prepared)
            desk.session = ReviewSession(opened.reviewable, proposed, before, kept_notes(run))
            if opened.changed:
                changed = ", ".join(visible(path) for path in opened.changed)
                talk.tell(f"Changed on disk since: {changed}.")
            tell_review(desk)
        else:
            talk.tell("This run proposed no file.")
        for dropped in opened.dropped:
            tell_dropped(desk, dropped)
    history.settled(run.run_id)
    if desk.resumable:
        talk.tell("Its text is not complete: more goes on with it.")


def tell_dropped(desk: Desk, dropped: Dropped) -> None:
    """Say what was decided while the reply came and does not fit any more. What a person typed is
    kept in a file."""
    desk.talk.tell(str(dropped))
    if dropped.edited is not None:
        try:
            file = keep_beside(desk.setup.places.state, "dropped-edit.txt", dropped.edited)
        except AutocoderError as error:
            desk.talk.tell(error.message)
        else:
            desk.talk.tell(f"The edited text is in {visible(str(file))}.")
