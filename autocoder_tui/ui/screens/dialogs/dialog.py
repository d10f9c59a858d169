"""What every modal screen has in common: it is answered once, and has buttons for that."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
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
    _idle: frozenset[str] = frozenset()
    """Keys of buttons that do nothing now."""
    _labels: Mapping[str, str] = MappingProxyType({})
    """What buttons are called instead, by their keys."""
    _had_keyboard: Widget | None = None

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
                labels = self._labels
                named = (KeyButton(labels.get(one.key, one.label), one.key) for one in self.BUTTONS)
                dialog.mount(ButtonRow(tuple(named), self._idle))

    def call_button(self, key: str, label: str) -> None:
        """Its key, the built-in one, does something else by now."""
        self._labels = {**self._labels, key: label}
        for row in self.query(ButtonRow):
            row.say(key, label)

    def offer(self, *keys: str, acts: bool) -> None:
        """Show the buttons of these keys, the built-in ones, only where they do something."""
        idle = self._idle.difference(keys) if acts else self._idle.union(keys)
        if idle != self._idle:
            self._idle = idle
            for row in self.query(ButtonRow):
                row.leave_out(idle)

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
