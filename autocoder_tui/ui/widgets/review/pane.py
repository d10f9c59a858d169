"""The moment of deciding: which file, its diff, and what will be written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from autocoder_tui.engine.reply.blocks import normal_path
from autocoder_tui.review.beginning import Beginning
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.review import Review
from autocoder_tui.ui.key_words import KeyedText, with_keys
from autocoder_tui.ui.widgets.diff.view import Arrangement, DiffView
from autocoder_tui.ui.widgets.review.before_view import BeforeView
from autocoder_tui.ui.widgets.review.beginning_view import BeginningView
from autocoder_tui.ui.widgets.review.check_line import CheckLine
from autocoder_tui.ui.widgets.review.empty import NOTHING
from autocoder_tui.ui.widgets.review.file_list import FileList, entries_of, next_undecided
from autocoder_tui.ui.widgets.review.head import head_of
from autocoder_tui.ui.widgets.review.keys import (
    DECIDES,
    OF_A_BEGINNING,
    OF_A_REVIEW,
    REVIEW_KEYS,
    Deed,
    refused_now,
)
from autocoder_tui.ui.widgets.review.result_view import ResultView, result_in_words
from autocoder_tui.ui.widgets.review.searched_pane import SearchedPane
from autocoder_tui.ui.widgets.search_line import SearchLine

if TYPE_CHECKING:
    from autocoder_tui.review.verdict_history import Place
    from autocoder_tui.runs.review_session import ReviewSession
    from autocoder_tui.ui.widgets.diff.search import SearchedDiff


class ReviewPane(SearchedPane):
    """Shows one file of a `ReviewSession` at a time, and decides in it what keys decide."""

    BINDINGS = REVIEW_KEYS
    DEFAULT_CSS = """
    ReviewPane { height: 1fr; }
    ReviewPane #review-file { height: auto; padding: 0 1; }
    ReviewPane #review-summary { height: auto; max-height: 2; padding: 0 1; background: $panel; }
    ReviewPane #review-nothing { padding: 1 2; color: $text-muted; display: none; }
    ReviewPane ResultView, ReviewPane BeforeView, ReviewPane BeginningView { display: none; }
    ReviewPane.-result ResultView { display: block; }
    ReviewPane.-before BeforeView { display: block; }
    ReviewPane.-begins BeginningView { display: block; }
    ReviewPane.-result DiffView, ReviewPane.-before DiffView, ReviewPane.-begins DiffView,
    ReviewPane.-no-file DiffView, ReviewPane.-no-file ResultView { display: none; }
    ReviewPane.-empty #review-nothing { display: block; }
    ReviewPane.-empty DiffView, ReviewPane.-empty ResultView, ReviewPane.-empty #review-file,
    ReviewPane.-empty #review-summary, ReviewPane.-empty FileList,
    ReviewPane.-empty CheckLine { display: none; }
    """

    @dataclass
    class Decided(Message):
        """Verdicts changed, or what is proposed did. `said`: what the action did, or ""."""

        review: Review
        said: str = ""

    class Uncovered(Message):
        """It was brought into view."""

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
        self._beginnings: tuple[Beginning, ...] = ()
        """What is to be seen of files that still come, behind the files under review."""
        self._index = 0
        self._path = ""
        """Of the file on show."""
        self._checking = ""

    def compose(self) -> ComposeResult:
        yield KeyedText(NOTHING, id="review-nothing")
        yield FileList(id="review-files")
        yield Static("", id="review-file", markup=False)
        yield CheckLine(id="review-check")
        yield DiffView(id="diff")
        yield ResultView(id="result")
        yield BeforeView(id="before")
        yield BeginningView(id="beginning")
        yield SearchLine(id="review-search")
        yield Static("", id="review-summary", markup=False)

    def on_mount(self) -> None:
        self.diff.arrangement = self._arrangement

    def on_show(self) -> None:
        self.post_message(self.Uncovered())

    @property
    def diff(self) -> DiffView:
        return self.query_one(DiffView)

    @property
    def keyboard_view(self) -> SearchedDiff:
        """What has the keyboard while deciding: the diff, or the result in its place."""
        if self.has_class("-before"):
            return self.query_one(BeforeView)
        if self.has_class("-begins"):
            return self.query_one(BeginningView)
        return self.query_one(ResultView) if self.has_class("-result") else self.diff

    @property
    def review(self) -> Review | None:
        return None if self._session is None else self._session.review

    @property
    def file(self) -> FileReview | None:
        """The file on show, where it can be decided on."""
        return shown if isinstance(shown := self._shown, FileReview) else None

    @property
    def _seen(self) -> tuple[FileReview | Beginning, ...]:
        """All that can be gone to."""
        return (*(() if self.review is None else self.review.files), *self._beginnings)

    @property
    def _shown(self) -> FileReview | Beginning | None:
        seen = self._seen
        return seen[self._index] if seen else None

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
        meant = meant or (action in OF_A_BEGINNING and self._shown is not None)
        return not self.has_class("-empty") and meant

    def refuses(self, action: str) -> bool:
        return action in {f"want('{deed}')" for deed in refused_now(self._session, self.file)}

    # ------------------------------------------------------------------ what is shown

    def show(self, session: ReviewSession | None) -> None:
        """Begin deciding, None: there is nothing. What was seen of its files as they came stays."""
        self._session = session
        if session is None or not self._beginnings:
            self._path = ""
        self._beginnings = ()
        self.remove_class("-result", "-before")
        self._take_stock()

    def show_later(self) -> None:
        """The run has brought more to decide on. What is on show stays, and the place in it."""
        if self._session is not None:
            self._beginnings = () if self._session.coming is None else self._beginnings
            self._take_stock()

    def show_beginnings(self, beginnings: tuple[Beginning, ...]) -> None:
        """Show how far the files have come that still come."""
        if beginnings != self._beginnings:
            self._beginnings = beginnings
            self._take_stock()

    def _take_stock(self) -> None:
        """Other files are to be seen than before."""
        seen, session = [each.path for each in self._seen], self._session
        stays = self._path in seen
        self._index = seen.index(self._path) if stays else 0
        nothing = not seen and (session is None or not session.shows_something)
        if nothing != self.has_class("-empty"):
            self.set_class(nothing, "-empty")
            self.post_message(self.Filled())
        self.diff.put_away = self.file is None
        if not nothing:
            self._show_file(stays=stays)
        self.refresh_bindings()

    def say_why_empty(self, words: str) -> None:
        """Why there is nothing to decide on, and what to do about it; safe to show."""
        self.query_one("#review-nothing", KeyedText).say(words)

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
        self._decide(review, tell)
        if self.file is not None:
            self.diff.show(self.file)

    def settle(self) -> None:
        """Take what was decided in the diff a moment ago, and is still on its way here."""
        seen, shown = self.diff.review, self.file
        if self._session is not None and seen is not None and shown not in (None, seen):
            self._decide(self._session.with_decided(seen), tell=False)

    def _decide(self, review: Review | None, tell: bool) -> None:
        if self._session is not None and review is not None:
            self._session.decide(review, tell=tell)
            self.show_again()

    def _show_file(self, *, stays: bool = False) -> None:
        """Show the file at the index; `stays`: it was on show before, perhaps with another text."""
        shown, was, had_keyboard = self._shown, self.keyboard_view, self.keyboard_view.has_focus
        self.set_class(shown is None, "-no-file")
        self.set_class(isinstance(shown, Beginning), "-begins")
        self._path = "" if shown is None else shown.path
        if isinstance(shown, FileReview) and self._session is not None:
            self.diff.rejected_before = self._session.reviewable.rejected_before(shown)
            earlier = was if isinstance(was, BeginningView) else self.diff
            self.diff.show_after(shown, earlier if stays else None)
        self._show_texts()
        if had_keyboard and self.keyboard_view is not was:
            self.keyboard_view.focus()

    def _show_texts(self) -> None:
        if self.has_class("-empty"):
            return
        session, seen = self._session, self._seen
        entries = entries_of(session, self._beginnings)
        self.query_one(FileList).show(entries, self._index, len(seen))
        place = f"file {self._index + 1} of {len(seen)}: [ ] go to others" if seen[1:] else ""
        head = head_of(self._shown, session, place=place, low=self.app.size.height < 30)
        self.query_one("#review-file", Static).update(head)
        self.show_checking()
        self.query_one("#review-summary", Static).update(Content(self._summary()))
        self.refresh_bindings()

    def _summary(self) -> str:
        """The line below the diff; shows what stands in its place, too."""
        session, shown = self._session, self._shown
        if isinstance(shown, Beginning):
            view = self.query_one(BeginningView)
            view.arrangement, view.wrap = self.diff.arrangement, self.diff.wrap
            return view.show(shown)
        if session is None:
            return ""
        if self.has_class("-before") and shown is not None and session.before is not None:
            return self.query_one(BeforeView).show(session.before, shown)
        if self.has_class("-result") and shown is not None:
            self.query_one(ResultView).show(shown)
            return result_in_words(session.reviewable, shown)
        return with_keys(self.app, session.summary)

    def show_checking(self, words: str | None = None) -> None:
        """How the check that runs stands, or, where that is "", what came of the last."""
        self._checking = self._checking if words is None else words
        self.query_one(CheckLine).show(self._checking, self._session)

    def go_to_place(self, path: str, side: int, line: int) -> bool:
        """Show line `line` (from 0) of the old (`side` 0) or new text of the file at `path`;
        whether it is under review."""
        paths = [] if self.review is None else [file.path for file in self.review.files]
        if path not in paths:
            return False
        index = paths.index(path)
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
        if self._session is not None:
            self._decide(self._session.with_decided(event.review), event.whole)
        if self.file is not None and self.file is not event.review:
            self.diff.show(self.file)  # more of it has come since

    # ------------------------------------------------------------------ files

    def on_file_list_chosen(self, event: FileList.Chosen) -> None:
        event.stop()
        self._go_to_file(event.index)

    def action_step_file(self, step: int) -> None:
        if seen := self._seen:
            self._go_to_file((self._index + step) % len(seen))

    def action_step_undecided(self, step: int) -> None:
        """Go to the next file with undecided hunks, or the one before."""
        if (index := next_undecided(self._seen, self._index, step)) is not None:
            self._go_to_file(index)
            return
        here = self.file is not None and self.file.counts.undecided
        said = "The undecided hunks are all in this file." if here else "No hunk is undecided."
        self.app.notify(said, markup=False)

    def go_to_file(self, name: str) -> None:
        """Show the file that the reply calls `name`, as soon as something of it is to be seen."""
        paths = [normal_path(file.path) for file in self._seen]
        if normal_path(name) in paths:
            self._index = paths.index(normal_path(name))
            self._show_file()
        else:
            self._path = normal_path(name)

    def _go_to_file(self, index: int) -> None:
        self._index = index
        if isinstance(self._seen[index], Beginning):
            self.remove_class("-result", "-before")
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
            self.take(self.review.decided(verdict, but), tell=True)

    def action_take_back(self) -> None:
        """Take back the last verdicts, split or edit."""
        if (session := self._session) is not None:
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

    # ------------------------------------------------------------------ result, before

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

    def action_want(self, deed: Deed) -> None:
        """Have done what asks something, or needs more than this pane."""
        self.post_message(self.Wanted(deed))
