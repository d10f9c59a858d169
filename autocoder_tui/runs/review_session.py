"""The review on the screen: all that is known of it, in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.acknowledged import Acknowledged
from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.later_reply import GOES_ON, Dropped, decided_on, dropped_from, is_same
from autocoder_tui.review.returned import RejectedChange, change_of
from autocoder_tui.review.review import Review
from autocoder_tui.review.verdict_history import (
    Place,
    Standing,
    VerdictHistory,
    change_in_words,
    first_change,
)
from autocoder_tui.review.warnings import warnings as concerns_in
from autocoder_tui.runs.proof import Checked, failed_in_brief, in_words, tried_part
from autocoder_tui.runs.reviewable import Reviewable
from autocoder_tui.values import dataclass

# Keys stand in them by the names of their bindings.
STILL_COMING: Final = (
    "Nothing is written while the reply comes: it may still change. {run.stop} stops it."
)
_AFTER_FAILURE: Final = "{pane.check} shows, {review.send_back} sends back"
_CHECKS: Final = "{review.check}"


@dataclass(frozen=True, slots=True)
class Written:
    """One write of a review: `review` as it was written, and `files` in words.

    `undoable` and `committable` say whether the keys for that would find it.
    """

    review: Review
    files: str
    undoable: bool = False
    committable: bool = False

    @property
    def line(self) -> str:
        """What to show, keys by the names of their bindings. They come first: the line may be cut
        at its end."""
        keys = ", {write.undo} undoes" * self.undoable
        keys += ", {write.commit} commits" * self.committable
        return f"✓ written{keys}: {self.files}"


class ReviewSession:
    """A review from its first look to its last write.

    `reviewable` is what is known of its files on disk, `proposed` what the run proposed,
    `before` the proposal that was complained of, as it was left, `notes` what was said of single
    hunks, `acknowledged` the warnings that were gone on from, `said` a line on the last action, ""
    for none. Everything here changes at once and in place, so that keys typed ahead are decided on
    what the keys before them made.
    """

    def __init__(
        self,
        reviewable: Reviewable,
        proposed: Sequence[FileProposed] = (),
        before: Review | None = None,
        notes: Mapping[RejectedChange, str] | None = None,
    ) -> None:
        self.reviewable = reviewable
        self.proposed = tuple(proposed)
        self.before = before
        self.notes = dict(notes or {})
        self.acknowledged = Acknowledged()
        self.said = ""
        self.checked: Checked | None = None
        """The last check of it that came to its end."""
        self.is_committed = False
        """Whether something that it wrote is in a commit by now."""
        self.coming: tuple[str, ...] | None = None
        """The files that are not whole yet, while the run goes on; None when it has ended."""
        self.is_cut_short = False
        """Whether its run was stopped, or failed, before the reply was whole."""
        self._history = VerdictHistory(Standing(reviewable.review, _warnings_of(reviewable)))
        self._written: Written | None = None
        # The records of the log that this review wrote.
        self._records: dict[str, Written] = {}

    def anew(self, reviewable: Reviewable) -> ReviewSession:
        """The same review against what is on disk by now, as `reviewable` has it: what was said of
        hunks, agreed to and written goes with it."""
        again = ReviewSession(reviewable, self.proposed, self.before, self.notes)
        again.acknowledged, again.is_committed = self.acknowledged, self.is_committed
        again.coming, again.is_cut_short = self.coming, self.is_cut_short
        again._records = self._records
        return again

    @property
    def run_id(self) -> str | None:
        """The run that proposed it, as far as that is known."""
        prepared = self.reviewable.prepared
        return None if prepared is None else prepared.request.run_id

    @property
    def review(self) -> Review:
        return self._history.now.review

    @property
    def warnings(self) -> Mapping[str, tuple[str, ...]]:
        """What to look at before accepting, as sentences by path."""
        return self._history.now.warnings

    @property
    def written(self) -> str:
        """What was written of the review as it stands, in words; "" where that is not on disk."""
        written = self._written
        return written.line if written is not None and written.review == self.review else ""

    @property
    def last_write_takes(self) -> frozenset[str]:
        """What can be done with the write of the review as it stands: "undo", "commit"."""
        written = self._written
        if written is None or not self.written:
            return frozenset()
        possible = {"undo": written.undoable, "commit": written.committable}
        return frozenset(verb for verb, it_is in possible.items() if it_is)

    @property
    def unwritten(self) -> str:
        """What a review that is not written yet still holds, in words; "" for nothing."""
        if self.written:
            return ""
        accepted, undecided = self.review.counts.accepted, self.review.counts.undecided
        if accepted:
            several = "s are" if accepted != 1 else " is"
            return f"{accepted} accepted hunk{several} not written."
        if self.taken_out:
            return "Hunks that were written are no longer accepted, and still on disk."
        if undecided:
            return f"{undecided} hunk{'s are' if undecided != 1 else ' is'} undecided."
        return ""

    @property
    def taken_out(self) -> list[FileReview]:
        """The files that were written and of which nothing is accepted any more."""
        return self.reviewable.taken_back(self.review)

    @property
    def is_edited(self) -> bool:
        """Whether a person has changed a text that is proposed."""
        made = {file.path: file.after for file in self.reviewable.review.files}
        return any(file.after != made.get(file.path, file.after) for file in self.review.files)

    @property
    def is_open(self) -> bool:
        """Whether it is to be there again at the next start, whatever was decided."""
        return self.shows_something and not self.written

    @property
    def shows_something(self) -> bool:
        """Whether any file is proposed, or refused."""
        return bool(self.review.files or self.reviewable.refused)

    @property
    def summary(self) -> str:
        """The line below the diff: what the last action did, what is decided, what it writes."""
        stands = self.written or self.review.summary_taking_back(self.taken_out)
        if self.coming is not None:
            stands = f"{self.review.counts} · still coming: not written yet"
        return f"{self.said} · {stands}" if self.said else stands

    @property
    def check_holds(self) -> bool:
        """Whether the last check was of what the verdicts now come to."""
        if self.checked is None:
            return False
        try:
            now = tried_part(self.reviewable, self.review)
        except AutocoderError:
            return False
        return now.changes == self.checked.tried.changes

    @property
    def check_line(self) -> str:
        """What came of the last check, in a line that may be cut at its end, keys by the names of
        their bindings; "" for none."""
        if self.checked is None:
            return ""
        words = in_words(self.checked.result)
        if self.check_holds:
            if self.checked.result.passed:
                return words
            return f"✗ {failed_in_brief(self.checked.result)}: {_AFTER_FAILURE} · {words[2:]}"
        return f"· checked before the last verdicts, {_CHECKS} again: {words}"

    # ------------------------------------------------------------------ a reply that still comes

    @property
    def why_not_written(self) -> str:
        """Why nothing of it can be written now; "" where it can."""
        return "" if self.coming is None else STILL_COMING

    def comes(self, path: str) -> bool:
        """Whether more of the file at `path` is to come."""
        return any(normal_path(name) == path for name in self.coming or ())

    def take_later(
        self,
        reviewable: Reviewable,
        proposed: Sequence[FileProposed],
        coming: tuple[str, ...] | None,
    ) -> list[Dropped]:
        """Go on with what the run has brought by now, `coming` being what is not whole yet.

        Verdicts, splits and edits stay with their hunks, and every action can still be taken back.
        Returns what could not stay, for the reply holds another text of its file by now.
        """
        made = {file.path: file for file in self.reviewable.review.files}
        fresh_warnings, fresh = _warnings_of(reviewable), reviewable.review.files
        # Most states of the history share their files.
        known_by_now: dict[tuple[int, str], FileReview] = {}

        def now_of(file: FileReview, known: FileReview | None) -> FileReview:
            if known is None or file.path not in made:
                return file
            key = (id(known), file.path)
            if key not in known_by_now:
                known_by_now[key] = decided_on(file, known, made[file.path])
            return known_by_now[key]

        def later(standing: Standing) -> Standing:
            known = {file.path: file for file in standing.review.files}
            files = tuple(now_of(file, known.get(file.path)) for file in fresh)
            warned = dict(fresh_warnings)
            for now, file in zip(files, fresh, strict=True):
                if now.after != file.after:
                    warned[now.path] = (*reviewable.remarks(now), *concerns_in(now))
            return Standing(Review(files), warned)

        before = self.review
        self._history = self._history.mapped(later)
        self.reviewable, self.proposed, self.coming = reviewable, tuple(proposed), coming
        now = {file.path: file for file in self.review.files}
        lost = (dropped_from(f, made.get(f.path, f), now.get(f.path)) for f in before.files)
        going_on = (each for each in lost if each is not None)
        return [replace(each, why=GOES_ON) if self.comes(each.path) else each for each in going_on]

    # ------------------------------------------------------------------ deciding

    def note_on(self, file: FileReview, hunk: int) -> str:
        """What was said of that hunk, "" for nothing."""
        if not self.notes or not 0 <= hunk < len(file.hunks):
            return ""
        return self.notes.get(change_of(file, hunk), "")

    def notes_on(self, file: FileReview) -> list[str]:
        """What was said of hunks of `file`, each with its line."""
        said = []
        for number, hunk in enumerate(file.hunks) if self.notes else ():
            note = self.note_on(file, number)
            if note:
                said.append(f"line {hunk.old_start + 1}: {' '.join(note.split())}")
        return said

    def keep_note(self, file: FileReview, hunk: int, note: str) -> None:
        """Say this of a hunk; "" takes back what was said."""
        change = change_of(file, hunk)
        self.notes.pop(change, None)
        if note.strip():
            self.notes[change] = note.strip()

    def decide(self, review: Review, *, tell: bool = False) -> None:
        """Go on with `review`, a later state of this one; `tell` says how many hunks changed."""
        self._act(Standing(review, self.warnings), tell)

    def with_decided(self, decided: FileReview) -> Review | None:
        """The review with `decided`, a state of one of its files that somebody saw; None where it
        has none like that: it was of another proposal.

        The end of a run may have said more of the file meanwhile. While the reply comes more of it
        may have come: what was decided stays with its hunks.
        """
        for file in self.review.files:
            if is_same(file, decided):
                return self.review.with_file(
                    replace(decided, complete=file.complete, remark=file.remark)
                    if (decided.complete, decided.remark) != (file.complete, file.remark)
                    else decided
                )
            if self.coming is not None and file.path == decided.path:
                return self.review.with_file(file.decided_like(decided))
        return None

    def edit(self, file: FileReview, warnings: Sequence[str]) -> None:
        """Take `file`, whose text was edited, for the one of the same path."""
        looked_at = (*self.reviewable.remarks(file), *warnings)
        warned = {**self.warnings, file.path: looked_at}
        self._act(Standing(self.review.with_file(file), warned), tell=False)

    def _act(self, now: Standing, tell: bool) -> None:
        before = self.review
        self._history = self._history.then(now)
        self.said = ""
        if tell and self.review != before:
            self.said = f"{change_in_words(before, self.review)}, - takes that back"

    def take_back(self) -> Place | None:
        """Take back the last action. Returns where that shows; None where there was none."""
        return self._go(self._history.taken_back(), "taken back: ", " again")

    @property
    def why_none_taken_back(self) -> str:
        """What to say where no action is left to take back."""
        prepared = self.reviewable.prepared
        if prepared is not None and prepared.goes_on:
            return "Nothing to take back here: the proposal before your note is in the history."
        return "There is nothing to take back."

    def do_again(self) -> Place | None:
        """Do again what was taken back last. Returns where; None where there is nothing."""
        return self._go(self._history.done_again(), "done again: ", "")

    def _go(self, history: VerdictHistory, what: str, again: str) -> Place | None:
        if history is self._history:
            return None
        before, self._history = self.review, history
        self.said = what + change_in_words(before, self.review, again)
        return first_change(before, self.review)

    # ------------------------------------------------------------------ writing

    def wrote(self, record: str | None, written: Written) -> None:
        """It is on disk as `written` says; `record` of the log can undo that."""
        self._written, self.said = written, ""
        if record is not None:
            self._records[record] = written

    def holds(self, record: str) -> bool:
        """Whether `record` of the log is a write of this review."""
        return record in self._records

    def write_moved(self, was: str, record: str, *, forward: bool, whole: bool = True) -> None:
        """The write of the record `was` was undone, or done again (`forward`): as `record`.

        Unless that is `whole`, some files were left as they are, and are not written.
        """
        written = self._records[record] = self._records.pop(was)
        self._written, self.said = (written if forward and whole else None), ""

    def committed(self, record: str) -> None:
        """What `record` of the log wrote is in a commit now."""
        written = self._records.get(record)
        if written is None:
            return
        self.is_committed = True
        self._records[record] = done = replace(written, committable=False)
        if self._written is written:
            self._written = done


def _warnings_of(reviewable: Reviewable) -> dict[str, tuple[str, ...]]:
    """What to look at before accepting, as sentences by path."""
    return {
        file.path: (*reviewable.remarks(file), *reviewable.warnings.get(file.path, ()))
        for file in reviewable.review.files
    }
