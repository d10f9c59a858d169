"""What every modal screen has in common: it is answered once."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.screen import ModalScreen

from autocoder_tui.ui.screens.covered_screen import CoveredScreen

_Result = TypeVar("_Result")


class Dialog(ModalScreen[_Result], CoveredScreen[_Result]):
    """A screen that asks for something and returns it."""

    # The App's keys end at a modal screen; these two act from anywhere.
    BINDINGS = [
        Binding("ctrl+z", "app.suspend_process", show=False, id="app.stop"),
        Binding("f1", "app.show_keys", show=False, id="app.keys"),
    ]

    _answered = False

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
