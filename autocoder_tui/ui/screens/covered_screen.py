"""A screen on which others may lie."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.screen import Screen

from autocoder_tui.ui.screens.compositor import SparingCompositor

_Result = TypeVar("_Result")


class CoveredScreen(Screen[_Result]):
    """While it is covered it shows no notifications: the screen above shows the same ones.

    To say so by a class of the screen, as Textual offers, gives each of its widgets its styles
    anew when a dialog opens and when it closes.
    """

    _begun = False

    def __init__(
        self, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name, id, classes)
        self._compositor = SparingCompositor()

    def on_screen_suspend(self) -> None:
        self._show_notifications(False)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """At the start everything has its styles already."""
        event.refresh_styles = event.refresh_styles and self._begun
        self._begun = True
        self._show_notifications(True)

    def _show_notifications(self, shown: bool) -> None:
        for rack in self.query_children("ToastRack"):
            rack.display = shown
