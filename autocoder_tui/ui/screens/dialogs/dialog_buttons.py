"""The buttons of a dialog: each does what its key does; the one that Enter gives is reversed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_rows import key_name
from autocoder_tui.ui.key_words import acting_key
from autocoder_tui.values import dataclass

ENTER = "enter"
_AROUND = 3
"""Cells of a button beside its label, with the gap to the next."""


@dataclass(frozen=True, slots=True)
class KeyButton:
    """`key` as the framework calls it, the built-in one; what it does is up to the dialog. Where a
    person has another in its place, that is the button's."""

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

    def __init__(self, buttons: Sequence[KeyButton], idle: Collection[str] = ()) -> None:
        super().__init__(classes="dialog-buttons key-buttons")
        self._buttons = tuple(buttons)
        self._idle = idle

    def compose(self) -> ComposeResult:
        for button in self._buttons:
            marked = "-enters" if button.key == ENTER else ""
            yield Button(
                self._label(button), id=f"key-{button.key.replace('+', '-')}", classes=marked
            )

    def say(self, key: str, label: str) -> None:
        """The key does something else by now; nothing where the label is ""."""
        renamed = tuple(KeyButton(label, key) if one.key == key else one for one in self._buttons)
        if renamed != self._buttons:
            self._buttons = renamed
            # None is there before the first picture: they are made with these labels then.
            for one, button in zip(renamed, self.query(Button), strict=False):
                button.label = self._label(one)
            self.on_resize()

    def leave_out(self, idle: Collection[str]) -> None:
        """Show no button of these keys: they do nothing now."""
        self._idle = idle
        self.on_resize()

    def on_resize(self) -> None:
        shown = list(self.query(Button))
        if not shown:
            return
        needed = [
            len(button.label) + _AROUND if one.label and one.key not in self._idle else 0
            for one, button in zip(self._buttons, shown, strict=True)
        ]
        for at in reversed(range(len(shown))):
            one, acts = self._buttons[at], needed[at] > 0
            fits = one.key in (ENTER, "escape") or sum(needed) <= self.size.width + 1
            shown[at].display = acts and fits
            if not shown[at].display:
                needed[at] = 0

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        for button in self._buttons:
            if event.button.id == f"key-{button.key.replace('+', '-')}":
                self.post_message(self.KeyChosen(acting_key(self.screen, button.key)))

    def _label(self, button: KeyButton) -> Content:
        key = key_name(acting_key(self.screen, button.key))
        return Content(visible(f"{button.label} ({key})"))
