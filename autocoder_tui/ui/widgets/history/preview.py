"""A run beside the list it is chosen from: its diff with what was decided, or what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.widgets import Static

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.runs.proposed_review import ProposedReview
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.widgets.diff.canvas import DiffCanvas
from autocoder_tui.ui.widgets.markdown.conversation_view import ConversationView
from autocoder_tui.ui.widgets.markdown.entries import Entry
from autocoder_tui.ui.widgets.review.file_list import status_of

_STEP: Final = 3
"""Lines that a key of the list scrolls the preview by."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What there is to see of a run: its proposal, or where that has no file `entries`. `remark`
    says what is left out."""

    proposed: ProposedReview | None = None
    entries: tuple[Entry, ...] = ()
    remark: str = ""


class RunPreview(Vertical):
    """Shows what it is given, from its beginning. The head is there before the rest is read."""

    DEFAULT_CSS = """
    RunPreview #history-detail { height: auto; max-height: 4; }
    RunPreview #history-file { height: auto; max-height: 2; color: $text-muted; }
    RunPreview DiffCanvas, RunPreview ConversationView { height: 1fr; background: $background; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._files: tuple[FileReview, ...] = ()
        self._entries: tuple[Entry, ...] = ()
        self._decided = ""
        self._at = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="history-detail", markup=False)
        yield Static("", id="history-file", markup=False)
        diff, text = DiffCanvas(id="history-diff"), ConversationView(id="history-text")
        diff.display = text.display = False
        yield diff
        yield text

    def say(self, head: Content) -> None:
        """Show a head, and nothing below it yet."""
        self.query_one("#history-detail", Static).update(head)
        self._files = ()
        self._tell_file("")
        self._show_only(None)

    def show(self, preview: Preview) -> None:
        """Show what belongs below the head."""
        proposed = preview.proposed
        self._files = () if proposed is None else proposed.review.files
        self._decided = preview.remark
        if proposed is not None:
            said = [proposed.decided, visible(proposed.written), visible(preview.remark)]
            self._decided = " · ".join(filter(None, said))
        if self._files:
            self._show_file(0)
            return
        self._tell_file(self._decided)
        self._entries = preview.entries
        self._show_only(self.query_one(ConversationView))
        # Before it is laid out it has no width, and a text has very many rows.
        self.call_after_refresh(self._show_entries)

    def _show_entries(self) -> None:
        view = self.query_one(ConversationView)
        if view.display:
            view.set_entries(self._entries)
            view.action_scroll_to_start()

    @property
    def shown(self) -> DiffCanvas | ConversationView | None:
        """What is shown below the head."""
        diff, text = self.query_one(DiffCanvas), self.query_one(ConversationView)
        return diff if diff.display else text if text.display else None

    def step_file(self, by: int) -> None:
        """Show another file of the proposal."""
        if len(self._files) > 1:
            self._show_file((self._at + by) % len(self._files))

    def scroll_rows(self, direction: int) -> None:
        """Scroll by a few rows, as a key of the list asks for."""
        view = self.shown
        if isinstance(view, DiffCanvas):
            view.scroll_to(y=view.scroll_offset.y + direction * _STEP, animate=False)
        elif view is not None:
            view.action_scroll_lines(direction * _STEP)

    def _show_file(self, at: int) -> None:
        self._at = at
        file = self._files[at]
        place = f"file {at + 1} of {len(self._files)}: " if len(self._files) > 1 else ""
        line = f"{place}{file.names}  {status_of(file)}  {file.lines}"
        self._tell_file(f"{line}\n{self._decided}" if self._decided else line)
        view = self.query_one(DiffCanvas)
        self._show_only(view)
        view.draw_review(file, 0 if file.hunks else -1)

    def _tell_file(self, line: str) -> None:
        self.query_one("#history-file", Static).update(line)

    def _show_only(self, view: DiffCanvas | ConversationView | None) -> None:
        try:
            both = (self.query_one(DiffCanvas), self.query_one(ConversationView))
        except NoMatches:
            return
        for one in both:
            one.display = one is view
        both[1].clear()
