"""What the row under the finder's cursor stands for, beside the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.timer import Timer

from autocoder_tui.ui.widgets.files.finder_rows import FileRow, FinderRow, name_of
from autocoder_tui.ui.widgets.files.preview import FilePreview

_PAUSE = 0.12
"""Seconds the cursor rests on a file before it is read."""
_STEP = 5
"""Lines that a key scrolls the file by."""
_MOST_NAMED = 500
"""Files of a group that are named."""


class FoundPreview(FilePreview, can_focus=False):
    """The text of a file, the names of a group. `read` puts a file's text into this widget."""

    DEFAULT_CSS = """
    FoundPreview {
        width: 1fr; height: 100%; display: none; margin-left: 1; background: $surface;
    }
    """

    def __init__(self, read: Callable[[FilePreview, str], Awaitable[None]]) -> None:
        super().__init__()
        self._read = read
        self._row: FinderRow | None = None
        self._resting: Timer | None = None

    def look_at(self, row: FinderRow | None) -> None:
        """Show it, once no key has led to another for a moment."""
        self._row = row
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_PAUSE, self._show)

    def _show(self) -> None:
        # Whatever is still being read is of a row that the cursor has left.
        self.workers.cancel_group(self, "found-file")
        row = self._row
        if row is None:
            self.say("", "")
        elif not isinstance(row, FileRow):
            self.say(name_of(row), "\n".join(row.paths[:_MOST_NAMED]))
        elif row.path != self.path:
            reading = partial(self._read, self, row.path)
            self.run_worker(reading, group="found-file", exclusive=True, exit_on_error=False)

    def scroll_steps(self, by: int) -> None:
        self.scroll_to_line(max(0, self.top_line + by * _STEP))
