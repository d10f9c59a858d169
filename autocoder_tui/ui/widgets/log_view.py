"""The log: lines wrapped to the width there is, and wrapped anew when that changes."""

from __future__ import annotations

from collections import deque

from rich.text import Text
from textual import events
from textual.widgets import RichLog

from autocoder_tui.display import visible

MOST_LINES = 5000


class LogView(RichLog):
    """Keeps what was written, for a change of width."""

    # The bar always has its place, or its coming would cut off what is wrapped already.
    DEFAULT_CSS = """
    LogView { overflow-y: scroll; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, wrap=True, markup=False, min_width=0, max_lines=MOST_LINES)
        self._kept: deque[str] = deque(maxlen=MOST_LINES)
        self._wrapped_to = 0

    def add(self, line: str) -> None:
        """Add a line, which may be untrusted."""
        self._kept.append(line)
        self.write(_shown(line))

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        width = self.scrollable_content_region.width
        if width and width != self._wrapped_to:
            if self._wrapped_to:
                self.clear()
                for line in self._kept:
                    self.write(_shown(line))
            self._wrapped_to = width


def _shown(line: str) -> Text:
    return Text(visible(line), overflow="fold")
