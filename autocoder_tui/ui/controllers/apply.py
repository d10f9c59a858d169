"""From accepted hunks to files on disk, asking wherever something stands in the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.review import Review
from autocoder_tui.runs.on_disk import review_anew
from autocoder_tui.runs.review_session import ReviewSession, Written
from autocoder_tui.runs.reviewable import Reviewable, after_write, changes_of, in_the_way
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.controllers.concerns import concerns_of, listed
from autocoder_tui.ui.controllers.moved_picks import follow_moves
from autocoder_tui.ui.controllers.review_display import show_session
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.workspace.apply import Applied, apply_changes
from autocoder_tui.workspace.change import HardLinks
from autocoder_tui.workspace.commit import proposed_message
from autocoder_tui.workspace.errors import ChangedOnDisk, HardLinked, NotRecorded, ReadOnly
from autocoder_tui.workspace.git import find_git

_MOST_NAMED = 12
"""Files that a question names one by one."""
_CANCEL = Answer("cancel", "Cancel", "c", harmless=True)


@dataclass
class _Consent:
    """What the user has agreed to so far."""

    overwrite_changed: bool = False
    overwrite_read_only: bool = False
    hard_links: HardLinks = "ask"
    unrecorded: bool = False


async def apply_review(app: Program, session: ReviewSession) -> str | None:
    """Write the accepted hunks as they stand; returns what was written in words, else None.

    Must be called from a worker: it may ask about undecided hunks, about files that changed
    on disk, are read-only or have other names, and when the write could not be undone.
    """
    reviewable, review = session.reviewable, session.review
    changes = changes_of(reviewable, review)
    if not changes:
        app.tell("Nothing is accepted yet: a accepts a hunk, A the whole file.")
        return None
    if there := in_the_way(reviewable, review):
        app.tell(there, severity="warning", timeout=12)
        return None
    if not await _sure(app, session, review):
        return None
    await app.undo_redo.recover()
    consent = _Consent()
    while True:
        try:
            applied = await asyncio.to_thread(
                apply_changes,
                app.root,
                changes,
                overwrite_changed=consent.overwrite_changed,
                overwrite_read_only=consent.overwrite_read_only,
                hard_links=consent.hard_links,
                log=None if consent.unrecorded else app.undo_redo.log,
                title=_title(session),
            )
        except AutocoderError as error:
            if not await _agreed(app, session, error, consent):
                return None
        else:
            written = _written(app, session, review, applied)
            seen = await asyncio.to_thread(after_write, app.root, reviewable, review)
            session.reviewable = seen
            was = {file.path: reviewable.place(file) for file in review.files}
            now = {file.path: seen.place(file) for file in review.files}
            follow_moves(app, {old: new for path, old in was.items() if old and (new := now[path])})
            session.wrote(applied.record, written)
            return app.with_keys(written.line)


async def _agreed(
    app: Program, session: ReviewSession, error: AutocoderError, consent: _Consent
) -> bool:
    """Ask about what stands in the way; returns whether to try again."""
    if isinstance(error, ChangedOnDisk):
        again, over = Answer("again", "Review again", "r"), Answer("over", "Overwrite", "o")
        answer = await _ask(app, "Changed meanwhile", error, again, over)
        if answer == "again":
            await _review_again(app, session)
        consent.overwrite_changed = answer == "over"
        return consent.overwrite_changed
    if isinstance(error, ReadOnly):
        answer = await _ask(app, "Read-only", error, Answer("over", "Write", "w"))
        consent.overwrite_read_only = answer == "over"
        return consent.overwrite_read_only
    if isinstance(error, HardLinked):
        within, replaced = Answer("in", "Write into it", "w"), Answer("re", "Replace", "r")
        answer = await _ask(app, "More than one name", error, within, replaced)
        consent.hard_links = "in place" if answer == "in" else "replace"
        return answer != "cancel"
    if isinstance(error, NotRecorded) and not consent.unrecorded:
        answer = await _ask(app, "No undo", error, Answer("write", "Write without undo", "w"))
        consent.unrecorded = answer == "write"
        return consent.unrecorded
    app.tell(error.message, severity="error", timeout=12)
    return False


async def _ask(app: Program, title: str, error: AutocoderError, *answers: Answer) -> str:
    # Enter, pressed by reflex, writes over nothing.
    start = 0 if answers[0].value == "again" else len(answers)
    question = Question(title, error.message, (*answers, _CANCEL), start=start)
    return await app.push_screen_wait(question)


async def _review_again(app: Program, session: ReviewSession) -> None:
    """Compare the proposal, as edited since, with what is on disk now."""
    while True:
        review = session.review
        try:
            reviewable = await asyncio.to_thread(review_anew, app.root, session.reviewable, review)
        except AutocoderError as error:
            app.tell(error.message, severity="error")
            return
        if app.review_session is not session:
            return
        if session.review is review:
            break  # else something was decided meanwhile, and stays decided
    show_session(app, session.anew(reviewable))


def _title(session: ReviewSession) -> str:
    """What was asked for, in one line."""
    prepared = session.reviewable.prepared
    return "" if prepared is None else proposed_message(prepared.request.requirements)


def _written(app: Program, session: ReviewSession, review: Review, applied: Applied) -> Written:
    parts = [_in_words(file) for file in review.files if file.writes]
    parts += [f"{visible(f.path)} as before" for f in session.reviewable.taken_back(review)]
    undoable = applied.record is not None
    return Written(review, ", ".join(parts), undoable, undoable and find_git(app.root) is not None)


def _in_words(file: FileReview) -> str:
    """What was done to a file, safe to show."""
    if file.removes:
        return f"{file.names} deleted"
    if file.moves:
        lines = f" ({file.accepted_lines})" if any(file.accepted_lines) else ""
        return f"{file.names}{lines}"
    return f"{visible(file.final_path)} ({file.accepted_lines})"


def _acts(reviewable: Reviewable, review: Review) -> list[str]:
    """What deletes and renames files, with what speaks against it, as lines to show."""
    said: list[str] = []
    for file in review.files:
        if file.removes and reviewable.place(file) is not None:
            said.append(f"− deletes {file.names} ({file.accepted_lines})")
        elif file.moves and reviewable.place(file) != file.path:
            lines = file.accepted_lines if any(file.accepted_lines) else "text unchanged"
            said.append(f"→ renames {file.names} ({lines})")
        else:
            continue
        said += [f"  ! {caution}" for caution in reviewable.cautions.get(file.path, ())]
    return said


def _changed(reviewable: Reviewable, review: Review) -> list[str]:
    """The files that are written in their place, with how many lines come and go."""
    files = [
        file
        for file in review.files
        if file.writes and not file.removes and reviewable.place(file) == file.path
    ]
    said = [_with_figures(file) for file in files[:_MOST_NAMED]]
    more = len(files) - _MOST_NAMED
    return [*said, *([f"  and {more} more files"] if more > 0 else [])]


def _with_figures(file: FileReview) -> str:
    new = " (new)" if file.is_new else ""
    return f"  {file.accepted_lines!s:>9}  {visible(file.path)}{new}"


def _taken_back(session: ReviewSession, review: Review) -> list[str]:
    """The files that were written, and get back what they held before."""
    return [f"  as before  {visible(f.path)}" for f in session.reviewable.taken_back(review)]


def _undecided(review: Review) -> list[str]:
    """How many hunks nobody decided on, and in which files."""
    count = review.counts.undecided
    if not count:
        return []
    files = [file for file in review.files if file.counts.undecided]
    named = [f"{file.names} ({file.counts.undecided})" for file in files[:_MOST_NAMED]]
    more = len(files) - _MOST_NAMED
    where = ", ".join(named) + (f" and {more} more files" if more > 0 else "")
    return ["", f"{count} undecided hunk{'s' * (count != 1)} will not be written: {where}"]


def _question(review: Review) -> str:
    count = sum(file.writes for file in review.files)
    return f"Write {count} file{'s' * (count != 1)}?" if count else "Take back what was written?"


async def _sure(app: Program, session: ReviewSession, review: Review) -> bool:
    """Ask where files go or get other names, where accepted hunks are suspicious, or where others
    were not looked at."""
    reasons = _acts(session.reviewable, review)
    cautioned = len(reasons) > sum(file.moves or file.removes for file in review.files)
    reasons += _undecided(review)
    fresh = session.acknowledged.fresh(await concerns_of(review))
    if fresh:
        reasons.append(listed(fresh))
    if not reasons:
        return True
    question = Question(
        _question(review),
        "\n".join([*_changed(session.reviewable, review), *_taken_back(session, review), *reasons]),
        (Answer("write", "Write", "w"), _CANCEL),
        start=1 if fresh or cautioned else 0,
    )
    if await app.push_screen_wait(question) != "write":
        return False
    session.acknowledged.add(fresh)
    return True
