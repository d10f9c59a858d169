"""The moment of deciding: which file, its diff, and what will be written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.later_reply import is_same
from autocoder_tui.review.review import Review
from autocoder_tui.review.verdict_history import Place
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.diff.search import SearchedDiff
from autocoder_tui.ui.widgets.diff.view import Arrangement, DiffView
from autocoder_tui.ui.widgets.review.before_view import BeforeView
from autocoder_tui.ui.widgets.review.empty import NOTHING
from autocoder_tui.ui.widgets.review.file_list import FileEntry, FileList
from autocoder_tui.ui.widgets.review.head import head_of
from autocoder_tui.ui.widgets.review.keys import (
    DECIDES,
    OF_A_REVIEW,
    REVIEW_KEYS,
    Deed,
    refused_now,
)
from autocoder_tui.ui.widgets.review.result_view import ResultView, result_in_words
from autocoder_tui.ui.widgets.search_line import SearchLine


class ReviewPane(Vertical):
    """Shows one file of a `ReviewSession` at a time, and decides in it what keys decide."""

    BINDINGS = REVIEW_KEYS
    DEFAULT_CSS = """
    ReviewPane { height: 1fr; }
    ReviewPane #review-file { height: auto; padding: 0 1; }
    ReviewPane #review-check { height: 1; padding: 0 1; display: none; }
    ReviewPane #review-check.-there { display: block; }
    ReviewPane #review-check.-passed { color: $text-success; }
    ReviewPane #review-check.-failed { color: $text-error; }
    ReviewPane #review-summary { height: auto; max-height: 2; padding: 0 1; background: $panel; }
    ReviewPane #review-nothing { padding: 1 2; color: $text-muted; display: none; }
    ReviewPane ResultView { display: none; }
    ReviewPane.-result ResultView { display: block; }
    ReviewPane.-result DiffView { display: none; }
    ReviewPane BeforeView { display: none; }
    ReviewPane.-before BeforeView { display: block; }
    ReviewPane.-before DiffView { display: none; }
    ReviewPane.-no-file DiffView, ReviewPane.-no-file ResultView { display: none; }
    ReviewPane.-empty #review-nothing { display: block; }
    ReviewPane.-empty DiffView, ReviewPane.-empty ResultView, ReviewPane.-empty #review-file,
    ReviewPane.-empty #review-summary, ReviewPane.-empty FileList,
    ReviewPane.-empty #review-check { display: none; }
    """

    @dataclass
    class Decided(Message):
        """Verdicts changed, or what is proposed did. `said`: what the action did, or ""."""

        review: Review
        said: str = ""

    @dataclass
    class Wanted(Message):
        """Something is to be done with the review that needs asking, or more than this pane."""

        deed: Deed

    class Filled(Message):
        """There is something to decide on now, or there is nothing any more."""

    def __init__(self, arrangement: Arrangement, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-empty")
        self._arrangement = arrangement
        self._session: ReviewSession | None = None
        self._index = 0
        self._path = ""
        """Of the file on show."""
        self._checking = ""

    def compose(self) -> ComposeResult:
        yield Static(NOTHING, id="review-nothing", markup=False)
        yield FileList(id="review-files")
        yield Static("", id="review-file", markup=False)
        yield Static("", id="review-check", markup=False)
        yield DiffView(id="diff")
        yield ResultView(id="result")
        yield BeforeView(id="before")
        yield SearchLine(id="review-search")
        yield Static("", id="review-summary", markup=False)

    def on_mount(self) -> None:
        self.diff.arrangement = self._arrangement

    @property
    def diff(self) -> DiffView:
        return self.query_one(DiffView)

    @property
    def keyboard_view(self) -> SearchedDiff:
        """What has the keyboard while deciding: the diff, or the result in its place."""
        if self.has_class("-before"):
            return self.query_one(BeforeView)
        return self.query_one(ResultView) if self.has_class("-result") else self.diff

    @property
    def review(self) -> Review | None:
        return None if self._session is None else self._session.review

    @property
    def warnings(self) -> Mapping[str, tuple[str, ...]]:
        """What to look at before accepting, as sentences by path."""
        return {} if self._session is None else self._session.warnings

    @property
    def file(self) -> FileReview | None:
        """The file on show."""
        review = self.review
        return None if review is None or not review.files else review.files[self._index]

    @property
    def unwritten(self) -> str:
        """What a review that is not written yet still holds, in words; "" for nothing."""
        return "" if self._session is None else self._session.unwritten

    @property
    def written(self) -> str:
        """What was written of this review, in words; "" where it is not on disk as it stands."""
        return "" if self._session is None else self._session.written

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # What has nothing to act on is no key of the footer's.
        wanted = action == "want" and parameters[:1]
        if self.has_class("-before") and (action in DECIDES or (wanted and wanted[0] in DECIDES)):
            return False  # what is decided on is not on show
        meant = self.file is not None or bool(wanted and wanted[0] in OF_A_REVIEW)
        return not self.has_class("-empty") and meant

    def refuses(self, action: str) -> bool:
        return action in {f"want('{deed}')" for deed in refused_now(self._session)}

    # ------------------------------------------------------------------ what is shown

    def show(self, session: ReviewSession | None) -> None:
        """Begin deciding; None for nothing to decide on."""
        self._session, self._index = session, 0
        self.remove_class("-result", "-before")
        self._set_empty(session is None or not session.shows_something)
        self.diff.put_away = self.file is None
        if session is not None:
            self._show_file()
        self.refresh_bindings()

    def show_later(self) -> None:
        """The run has brought more to decide on. What is on show stays, and the place in it."""
        session = self._session
        if session is None:
            return
        paths = [file.path for file in session.review.files]
        self._index = paths.index(self._path) if self._path in paths else 0
        self._set_empty(not session.shows_something)
        self.diff.put_away = self.file is None
        self._show_file()

    def _set_empty(self, empty: bool) -> None:
        if empty != self.has_class("-empty"):
            self.set_class(empty, "-empty")
            self.post_message(self.Filled())

    def say_why_empty(self, words: str) -> None:
        """Why there is nothing to decide on, and what to do about it; safe to show."""
        self.query_one("#review-nothing", Static).update(words)

    def show_again(self) -> None:
        """The session has changed, but for the texts of its files."""
        self._show_texts()
        if self._session is not None:
            self.post_message(self.Decided(self._session.review, self._session.said))

    def replace_file(self, file: FileReview, warnings: tuple[str, ...], hunk: int) -> None:
        """Take `file`, edited, for the one of the same path; the cursor goes to `hunk`."""
        if self._session is None:
            return
        self._session.edit(file, warnings)
        self.show_again()
        if self.file is file:
            self.diff.show(file, hunk)

    def take(self, review: Review, *, tell: bool = False) -> None:
        """Go on with `review`, a later state of the one on show."""
        if self._session is not None:
            self._session.decide(review, tell=tell)
            self.show_again()

    def _show_file(self) -> None:
        self.set_class(self.file is None, "-no-file")
        self._path = "" if self.file is None else self.file.path
        if self.file is not None and self._session is not None:
            self.diff.rejected_before = self._session.reviewable.rejected_before(self.file)
            self.diff.show(self.file)
        self._show_texts()

    def _show_texts(self) -> None:
        session, file = self._session, self.file
        if session is None:
            return
        review, reviewable = session.review, session.reviewable
        entries = [FileEntry(f.names, f, len(self.warnings.get(f.path, ()))) for f in review.files]
        entries += [FileEntry(name, None) for name, _ in reviewable.refused]
        entries += [FileEntry(name, None, comes=True) for name in session.coming or ()]
        self.query_one(FileList).show(entries, self._index)
        concerns = () if file is None else self.warnings.get(file.path, ())
        count = len(review.files)
        place = f"file {self._index + 1} of {count}: [ ] go to others" if count > 1 else ""
        low = self.app.size.height < 30
        notes = () if file is None else session.notes_on(file)
        head = head_of(file, concerns, reviewable.refused, place=place, low=low, notes=notes)
        self.query_one("#review-file", Static).update(head)
        self._show_check()
        summary = session.summary
        if self.has_class("-before") and file is not None and session.before is not None:
            summary = self.query_one(BeforeView).show(session.before, file)
        elif self.has_class("-result") and file is not None:
            self.query_one(ResultView).show(file)
            summary = result_in_words(reviewable, file)
        self.query_one("#review-summary", Static).update(Content(summary))
        self.refresh_bindings()

    def show_checking(self, words: str) -> None:
        """How the check that runs stands; "" where none does: then what came of the last."""
        self._checking = words
        self._show_check()

    def _show_check(self) -> None:
        session, line = self._session, self.query_one("#review-check", Static)
        words = self._checking or ("" if session is None else session.check_line)
        line.set_class(bool(words), "-there")
        line.set_class(words.startswith("✓"), "-passed")
        line.set_class(words.startswith("✗"), "-failed")
        line.update(Content(visible(words)))

    def go_to_place(self, path: str, side: int, line: int) -> bool:
        """Show line `line` (from 0) of the old (`side` 0) or new text of the file at `path`;
        whether it is under review."""
        files = () if self.review is None else self.review.files
        index = next((at for at, file in enumerate(files) if file.path == path), None)
        if index is None:
            return False
        self.remove_class("-result", "-before")
        if index != self._index:
            self._index = index
            self._show_file()
        self._show_texts()
        # A view that was just brought to the front is laid out first.
        self.call_after_refresh(self.diff.go_to_line, side, line)
        return True

    def on_diff_view_review_changed(self, event: DiffView.ReviewChanged) -> None:
        event.stop()
        files = () if self.review is None else self.review.files
        now = next((file for file in files if is_same(file, event.review)), None)
        if self.review is None or now is None:
            return  # decided on what has made room for another proposal since
        decided = event.review
        if (decided.complete, decided.remark) != (now.complete, now.remark):
            decided = replace(decided, complete=now.complete, remark=now.remark)
        self.take(self.review.with_file(decided), tell=event.whole)

    # ------------------------------------------------------------------ files

    def on_file_list_chosen(self, event: FileList.Chosen) -> None:
        event.stop()
        self._go_to_file(event.index)

    def action_step_file(self, step: int) -> None:
        if self.review is not None and self.review.files:
            self._go_to_file((self._index + step) % len(self.review.files))

    def action_step_undecided(self, step: int) -> None:
        """Go to the next file with undecided hunks, or the one before."""
        files = () if self.review is None else self.review.files
        around = [(self._index + step * far) % len(files) for far in range(1, len(files))]
        for index in around:
            if files[index].counts.undecided:
                self._go_to_file(index)
                return
        here = self.file is not None and self.file.counts.undecided
        said = "The undecided hunks are all in this file." if here else "No hunk is undecided."
        self.app.notify(said, markup=False)

    def go_to_file(self, name: str) -> None:
        """Show the file that the reply calls `name`, where it is under review."""
        files = () if self.review is None else self.review.files
        paths = [normal_path(file.path) for file in files]
        if normal_path(name) in paths:
            self._index = paths.index(normal_path(name))
            self._show_file()

    def _go_to_file(self, index: int) -> None:
        self._index = index
        self._show_file()
        self.keyboard_view.focus()

    def action_reject_file(self) -> None:
        """Reject every hunk of this file."""
        self.diff.decide_all(Verdict.REJECTED)

    def action_reject_all_files(self) -> None:
        """Reject every hunk of every file."""
        self.decide_everything(Verdict.REJECTED)

    def decide_everything(self, verdict: Verdict, but: Collection[str] = ()) -> None:
        """Give every hunk this verdict, except in the files at the paths `but`. What deletes or
        renames a file is accepted one by one only."""
        if self.review is not None:
            files = self.review.files
            text_only = verdict is Verdict.ACCEPTED
            decided = (
                f
                if f.path in but
                else f.text_verdict(verdict)
                if text_only
                else f.all_verdict(verdict)
                for f in files
            )
            self.take(Review(tuple(decided)), tell=True)
            self._show_file()

    def action_take_back(self) -> None:
        """Take back the last verdicts, split or edit."""
        if self._session is not None:
            session = self._session
            self._moved(session, session.take_back(), session.why_none_taken_back)

    def action_do_again(self) -> None:
        """Do again what was taken back last."""
        if self._session is not None:
            self._moved(self._session, self._session.do_again(), "Nothing was taken back.")

    def _moved(self, session: ReviewSession, place: Place | None, nothing: str) -> None:
        """Show what an action that was taken back or done again has changed, at `place`."""
        if place is None:
            self.app.notify(nothing, markup=False)
            return
        self._index = place.file
        self._show_file()
        self.diff.select(place.hunk)
        self.post_message(self.Decided(session.review, session.said))

    # ------------------------------------------------------------------ result, search, layout

    def action_toggle_result(self) -> None:
        """The exact text that would be written, or the diff again."""
        if self.file is None:
            return
        self.toggle_class("-result")
        self._show_texts()
        self.keyboard_view.focus()

    def action_toggle_before(self) -> None:
        """What is other than in the proposal before, or the diff with the file on disk again."""
        if self._session is None or self.file is None:
            return
        if self._session.before is None:
            self.app.notify("There is no proposal before this one.", markup=False)
            return
        self.remove_class("-result")
        self.toggle_class("-before")
        self._show_texts()
        self.keyboard_view.focus()
        self.refresh_bindings()

    def action_search(self) -> None:
        """Look for a text in this file."""
        if self.file is not None:
            self.query_one(SearchLine).open()

    def on_search_line_sought(self, event: SearchLine.Sought) -> None:
        event.stop()
        self.keyboard_view.search(event.text)

    def on_search_line_stepped(self, event: SearchLine.Stepped) -> None:
        event.stop()
        self.keyboard_view.action_next_match(event.step)

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        event.stop()
        self.keyboard_view.focus()

    def on_searched_diff_found_changed(self, event: SearchedDiff.FoundChanged) -> None:
        event.stop()
        self.query_one(SearchLine).show_found(event)

    # ------------------------------------------------------------------ what asks something

    def action_want(self, deed: Deed) -> None:
        """Have done what asks something, or needs more than this pane."""
        self.post_message(self.Wanted(deed))
