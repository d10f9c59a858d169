"""A text area for text nobody vouches for."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import TextArea

from autocoder_tui.display import visible


class PlainArea(TextArea):
    """Edits any text; what could act on the terminal is shown as marks, and kept as it is."""

    def get_line(self, line_index: int) -> Text:
        line = visible(self.document.get_line(line_index), lines=True)
        return Text(line, end="", no_wrap=True)


def keeps(text: str) -> bool:
    """Whether a text area gives `text` back as it was: it takes some characters for newlines,
    and knows one kind of newline at a time."""
    lines = text.splitlines()
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "") == text
