"""One of several things, each with a key of its own."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.question import Answer


class Choice(Dialog[str]):
    """Shows the choices one below the other and returns the chosen value; "" when cancelled."""

    BINDINGS = [Binding("escape", "dismiss('')", "Cancel", id="choice.cancel")]

    def __init__(self, title: str, choices: Sequence[Answer]) -> None:
        super().__init__()
        self._heading = title
        self._choices = choices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(visible(self._heading))
            dialog.border_subtitle = "Enter or the key chooses · Esc cancels"
            yield OptionList(
                *(
                    Option(
                        Content.assemble(
                            Content.styled(f" {choice.key}  ", "bold"),
                            visible(choice.label),
                        ),
                        id=choice.value,
                    )
                    for choice in self._choices
                ),
                compact=True,
            )

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id or "")

    def on_key(self, event: events.Key) -> None:
        for choice in self._choices:
            if event.character == choice.key:
                event.stop()
                self.dismiss(choice.value)
