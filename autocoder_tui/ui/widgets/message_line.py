"""What the program says: one message at a time, above the footer, where it covers nothing that is
worked in and none of the keys."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.notifications import Notification
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import key_of

_SIGNS: Final = {"information": "", "warning": "! ", "error": "✗ "}
_MOST_ROWS: Final = 5
_WEIGHT: Final = ("information", "warning", "error")


_SECONDS_TO_READ: Final = 5.0


def said_now(notifications: Iterable[Notification]) -> tuple[Notification | None, int]:
    """The message to show, and how many others there are: the gravest that may not be read yet,
    and of these the newest. One that stood long enough gives way to what is said after it."""
    waiting = list(notifications)
    shown: Notification | None = None
    for one in waiting:
        if shown is None or _weight(one) >= _weight(shown):
            shown = one
    return shown, max(0, len(waiting) - 1)


def seconds_shown(shown: Notification) -> float:
    """How long `shown` stands before it must be seen anew which message does."""
    fresh = _SECONDS_TO_READ - (time.time() - shown.raised_at)
    return max(0.1, min(shown.time_left, fresh) if fresh > 0 else shown.time_left)


def _weight(one: Notification) -> int:
    read = time.time() - one.raised_at >= _SECONDS_TO_READ
    return 0 if read else _WEIGHT.index(one.severity)


class MessageLine(Widget):
    """Takes rows of its own above the footer, where there is one: nothing is covered, and the keys
    stay in sight. A click takes it away."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    MessageLine {
        dock: bottom;
        height: auto;
        max-height: 5;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        text-style: bold;
        pointer: pointer;
    }
    MessageLine.-warning { color: $text-warning; }
    MessageLine.-error { color: $text-error; }
    """

    text: reactive[str] = reactive("", layout=True)

    class Dismissed(Message):
        """It was read."""

    def say(self, notification: Notification, others: int) -> None:
        """Show this one; `others` wait, or stand in the log."""
        more = f"  (+{others}, {key_of(self.app, 'pane.log')} has all)" if others else ""
        sign = _SIGNS[notification.severity]
        self.text = f"{sign}{visible(notification.message, lines=True)}{more}"
        for severity in _WEIGHT:
            self.set_class(severity == notification.severity, f"-{severity}")

    def render(self) -> Content:
        # Words wrap early: what is cut here would not all have had room.
        # Before the first layout it has no width, and its height is made of what this returns.
        width = self.content_size.width or self.app.size.width - 2
        room = max(20, (_MOST_ROWS - 1) * width)
        text = Content(self.text)
        if text.cell_length > room:
            has_all = f"… ({key_of(self.app, 'pane.log')} has all of it)"
            text = Content.assemble(text.truncate(room), has_all)
        return text

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Dismissed())
