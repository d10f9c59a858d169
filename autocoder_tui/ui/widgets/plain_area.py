"""Where text is entered, which may be pasted and is nobody's word."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Input, TextArea

from autocoder_tui.safety.sanitize import visible


class PlainArea(TextArea):
    """Edits any text; what could act on the terminal is shown as marks, and kept as it is."""

    def get_line(self, line_index: int) -> Text:
        line = visible(self.document.get_line(line_index), lines=True)
        return Text(line, end="", no_wrap=True)


class PlainInput(Input):
    """The same for one line."""

    @property
    def _value(self) -> Text:
        return Text(visible(self.value), no_wrap=True, overflow="ignore", end="")


class ReadOnlyText(TextArea):
    """Text to read, move in and copy from; `nothing` stands there where there is none."""

    def __init__(self, nothing: str, *, id: str | None = None) -> None:
        super().__init__(id=id, read_only=True, soft_wrap=True, placeholder=nothing)


def keeps(text: str) -> bool:
    """Whether a text area gives `text` back as it was: it takes some characters for newlines,
    and knows one kind of newline at a time."""
    lines = text.splitlines()
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "") == text
