"""The program's panes: which is in sight, and how much room each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from autocoder_tui.ui.background_work import BackgroundWork
from autocoder_tui.ui.composition import ComposedApp
from autocoder_tui.ui.theme import MUTED

if TYPE_CHECKING:
    from autocoder_tui.ui.widgets.panes.body import PaneBody, Towards


class PanedApp(BackgroundWork, ComposedApp):
    """Goes from pane to pane, and gives them room."""

    def get_default_screen(self) -> Screen[None]:
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(MUTED)

    def action_show_pane(self, pane: str) -> None:
        """Go to a pane."""
        self.main.show(pane)

    def action_next_pane(self) -> None:
        """Go to the next of the lower panes."""
        self.main.show_next()

    def action_maximise_pane(self) -> None:
        """Give the pane with the keyboard all the room, or bring the others back."""
        self.pane_sizes.maximise()

    def action_resize_pane(self, towards: Towards) -> None:
        """Make the pane with the keyboard larger or smaller."""
        self.pane_sizes.move(towards)

    def action_forget_sizes(self) -> None:
        """Give the panes the program's own sizes again."""
        self.pane_sizes.forget()

    def on_pane_body_resized(self, event: PaneBody.Resized) -> None:
        self.pane_sizes.changed(event.shares)

    def on_pane_body_title_clicked(self, event: PaneBody.TitleClicked) -> None:
        self.pane_sizes.maximise()
