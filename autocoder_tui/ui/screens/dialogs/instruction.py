"""What a model is to be told of a complaint, shown and changed before it is sent."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Button

from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.ui.widgets.plain_area import PlainArea

AS_TYPED = "as typed"
KEPT = "kept"


class InstructionDialog(TextDialog):
    """Returns the instruction, or None when it is not to be sent, and is kept. `way` is "as
    typed" where the complaint itself is to be sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: a text area takes it for a new line.
        Binding("ctrl+s,enter", "send", "Send", id="feedback.send", priority=True),
        Binding("ctrl+j", "new_line", "New line", id="feedback.new_line", priority=True),
        Binding("ctrl+t", "as_typed", "Send as you typed it", id="feedback.as_typed"),
        Binding(
            "ctrl+b", "app.preferences('remember')", "Remember this line", id="feedback.remember"
        ),
    ]
    KEEPS_TYPED = True
    BUTTONS = (
        KeyButton("Send", "enter"),
        KeyButton("As typed", "ctrl+t"),
        KeyButton("Remember", "ctrl+b"),
        KeyButton("Back", "escape"),
    )

    def action_send(self) -> None:
        """Send it; on a button the keys are the button's."""
        if isinstance(self.focused, Button):
            self.focused.press()
        else:
            self.action_done()

    def action_new_line(self) -> None:
        self.query_one(PlainArea).insert("\n")

    def action_as_typed(self) -> None:
        """Send the complaint as it was typed, without what was made of it."""
        self.way = AS_TYPED
        self.dismiss(self.typed)

    def action_give_up(self) -> None:
        self._begin = self.typed
        self.dismiss(None)


class NoteDialog(TextDialog):
    """Returns the note. `way` is "kept" where it is to be kept with its hunk and not sent yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+k", "keep", "Keep it with the hunk", id="note.keep", priority=True),
    ]
    BUTTONS = (
        KeyButton("Send", "ctrl+s"),
        KeyButton("Keep it with the hunk", "ctrl+k"),
        KeyButton("Cancel", "escape"),
    )

    def action_keep(self) -> None:
        """Reject the hunk, and tell the model of it with the next feedback."""
        self.way = KEPT
        self.dismiss(self.typed)
