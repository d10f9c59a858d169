"""A key for an action: the one that is pressed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton


class KeyCapture(Dialog[str | None]):
    """Returns the key that was pressed, as the program calls it, or None. `conflicts_of` says in
    sentences what else a key does there."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel", id="key.cancel")]
    BUTTONS = (KeyButton("Keep it", "enter"), KeyButton("Leave it as it is", "escape"))
    AUTO_FOCUS = None

    def __init__(self, what: str, now: str, conflicts_of: Callable[[str], list[str]]) -> None:
        super().__init__()
        self._what = what
        self._now = now
        self._conflicts_of = conflicts_of
        self._key = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(visible(f"A key for: {self._what}"))
            yield Static(
                f"Now: {visible(self._now)}\n\nPress the new key.",
                markup=False,
                classes="dialog-text",
            )
            yield Static("", id="key-pressed", markup=False)

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "ctrl+z"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter" and self._key:
            self.dismiss(self._key)
            return
        self._key = event.key
        lines = [Content.styled(f"{key_name(event.key)}", "bold $accent")]
        lines += [
            Content.styled(visible(line), "$text-warning") for line in self._conflicts_of(event.key)
        ]
        lines += [Content(""), Content("Enter keeps it; another key replaces it.")]
        self.query_one("#key-pressed", Static).update(Content("\n").join(lines))
