"""What a line to search with asks of the diff beside it."""

from __future__ import annotations

from textual.containers import Vertical

from autocoder_tui.ui.widgets.diff.search import SearchedDiff
from autocoder_tui.ui.widgets.search_line import SearchLine


class SearchedPane(Vertical):
    """Has a `SearchLine`, and looks for its text in what has the keyboard."""

    @property
    def keyboard_view(self) -> SearchedDiff:
        """What has the keyboard, and is searched."""
        raise NotImplementedError

    def action_search(self) -> None:
        """Look for a text in this file."""
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
