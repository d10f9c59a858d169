"""One of several things, each with a key of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.question import Answer
from autocoder_tui.ui.widgets.options import Options


class Choice(Dialog[str]):
    """Shows the choices one below the other and returns the chosen value; "" when cancelled.

    Where there are `details`, by value, each choice has one line, and what more there is to say of
    the one under the cursor stands below.
    """

    BINDINGS = [Binding("escape", "dismiss('')", "Cancel", id="choice.cancel")]
    BUTTONS = (KeyButton("Choose", "enter"), KeyButton("Cancel", "escape"))

    DEFAULT_CSS = """
    Choice .one-line { text-wrap: nowrap; text-overflow: ellipsis; }
    Choice #choice-detail { height: auto; width: 100%; min-height: 3; max-height: 5; }
    Choice #choice-detail { margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Answer],
        details: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self._details = details
        self._heading = title
        self._choices = choices

    def compose(self) -> ComposeResult:
        classes = "dialog wide-dialog dense-dialog" if self._details else "dialog"
        with Vertical(classes=classes) as dialog:
            dialog.border_title = Content(visible(self._heading))
            yield Options(
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
                classes="one-line" if self._details else "",
            )
            if self._details:
                yield Static("", id="choice-detail", markup=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        for detail in self.query("#choice-detail").results(Static):
            detail.update(visible(self._details.get(event.option.id or "", "")))

    def on_resize(self) -> None:
        if self._details and not self.closing:
            self.query_one(OptionList).styles.max_height = max(3, self.app.size.height - 10)

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
