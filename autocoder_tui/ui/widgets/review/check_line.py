"""The line of the review that says what came of the last check."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible


class CheckLine(Static):
    """Hidden where nothing was checked."""

    DEFAULT_CSS = """
    CheckLine {
        height: 1; padding: 0 1; display: none; text-wrap: nowrap; text-overflow: ellipsis;
    }
    CheckLine.-there { display: block; }
    CheckLine.-passed { color: $text-success; }
    CheckLine.-failed { color: $text-error; }
    """

    def say(self, words: str) -> None:
        """Show these, marked as passed or failed by how they begin; "" for nothing."""
        self.set_class(bool(words), "-there")
        self.set_class(words.startswith("✓"), "-passed")
        self.set_class(words.startswith("✗"), "-failed")
        self.update(Content(visible(words)))
