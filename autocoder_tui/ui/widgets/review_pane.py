"""The moment of deciding: which file, its diff, and what will be written."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from autocoder_tui.display import visible
from autocoder_tui.job import Reviewable
from autocoder_tui.review.proposal import FileReview, Review, Verdict
from autocoder_tui.ui.widgets.diff_view import DiffView

NOTHING = """\
Nothing to review yet.

When a run is complete, its changes stand here side by side: accept (a) or reject (r) \
each hunk, then Enter writes what you accepted."""


class ReviewPane(Vertical):
    """Shows one file of the review at a time and keeps every verdict."""

    BINDINGS = [
        Binding("enter", "apply", "Write", id="review.apply"),
        Binding(
            "right_square_bracket", "step_file(1)", "Next file", id="review.next_file", show=False
        ),
        Binding(
            "left_square_bracket",
            "step_file(-1)",
            "Previous file",
            id="review.previous_file",
            show=False,
        ),
        Binding(
            "ctrl+a",
            "accept_all_files",
            "Accept everything",
            id="review.accept_everything",
            show=False,
        ),
        Binding(
            "ctrl+x",
            "reject_all_files",
            "Reject everything",
            id="review.reject_everything",
            show=False,
        ),
    ]
    DEFAULT_CSS = """
    ReviewPane { height: 1fr; }
    ReviewPane #review-file { height: auto; max-height: 5; padding: 0 1; }
    ReviewPane #review-summary { height: 1; padding: 0 1; background: $panel; }
    ReviewPane #review-nothing { padding: 1 2; color: $text-muted; display: none; }
    ReviewPane.-empty #review-nothing { display: block; }
    ReviewPane.-empty #diff, ReviewPane.-empty #review-file,
    ReviewPane.-empty #review-summary { display: none; }
    """

    @dataclass
    class ApplyRequested(Message):
        review: Review

    @dataclass
    class Decided(Message):
        """Verdicts changed."""

        review: Review

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-empty")
        self._review: Review | None = None
        self._index = 0
        self._written = ""
        self._reviewable: Reviewable | None = None

    def compose(self) -> ComposeResult:
        yield Static(NOTHING, id="review-nothing", markup=False)
        yield Static("", id="review-file", markup=False)
        yield DiffView(id="diff")
        yield Static("", id="review-summary", markup=False)

    @property
    def review(self) -> Review | None:
        return self._review

    @property
    def written(self) -> bool:
        """Whether this review has been applied already."""
        return bool(self._written)

    def show(self, reviewable: Reviewable) -> None:
        """Begin deciding."""
        self._reviewable, self._written, self._index = reviewable, "", 0
        self._review = reviewable.review
        self.set_class(not self._review.files and not reviewable.refused, "-empty")
        self._show_file()

    def show_written(self, summary: str) -> None:
        """The accepted hunks are on disk."""
        self._written = summary
        self._show_texts()

    def clear(self) -> None:
        self._review = None
        self.add_class("-empty")

    def _show_file(self) -> None:
        if self._review is not None and self._review.files:
            self.query_one(DiffView).show(self._review.files[self._index])
        self._show_texts()

    def _show_texts(self) -> None:
        review, reviewable = self._review, self._reviewable
        if review is None or reviewable is None:
            return
        head: list[Content] = []
        if review.files:
            head.append(self._file_line(review, review.files[self._index]))
            head += [
                Content.styled(f"! {visible(warning)}", "bold $warning")
                for warning in reviewable.warnings[review.files[self._index].path]
            ]
        head += [
            Content.styled(f"✗ {visible(path)} is not offered: {visible(reason)}", "$error")
            for path, reason in reviewable.refused
        ]
        self.query_one("#review-file", Static).update(Content("\n").join(head))
        summary = self._written or review.summary
        self.query_one("#review-summary", Static).update(Content(summary))

    def _file_line(self, review: Review, file: FileReview) -> Content:
        count = len(file.hunks)
        kind = "new file" if file.is_new else f"{count} hunk{'s' * (count != 1)}"
        place = (
            f"file {self._index + 1} of {len(review.files)}  [ ] other files"
            if len(review.files) > 1
            else ""
        )
        return Content.assemble(
            Content.styled(visible(file.path), "bold"),
            f"  {kind}  {file.lines}  ",
            Content.styled(place, "$text-muted"),
        )

    def on_diff_view_review_changed(self, event: DiffView.ReviewChanged) -> None:
        event.stop()
        if self._review is None:
            return
        self._review = self._review.with_file(event.review)
        self._written = ""
        self._show_texts()
        self.post_message(self.Decided(self._review))

    def action_step_file(self, step: int) -> None:
        if self._review is not None and self._review.files:
            self._index = (self._index + step) % len(self._review.files)
            self._show_file()

    def action_accept_all_files(self) -> None:
        self._decide_everything(Verdict.ACCEPTED)

    def action_reject_all_files(self) -> None:
        self._decide_everything(Verdict.REJECTED)

    def _decide_everything(self, verdict: Verdict) -> None:
        if self._review is not None:
            self._review = self._review.all_verdict(verdict)
            self._written = ""
            self._show_file()
            self.post_message(self.Decided(self._review))

    def action_apply(self) -> None:
        if self._review is not None:
            self.post_message(self.ApplyRequested(self._review))
