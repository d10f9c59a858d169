"""The diff of one file under review: walked through hunk by hunk, and decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from autocoder_tui.review import FileReview, Verdict
from autocoder_tui.ui.widgets.diff.canvas import Arrangement, DiffCanvas
from autocoder_tui.ui.widgets.diff.place import hunk_again
from autocoder_tui.ui.widgets.diff.rows import MARGIN
from autocoder_tui.ui.widgets.diff.search import SearchedDiff

__all__ = ["Arrangement", "DiffView"]

_AFTER_CLICK = {
    Verdict.UNDECIDED: Verdict.ACCEPTED,
    Verdict.ACCEPTED: Verdict.REJECTED,
    Verdict.REJECTED: Verdict.UNDECIDED,
}


class DiffView(SearchedDiff):
    """Shows a `FileReview` and gives its hunks verdicts.

    The review is a value: every decision makes a new one and says so with `ReviewChanged`.
    A click selects a hunk, a click on its verdict changes it, one on a fold opens it, one
    on the overview goes there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_hunk", "Next", id="review.next", tooltip="hunk"),
        Binding("p", "previous_hunk", "Previous", id="review.previous", tooltip="hunk", show=False),
        Binding("a", "decide('accepted')", "Accept", id="review.accept", tooltip="the hunk"),
        Binding("r", "decide('rejected')", "Reject", id="review.reject", tooltip="the hunk"),
        Binding(
            "u",
            "decide('undecided')",
            "Undecide",
            id="review.undecide",
            tooltip="the hunk",
            show=False,
        ),
        Binding(
            "less_than_sign",
            "first_undecided",
            "First undecided",
            id="review.first",
            tooltip="hunk of this file",
            show=False,
        ),
        Binding(
            "greater_than_sign",
            "last_undecided",
            "Last undecided",
            id="review.last",
            tooltip="hunk of this file",
            show=False,
        ),
        Binding(
            "s", "split", "Split hunk", id="review.split", tooltip="into smaller ones", show=False
        ),
        Binding(
            "t",
            "toggle_arrangement",
            "Side by side/unified",
            id="review.layout",
            tooltip="remembered",
            show=False,
        ),
        Binding("w", "toggle_wrap", "Wrap long lines", id="review.wrap", show=False),
        Binding("z", "toggle_folds", "Fold/unfold all", id="review.fold", show=False),
        Binding("x", "open_fold", "Unfold here", id="review.unfold", show=False),
    ]

    @dataclass
    class HunkDecided(Message):
        """One hunk got a verdict by key or click. A `ReviewChanged` follows."""

        path: str
        hunk: int
        verdict: Verdict

    @dataclass
    class ReviewChanged(Message):
        """The review as it is now: verdicts, or the hunks themselves, changed. `whole`: one
        action decided the whole file."""

        review: FileReview
        whole: bool = False

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another hunk; -1 for none."""

        hunk: int

    @dataclass
    class ArrangementChosen(Message):
        """Side by side, unified or automatic was chosen by key: worth remembering."""

        arrangement: Arrangement

    put_away = False
    """Whether what it shows is no longer what is decided: no key acts on it."""

    def show(self, review: FileReview, hunk: int | None = None) -> None:
        """Show `review`. A later state of the one shown keeps its place; another begins at its
        first undecided hunk, or at `hunk`."""
        known = self._review
        if known is not None and known.diff is review.diff and known.path == review.path:
            self.redraw_review(review)
            self.cursor = min(self.cursor, len(review.hunks) - 1)
            return
        first = _undecided(review, 0) if hunk is None else min(hunk, len(review.hunks) - 1)
        self.draw_review(review, first)
        self.post_message(self.CursorMoved(first))

    def show_after(self, review: FileReview, was: DiffCanvas | None) -> None:
        """Show another text of the file that `was` shows, with its place held and the cursor where
        it was; as any other file where it shows none of that name."""
        known, place = (None, None) if was is None else (was.review, was.place)
        if (
            was is None or known is None or place is None or known.path != review.path
            or (self._review is not None and self._review.diff is review.diff)
        ):  # fmt: skip
            self.show(review)
            return
        again = hunk_again(known, was.cursor, review)
        hunk = _undecided(review, max(0, min(was.cursor, len(review.hunks) - 1)))
        self.draw_review(review, hunk if again is None else again, place._replace(at_end=False))
        self.post_message(self.CursorMoved(self.cursor))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # It can have the keyboard before it has something to show.
        if self.put_away or self._review is None:
            return False
        return super().check_action(action, parameters)

    def refuses(self, action: str) -> bool:
        """For the footer: whether it is about hunks, and there is none."""
        return self.cursor < 0 and (action == "next_hunk" or action.startswith("decide"))

    # ------------------------------------------------------------------ the cursor

    def validate_cursor(self, hunk: int) -> int:
        """A hunk there is, or -1 where there is none."""
        count = 0 if self._review is None else len(self._review.hunks)
        return max(0, min(hunk, count - 1)) if count else -1

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self.post_message(self.CursorMoved(self.cursor))

    def select(self, hunk: int) -> None:
        """Put the cursor on a hunk (clamped to those there are) and bring it into view."""
        self.cursor = hunk
        self.reveal_cursor()

    def action_next_hunk(self) -> None:
        self.select(self.cursor + 1)

    def action_previous_hunk(self) -> None:
        self.select(max(0, self.cursor - 1))

    def action_first_undecided(self) -> None:
        self._select_undecided(0)

    def action_last_undecided(self) -> None:
        self._select_undecided(-1)

    def _select_undecided(self, which: int) -> None:
        if self._review is None:
            return
        pairs = enumerate(self._review.verdicts)
        undecided = [hunk for hunk, verdict in pairs if verdict is Verdict.UNDECIDED]
        if undecided:
            self.select(undecided[which])
        else:
            self.app.notify("Every hunk of this file is decided.", markup=False)

    # ------------------------------------------------------------------ how it is laid out

    def action_toggle_arrangement(self) -> None:
        """Side by side or unified; automatic again where that is what the width suits."""
        if self.one_sided:
            self.app.notify("This file has one side only; it takes the whole width.")
            return
        wanted: Arrangement = "unified" if self.side_by_side else "side-by-side"
        self.arrangement = "auto" if wanted == self.suited_arrangement else wanted
        self.post_message(self.ArrangementChosen(self.arrangement))

    def action_toggle_wrap(self) -> None:
        """Long lines go on below, or out of sight."""
        self.wrap = not self.wrap
        self.reveal_cursor()

    # ------------------------------------------------------------------ deciding

    def action_decide(self, verdict: str) -> None:
        """Give the hunk under the cursor a verdict; go on to the next that wants one."""
        self._decide(self.cursor, Verdict(verdict))
        if self._review is not None and Verdict(verdict) is not Verdict.UNDECIDED:
            self.select(_undecided(self._review, self.cursor))

    def _decide(self, hunk: int, verdict: Verdict) -> None:
        if self._review is None or hunk < 0:
            return
        self._change(self._review.with_verdict(hunk, verdict))
        self.post_message(self.HunkDecided(self._review.path, hunk, verdict))

    def _change(self, review: FileReview, *, whole: bool = False) -> None:
        self.redraw_review(review)
        self.post_message(self.ReviewChanged(review, whole))

    def decide_all(self, verdict: Verdict) -> None:
        """Give every hunk of this file the same verdict."""
        if self._review is not None:
            self._change(self._review.all_verdict(verdict), whole=True)

    def action_split(self) -> None:
        """Cut the hunk under the cursor into smaller ones, where it can be cut."""
        if self._review is None or self.cursor < 0:
            return
        review = self._review.split(self.cursor)
        if review != self._review:
            self._change(review)
        else:
            self.app.notify("This hunk cannot be split any further.", markup=False)

    # ------------------------------------------------------------------ the mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or self._rows is None or self._review is None:
            return
        event.stop()
        if offset.x == self.size.width - 1 and self._overview is not None:
            middle = self._overview.row_at(offset.y) - self.size.height // 2
            self._scroll_to_row(middle)
            return
        at = offset.y + self.scroll_offset.y
        if at >= len(self._rows):
            return
        row = self._rows[at]
        if row.stretch is not None:
            self.open_stretch(row.stretch)
        elif row.hunk is not None:
            self.cursor = row.hunk
            if offset.x < MARGIN:
                self._decide(row.hunk, _AFTER_CLICK[self._review.verdicts[row.hunk]])


def _undecided(review: FileReview, start: int) -> int:
    """The first undecided hunk from `start` on, or around the end; `start` where none is."""
    count = len(review.hunks)
    for step in range(count):
        at = (start + step) % count
        if review.verdicts[at] is Verdict.UNDECIDED:
            return at
    return min(start, count - 1)
