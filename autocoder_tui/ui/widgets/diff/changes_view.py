"""A diff that is looked at: its changes are gone through, and nothing is decided."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from autocoder_tui.ui.widgets.diff.search import SearchedDiff


class ChangesView(SearchedDiff):
    """Goes from change to change with the keys of the review."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next", id="review.next", tooltip="change"),
        Binding("p", "step(-1)", "Previous", id="review.previous", tooltip="change", show=False),
    ]

    def action_step(self, by: int) -> None:
        """Go to the next change, or back."""
        if self._review is not None and self._review.hunks:
            self.cursor = max(0, min(self.cursor + by, len(self._review.hunks) - 1))
            self.reveal_cursor()
