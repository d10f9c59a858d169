"""A screen on which others may lie."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from textual import events
from textual.message import Message
from textual.messages import Layout
from textual.notifications import Notification
from textual.screen import Screen
from textual.widget import Widget

from autocoder_tui.ui.screens.compositor import SparingCompositor
from autocoder_tui.ui.screens.paint_clock import PaintClock
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp
from autocoder_tui.ui.widgets.footer_line import FooterLine
from autocoder_tui.ui.widgets.message_line import MessageLine

_Result = TypeVar("_Result")

_BELOW = 0.25
"""Seconds between two paintings of what changed below another screen: each is one of the whole
terminal, and whoever types above waits for it."""


class CoveredScreen(Screen[_Result]):
    """While it is covered it shows no messages: the screen above shows the same ones.

    To say so by a class of the screen, as Textual offers, gives each of its widgets its styles
    anew when a dialog opens and when it closes.
    """

    _begun = False
    _will_show_below = False

    def __init__(
        self, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name, id, classes)
        self._compositor = SparingCompositor()

    @cached_property
    def _update_timer(self) -> PaintClock:  # type: ignore[override]  # of a timer, what is used
        app = self.app
        if isinstance(app, TypeAheadApp):
            return PaintClock(self._paint, lambda: app.last_input_at, lambda: app.input_waits)
        return PaintClock(self._paint)

    def _paint(self) -> None:
        """Textual's tick, as Textual calls it."""
        app = self.app
        if app._exit:
            return
        try:
            with self._context():
                self._on_timer_update()
        except Exception as error:
            app._handle_exception(error)

    def _on_timer_update(self) -> None:
        """Who asked to be painted is painted, too, where a layout is made first: Textual forgets
        them then, and what they show stays as it was until they ask again."""
        asked = {*self._dirty_widgets} if self._layout_required else set()
        super()._on_timer_update()
        if asked:
            self._dirty_widgets |= {widget for widget in asked if widget.is_attached}
            self._update_timer.resume()

    def post_message(self, message: Message) -> bool:
        """What stands in a pane that is not on show asks for no layout of the screen: it gets its
        place with the pane's own. While a reply streams in, the review behind it grows as well."""
        if type(message) is Layout and _is_in_hidden_pane(message.widget):
            return True
        return super().post_message(message)

    def _compositor_refresh(self) -> None:
        if self.app.screen is self:
            super()._compositor_refresh()
        elif not self._will_show_below:
            self._will_show_below = True
            self.set_timer(_BELOW, self._show_below)

    def _show_below(self) -> None:
        """Show what changed while this screen was below another, if it still is."""
        self._will_show_below = False
        if self._compositor._dirty_regions:
            super()._compositor_refresh()
            # Textual asks for the whole of it again, which would go on and on at this pace.
            self._repaint_required = self._repaint_required and self.app.screen is self

    def paint_now(self, *widgets: Widget) -> None:
        """Paint these at once: the way to the next painting takes as long again."""
        for widget in widgets:
            widget._repaint_required = False
        self._dirty_widgets.update(widgets)
        self._update_timer.paint_now()

    def on_screen_suspend(self) -> None:
        self.show_message(None)
        self._tell_footer()

    def _tell_footer(self) -> None:
        for footer in self.query(FooterLine):
            footer.look_again()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """At the start everything has its styles already."""
        event.refresh_styles = event.refresh_styles and self._begun
        if self._begun:
            self._tell_footer()
        self._begun = True

    def show_message(self, notification: Notification | None, others: int = 0) -> None:
        """Say that, and nothing else; None takes away what is said."""
        line = next(iter(self.query(MessageLine)), None)
        if notification is None:
            if line is not None:
                line.display = False
                # It may have been shown and hidden again before a layout was made of it.
                self.refresh(layout=True)
            return
        if line is None:
            if not self.is_attached:
                return
            line = MessageLine()
            self.mount(line)
        line.say(notification, others)
        line.display = True
        footers = self.query(FooterLine)
        # The keys stay in sight: what is said stands above them.
        line.styles.margin = (0, 0, int(any(footer.display for footer in footers)), 0)


def _is_in_hidden_pane(widget: Widget) -> bool:
    """Whether it would not be seen whatever its own `display` is."""
    return any(isinstance(above, Widget) and not above.display for above in widget.ancestors)
