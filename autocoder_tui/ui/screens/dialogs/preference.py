"""A line to be heeded in every run, and whose it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from autocoder_tui.config.preferences import Whose
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.plain_area import PlainInput

_WHOSE: Mapping[Whose, str] = {"project": "this project", "user": "all my projects"}


class PreferenceDialog(Dialog[tuple[Whose, str] | None]):
    """Returns whose the line is to be, and the line; None when it was given up or left empty."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "change_whose", "Project or all", id="preference.whose"),
        Binding("escape", "dismiss(None)", "Cancel", id="preference.cancel"),
    ]
    BUTTONS = (
        KeyButton("Add it", "enter"),
        KeyButton("Project or all", "ctrl+t"),
        KeyButton("Cancel", "escape"),
    )
    DEFAULT_CSS = """
    PreferenceDialog .dialog-text { margin-bottom: 1; color: $text-muted; }
    PreferenceDialog #whose { margin-top: 1; height: auto; }
    """

    def __init__(self, line: str, files: Mapping[Whose, Path]) -> None:
        super().__init__()
        self._line = line
        self._files = files
        self.whose: Whose = "project"

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Remember this"
            yield Static(
                "It is told to the model in every run from now on, in the words that stand here:",
                markup=False,
                classes="dialog-text",
            )
            yield PlainInput(self._line, compact=True)
            yield Static(self._for_whom(), id="whose", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def _for_whom(self) -> Content:
        chosen = [
            Content.styled(f"[{words}]", "bold") if whose == self.whose else Content(f" {words} ")
            for whose, words in _WHOSE.items()
        ]
        file = visible(str(self._files[self.whose]))
        return Content.assemble("for ", *chosen, "\n", Content.styled(file, "$muted"))

    def action_change_whose(self) -> None:
        """For this project, or for all of the person's."""
        self.whose = "user" if self.whose == "project" else "project"
        self.query_one("#whose", Static).update(self._for_whom())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        line = " ".join(event.value.split())
        self.dismiss((self.whose, line) if line else None)
