"""A dialog that opens by itself: what is typed while it opens was meant for something else."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.widgets import Button

from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.question import Question

DEAF_SECONDS = 0.5

_Result = TypeVar("_Result")


class Unbidden(Dialog[_Result]):
    """Answers nothing for a moment; then the line at its bottom says which keys there are."""

    listens = False

    def on_mount(self) -> None:
        self.set_timer(DEAF_SECONDS, self._listen)

    @property
    def keys_line(self) -> str:
        """What stands at the bottom, safe to show."""
        return ""

    def _listen(self) -> None:
        self.listens = True
        for dialog in self.query(".dialog"):
            dialog.border_subtitle = self.keys_line


class UnbiddenQuestion(Question, Unbidden[str]):
    """A question of that kind; Escape is the harmless answer."""

    @property
    def keys_line(self) -> str:
        return " · ".join(f"{answer.key} {answer.label}" for answer in self._answers)

    def on_key(self, event: events.Key) -> None:
        if not self.listens:
            event.stop()
            event.prevent_default()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if not self.listens:
            event.prevent_default()

    def action_cancel(self) -> None:
        if self.listens:
            super().action_cancel()
