"""One line to type or change."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.widgets.plain_area import PlainInput


class LineDialog(Dialog[str | None]):
    """Returns the line as left, or None when it was given up or left empty; with
    `may_be_empty` "" where it was left empty."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Cancel", id="line.cancel")]
    DEFAULT_CSS = """
    LineDialog .dialog-text { margin-bottom: 1; color: $text-muted; }
    """

    def __init__(
        self, title: str, hint: str, line: str = "", *, may_be_empty: bool = False
    ) -> None:
        super().__init__()
        self._heading = title
        self._hint = hint
        self._line = line
        self._nothing = "" if may_be_empty else None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(visible(self._heading))
            yield Static(visible(self._hint, lines=True), markup=False, classes="dialog-text")
            yield PlainInput(self._line, compact=True)
            with Horizontal(classes="dialog-buttons"):
                yield Button("Done (Enter)", id="line-done")
                yield Button("Cancel (Esc)", id="line-cancel")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or self._nothing)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        done = event.button.id == "line-done"
        line = self.query_one(Input).value.strip()
        self.dismiss((line or self._nothing) if done else None)
