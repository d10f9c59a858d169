"""The buttons of a dialog: each does what its key does; the one that Enter gives is reversed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.values import dataclass

ENTER = "enter"
_AROUND = 3
"""Cells of a button beside its label, with the gap to the next."""


@dataclass(frozen=True, slots=True)
class KeyButton:
    """`key` as the framework calls it; what it does is up to the dialog."""

    label: str
    key: str


class ButtonRow(Horizontal):
    """One line at the bottom of a dialog. Where there is no room for all, those of Enter and Escape
    stay; the keys of the others act all the same."""

    BINDINGS = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    class KeyChosen(Message):
        """A button was pressed: the same as its key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, buttons: Sequence[KeyButton]) -> None:
        super().__init__(classes="dialog-buttons key-buttons")
        self._buttons = tuple(buttons)

    def compose(self) -> ComposeResult:
        for button in self._buttons:
            marked = "-enters" if button.key == ENTER else ""
            yield Button(_label(button), id=f"key-{button.key.replace('+', '-')}", classes=marked)

    def say(self, key: str, label: str) -> None:
        """The key does something else by now; nothing where the label is ""."""
        renamed = tuple(KeyButton(label, key) if one.key == key else one for one in self._buttons)
        if renamed != self._buttons:
            self._buttons = renamed
            # Before it is composed it has none of them yet.
            for one, button in zip(renamed, self.query(Button), strict=False):
                button.label = _label(one)
            self.on_resize()

    def on_mount(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        shown = list(self.query(Button))
        if not shown or not self.size.width:
            return
        needed = [
            len(button.label) + _AROUND if one.label else 0
            for one, button in zip(self._buttons, shown, strict=True)
        ]
        for at in reversed(range(len(shown))):
            must_stay = self._buttons[at].key in (ENTER, "escape")
            fits = must_stay or sum(needed) <= self.size.width + 1
            shown[at].display = bool(self._buttons[at].label) and fits
            if not shown[at].display:
                needed[at] = 0

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        for button in self._buttons:
            if event.button.id == f"key-{button.key.replace('+', '-')}":
                self.post_message(self.KeyChosen(button.key))


def _label(button: KeyButton) -> Content:
    return Content(visible(f"{button.label} ({key_name(button.key)})"))
