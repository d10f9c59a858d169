"""Where text is entered, which may be pasted and is nobody's word."""

from __future__ import annotations

import time
from typing import Final, Literal

from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Input, TextArea

from autocoder_tui.safety.sanitize import visible

BLINKS: Final = 10.0
"""Seconds without a key after which the cursor stands still: each blink paints its line anew."""


class WholeText(TextArea):
    """Ctrl+Home and Ctrl+End go to the beginning and the end of all the text, as in an editor;
    with Shift they select up to there."""

    BINDINGS = [
        Binding(f"ctrl+{shift}{key}", f"move_to('{end}', {bool(shift)})", show=False)
        for key, end in (("home", "beginning"), ("end", "end"))
        for shift in ("", "shift+")
    ]

    virtual_size = reactive(Size(0, 0))
    """Textual lays the whole screen out for each row more or less, which moves nothing but the bar
    where the area is not as high as its text."""

    def watch_virtual_size(self, size: Size) -> None:
        if self.styles.auto_dimensions:
            self.refresh(layout=True)
        else:
            self._scroll_update(size)
            if self.has_focus and not self.read_only:
                # Textual has scrolled to the cursor already, no further than there were rows then.
                self.scroll_cursor_visible()

    def on_resize(self) -> None:
        # Wrapped anew into as many rows as before, Textual leaves on the screen what it had
        # painted in the new width with the breaks of the old one.
        self.refresh()

    def action_move_to(self, end: Literal["beginning", "end"], select: bool) -> None:
        place = self.document.start if end == "beginning" else self.document.end
        self.move_cursor(place, select=select, record_width=True)


class PlainArea(WholeText):
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

    value = reactive("", init=False)
    virtual_size = reactive(Size(0, 0))
    """Textual lays the whole screen out for each letter of a line, which has one size all along."""

    @property
    def _value(self) -> Text:
        return Text(visible(self.value), no_wrap=True, overflow="ignore", end="")


class ReadOnlyText(WholeText):
    """Text to read, move in and copy from; `nothing` stands there where there is none."""

    def __init__(self, nothing: str, *, id: str | None = None) -> None:
        super().__init__(id=id, read_only=True, soft_wrap=True, placeholder=nothing)


def keeps(text: str) -> bool:
    """Whether a text area gives `text` back as it was: it takes some characters for newlines,
    and knows one kind of newline at a time."""
    lines = text.splitlines()
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "") == text
