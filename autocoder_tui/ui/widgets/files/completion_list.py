"""Files offered beside the cursor while a reference to one is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Offset

from autocoder_tui.ui.widgets.row_list import RowList

_MOST_ROWS = 8
_WIDTH = 72


class CompletionList(RowList):
    """Lies over what is below it and never has the keyboard, which stays where one types."""

    DEFAULT_CSS = """
    CompletionList {
        display: none;
        overlay: screen;
        constrain: inside inflect;
        max-width: 100%;
        background: $panel;
        border-left: outer $accent;
        border-right: outer $accent;
        scrollbar-size-vertical: 1;
        & > .row-list--highlighted {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    def __init__(self, row_of: Callable[[int], Content]) -> None:
        super().__init__(row_of)
        self.can_focus = False

    def offer(self, row_count: int, place: Offset) -> None:
        """Show the rows below `place` on the screen, or above it where there is more room; none
        closes the list."""
        self.display = row_count > 0
        if row_count:
            self.styles.width = _WIDTH
            self.styles.height = min(row_count, _MOST_ROWS)
            self.absolute_offset = place + Offset(0, 1)
            self.show(row_count, 0)
