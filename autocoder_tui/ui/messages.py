"""What the program says above the footer, one message at a time, and what it says no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.notifications import SeverityLevel as Severity
from textual.timer import Timer

from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.ui.screens.covered_screen import CoveredScreen
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp
from autocoder_tui.ui.widgets.message_line import said_now, seconds_shown

if TYPE_CHECKING:
    from autocoder_tui.ui.screens.main import MainScreen


class MessageApp(TypeAheadApp):
    """Shows the gravest message that may not be read yet; the log has all of them."""

    main: MainScreen
    _message_timer: Timer | None = None

    def tell(self, text: str, *, severity: Severity = "information", timeout: float = 6) -> None:
        """A notification, also kept in the log. `text` may be untrusted."""
        self.notify(safe_line(text), severity=severity, timeout=timeout, markup=False)
        self.main.log_line(text, 1 if severity == "information" else 0)

    def take_back(self, *texts: str) -> None:
        """These were said, and hold no more: they go before their time."""
        gone = {safe_line(text) for text in texts if text}
        held = [said for said in self._notifications if said.message in gone]
        for said in held:
            self._unnotify(said, refresh=False)
        if held:
            self._refresh_notifications()

    def _refresh_notifications(self) -> None:
        """Textual would lay one upon the other over what is worked in."""
        self.call_later(self._show_message)

    def _show_message(self) -> None:
        screen = self.screen if self.screen_stack else None
        if not isinstance(screen, CoveredScreen):
            return
        shown, others = said_now(self._notifications)
        screen.show_message(shown, others)
        if self._message_timer is not None:
            self._message_timer.stop()
        if shown is not None:
            self._message_timer = self.set_timer(seconds_shown(shown), self._show_message)

    def on_message_line_dismissed(self) -> None:
        shown, _ = said_now(self._notifications)
        if shown is not None:
            self._unnotify(shown)
