"""Writing what was accepted in the plain mode, asking wherever something stands in the way;
and taking it back."""

from __future__ import annotations

from dataclasses import dataclass

from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.plain.check import may_write
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.headless.plain.review import lines_in_words
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.warnings import warnings
from autocoder_tui.runs.on_disk import review_anew
from autocoder_tui.runs.review_session import ReviewSession, Written
from autocoder_tui.runs.reviewable import (
    after_write,
    changes_of,
    in_the_way,
    places_after,
    seen_anew,
)
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.apply import Applied, apply_changes
from autocoder_tui.workspace.change import Change, HardLinks
from autocoder_tui.workspace.commit import proposed_message
from autocoder_tui.workspace.errors import ChangedOnDisk, HardLinked, NotRecorded, ReadOnly
from autocoder_tui.workspace.recovery import recover
from autocoder_tui.workspace.undo import Changed, Moved, redo, undo


@dataclass
class _Consent:
    """What was agreed to so far."""

    overwrite_changed: bool = False
    overwrite_read_only: bool = False
    hard_links: HardLinks = "ask"
    unrecorded: bool = False


def write(desk: Desk, _: str) -> None:
    """Write the accepted hunks."""
    session, talk = desk.session, desk.talk
    if session is None:
        talk.tell("There is nothing to write: no proposal is under review.")
        return
    if session.written:
        talk.tell("These hunks are written already.")
        return
    changes = changes_of(session.reviewable, session.review)
    if not changes:
        talk.tell("Nothing is accepted yet: review goes through the hunks.")
        return
    if there := in_the_way(session.reviewable, session.review):
        talk.tell(there)
        return
    if not may_write(desk, session) or not _sure(desk, session):
        talk.tell("Nothing was written.")
        return
    recover_writes(desk)
    applied = _apply(desk, session, changes)
    if applied is None:
        talk.tell("Nothing was written.")
        return
    _wrote(desk, session, applied)


def _sure(desk: Desk, session: ReviewSession) -> bool:
    """Say what is written, and what speaks against it; whether it is to be."""
    review, talk, cautioned = session.review, desk.talk, False
    for file in review.files:
        if file.writes:
            talk.tell(f"To be written: {_in_words(file)}")
        if file.removes or file.moves:
            for caution in session.reviewable.cautions.get(file.path, ()):
                talk.tell(f"Warning: {caution}")
                cautioned = True
    for file in session.taken_out:
        talk.tell(f"To be as before: {visible(file.path)}")
    undecided = review.counts.undecided
    if undecided:
        talk.tell(f"{undecided} hunk{'s are' if undecided != 1 else ' is'} undecided: not written.")
    found = {file.path: warnings(file, file.result()) for file in review.files if file.writes}
    fresh = session.acknowledged.fresh(found)
    for path, texts in fresh.items():
        for text in texts:
            talk.tell(f"Warning: {visible(path)}: {text}")
    if not talk.agrees("Write this?", default=not (fresh or cautioned)):
        return False
    session.acknowledged.add(fresh)
    return True


def _apply(desk: Desk, session: ReviewSession, changes: list[Change]) -> Applied | None:
    consent = _Consent()
    prepared = session.reviewable.prepared
    title = "" if prepared is None else proposed_message(prepared.request.requirements)
    while True:
        try:
            return apply_changes(
                desk.setup.root,
                changes,
                overwrite_changed=consent.overwrite_changed,
                overwrite_read_only=consent.overwrite_read_only,
                hard_links=consent.hard_links,
                log=None if consent.unrecorded else desk.writes,
                title=title,
            )
        except AutocoderError as error:
            desk.talk.tell(error.message)
            if not _agreed(desk, session, error, consent):
                return None


def _agreed(desk: Desk, session: ReviewSession, error: AutocoderError, consent: _Consent) -> bool:
    """Ask about what stands in the way; whether to try again."""
    talk = desk.talk
    if isinstance(error, ChangedOnDisk):
        answers = {"r": "review again, against what is there now", "o": "overwrite", "c": "cancel"}
        answer = talk.choose("It was changed meanwhile. What now?", answers, "c")
        if answer == "r":
            _review_again(desk, session)
        consent.overwrite_changed = answer == "o"
        return consent.overwrite_changed
    if isinstance(error, ReadOnly):
        consent.overwrite_read_only = talk.agrees("Write it all the same?")
        return consent.overwrite_read_only
    if isinstance(error, HardLinked):
        answers = {"w": "write into it", "r": "replace it", "c": "cancel"}
        answer = talk.choose("It has other names. What now?", answers, "c")
        consent.hard_links = "in place" if answer == "w" else "replace"
        return answer != "c"
    if isinstance(error, NotRecorded) and not consent.unrecorded:
        consent.unrecorded = talk.agrees("Write without undo?")
        return consent.unrecorded
    return False


def _review_again(desk: Desk, session: ReviewSession) -> None:
    """Compare the proposal with what is on disk now."""
    again = review_anew(desk.setup.root, session.reviewable, session.review)
    desk.session = session.anew(again)
    desk.keep_review()
    desk.talk.tell("The review is against what is on disk now: review goes through it again.")


def _wrote(desk: Desk, session: ReviewSession, applied: Applied) -> None:
    review = session.review
    parts = [_in_words(file) for file in review.files if file.writes]
    parts += [f"{visible(file.path)} as before" for file in session.taken_out]
    undoable = applied.record is not None
    before = session.reviewable
    session.reviewable = after_write(desk.setup.root, before, review)
    _follow_moves(desk, session, {file.path: before.place(file) for file in review.files})
    session.wrote(applied.record, Written(review, ", ".join(parts), undoable))
    desk.keep_review()
    undoes = " undo takes it back." if undoable else ""
    desk.talk.tell(f"Written: {', '.join(parts)}.{undoes}")


def _follow_moves(desk: Desk, session: ReviewSession, was: dict[str, str | None]) -> None:
    """What is picked stays picked under its new name."""
    moved = {
        old: session.reviewable.place(file)
        for file in session.review.files
        if (old := was[file.path]) is not None
    }
    desk.picks = tuple(now for path in desk.picks if (now := moved.get(path, path)) is not None)


def _in_words(file: FileReview) -> str:
    lines = file.accepted_lines
    said = lines_in_words(lines)
    if file.removes:
        return f"{file.names} deleted"
    if file.moves:
        return f"{file.names} renamed, {said}"
    return f"{visible(file.final_path)}, {said}"


def recover_writes(desk: Desk) -> None:
    """Finish or take back a write that a crash cut short."""
    log = desk.writes
    for recovered in () if log is None else recover(log):
        desk.talk.tell(recovered.message)


def undo_write(desk: Desk, _: str) -> None:
    """Take back what was written last."""
    _move(desk, forward=False)


def redo_write(desk: Desk, _: str) -> None:
    """Write again what was taken back last."""
    _move(desk, forward=True)


def _move(desk: Desk, *, forward: bool) -> None:
    talk, log = desk.talk, desk.writes
    recover_writes(desk)
    entry = None if log is None else log.next_undone() if forward else log.last_applied()
    if log is None or entry is None:
        talk.tell(f"{'No undone write' if forward else 'No write'} of this project is remembered.")
        return
    record = entry.record
    talk.tell(f"{record.when}: {record.names}. {visible(record.title).strip()}".strip())
    if not talk.agrees("Write it again?" if forward else "Take it back?", default=True):
        return
    changed: Changed = "ask"
    while True:
        try:
            moved = (redo if forward else undo)(log, record, changed=changed)
        except ChangedOnDisk as error:
            talk.tell(error.message)
            answers = {"o": "overwrite", "l": "leave those files", "c": "cancel"}
            answer = talk.choose("Changed since. What now?", answers, "c")
            if answer == "c":
                return
            changed = "overwrite" if answer == "o" else "leave"
        else:
            _moved(desk, moved, record.id, forward=forward)
            return


def _moved(desk: Desk, moved: Moved, was: str, *, forward: bool) -> None:
    left = ", ".join(visible(name) for name in moved.left)
    done = "Written again" if forward else "As before"
    desk.talk.tell(f"{done}: {moved.record.names}." + (f" Left as they are: {left}." * bool(left)))
    renamed = [f for f in moved.record.files if f.moved_from and f.path not in moved.left]
    names = {f.path: f.moved_from for f in renamed}
    if forward:
        names = {f.moved_from: f.path for f in renamed}
    desk.picks = tuple(names.get(path, path) for path in desk.picks)
    session = desk.session
    if session is not None and session.holds(was):
        places = places_after(session.reviewable, moved.record, forward=forward, left=moved.left)
        session.reviewable = seen_anew(desk.setup.root, session.reviewable, places)
        session.write_moved(was, moved.record.id, forward=forward, whole=not moved.left)
        desk.keep_review()
