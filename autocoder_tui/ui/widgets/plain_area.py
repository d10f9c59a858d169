"""Where text is entered, which may be pasted and is nobody's word."""

from __future__ import annotations

import time
from typing import Final

from rich.text import Text
from textual.timer import Timer
from textual.widgets import Input, TextArea

from autocoder_tui.safety.sanitize import visible

BLINKS: Final = 10.0
"""Seconds without a key after which the cursor stands still: each blink paints its line anew."""


class PlainArea(TextArea):
    """Edits any text; what could act on the terminal is shown as marks, and kept as it is."""

    _used = 0.0
    _until_rest: Timer | None = None

    def on_focus(self) -> None:
        self._blink_for_a_while()

    def on_key(self) -> None:
        self._blink_for_a_while()

    def on_paste(self) -> None:
        self._blink_for_a_while()

    def on_mouse_down(self) -> None:
        self._blink_for_a_while()

    def _blink_for_a_while(self) -> None:
        self._used = time.monotonic()
        self.cursor_blink = True
        if self._until_rest is None:
            self._until_rest = self.set_timer(BLINKS, self._rest_if_unused)

    def _rest_if_unused(self) -> None:
        left = self._used + BLINKS - time.monotonic()
        if left > 0:
            self._until_rest = self.set_timer(left, self._rest_if_unused)
        else:
            self._until_rest = None
            self.cursor_blink = False

    def get_line(self, line_index: int) -> Text:
        line = visible(self.document.get_line(line_index), lines=True)
        return Text(line, end="", no_wrap=True)


class PlainInput(Input):
    """The same for one line."""

    @property
    def _value(self) -> Text:
        return Text(visible(self.value), no_wrap=True, overflow="ignore", end="")


def keeps(text: str) -> bool:
    """Whether a text area gives `text` back as it was: it takes some characters for newlines,
    and knows one kind of newline at a time."""
    lines = text.splitlines()
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "") == text
