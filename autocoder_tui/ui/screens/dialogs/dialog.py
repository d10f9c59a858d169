"""What every modal screen has in common: it is answered once, and has buttons for that."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widget import Widget

from autocoder_tui.ui.screens.covered_screen import CoveredScreen
from autocoder_tui.ui.screens.dialogs.dialog_buttons import ButtonRow, KeyButton

_Result = TypeVar("_Result")


class Dialog(ModalScreen[_Result], CoveredScreen[_Result]):
    """A screen that asks for something and returns it.

    `BUTTONS` stand at its bottom, unless it has others there itself.
    """

    # The App's keys end at a modal screen; these two act from anywhere.
    BINDINGS = [
        Binding("ctrl+z", "app.suspend_process", show=False, id="app.stop"),
        Binding("f1", "app.show_keys", show=False, id="app.keys"),
    ]
    BUTTONS: ClassVar[tuple[KeyButton, ...]] = (KeyButton("Close", "escape"),)

    _answered = False
    _had_keyboard: Widget | None = None
    _withdrawn: frozenset[str] = frozenset()

    @property
    def closing(self) -> bool:
        """Whether it is answered, or gone with the program: then it has no widgets any more."""
        return self._answered or not self.is_attached

    def dismiss(self, result: _Result | None = None) -> AwaitComplete:
        """Close with `result`. A second answer, from a key pressed twice, comes too late."""
        if self._answered or not self.is_current:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)

    def on_mount(self) -> None:
        for dialog in self.query(".dialog"):
            if not dialog.query(".dialog-buttons"):
                dialog.mount(ButtonRow(self._buttons_now))

    @property
    def _buttons_now(self) -> tuple[KeyButton, ...]:
        gone = self._withdrawn
        return tuple(KeyButton("" if it.key in gone else it.label, it.key) for it in self.BUTTONS)

    def offer(self, *keys: str, when: bool) -> None:
        """Show the buttons of `keys` only where they would do something: `when` says so."""
        self._withdrawn = self._withdrawn - set(keys) if when else self._withdrawn | set(keys)
        for row in self.query(ButtonRow):
            for button in self._buttons_now:
                row.say(button.key, button.label)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if not any(isinstance(node, ButtonRow) for node in event.widget.ancestors):
            self._had_keyboard = event.widget

    def on_button_row_key_chosen(self, event: ButtonRow.KeyChosen) -> None:
        """The key is meant for what had the keyboard before the button was pressed."""
        before = self._had_keyboard
        usable = before is not None and before.is_attached and before.focusable
        self.set_focus(before if usable else None)
        # From the App, as keys come: sent from here it would not come back to this screen.
        self.app.call_later(self.app.simulate_key, event.key)
