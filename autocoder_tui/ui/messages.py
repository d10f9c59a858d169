"""What the program tells, one message at a time, and what it takes back."""

from __future__ import annotations

from textual.app import App
from textual.notifications import SeverityLevel
from textual.timer import Timer

from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.ui.screens.covered_screen import CoveredScreen
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.widgets.message_line import said_now, seconds_shown


class Messages(App[str]):
    """Owns which message is shown, on whatever screen is in front."""

    main: MainScreen
    _message_timer: Timer | None = None

    def tell(
        self, text: str, *, severity: SeverityLevel = "information", timeout: float = 6
    ) -> None:
        """A notification, also kept in the log. `text` may be untrusted."""
        self.notify(safe_line(text), severity=severity, timeout=timeout, markup=False)
        self.main.log_line(text, 1 if severity == "information" else 0)

    def untell(self, text: str) -> None:
        """Take back what was told, where it is still shown: it is true no more."""
        for told in tuple(self._notifications):
            if told.message == safe_line(text):
                self._unnotify(told)

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
