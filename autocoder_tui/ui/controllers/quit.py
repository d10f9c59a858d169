"""Quitting: asked about only where something would stop, or be gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from textual.screen import ModalScreen

from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
from autocoder_tui.values import dataclass

_ANSWERS = (Answer("quit", "Quit", "q"), Answer("stay", "Stay", "s", harmless=True))


_TWICE_WITHIN: Final = 4.0
"""Seconds."""


_LOOK: Final = 0.2
"""Seconds between two looks whether what is asked about has ended."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why quitting is asked about: a title, and what it would mean."""

    title: str
    text: str


_OVER: Final = Reason(
    "It has ended meanwhile",
    "Nothing is under way any more. What came is kept: the next start shows it again. Quit now?",
)


class QuitQuestion(Question):
    """Whether to quit. What it asks about may end meanwhile: then it says so."""

    def __init__(self, reason: Reason, reason_now: Callable[[], Reason | None]) -> None:
        super().__init__(reason.title, reason.text, _ANSWERS, start=1)
        self._reason = reason
        self._reason_now = reason_now

    def on_mount(self) -> None:
        self.set_interval(_LOOK, self._look)

    def _look(self) -> None:
        reason = self._reason_now() or _OVER
        if reason != self._reason and not self.closing:
            self._reason = reason
            self.say(reason.title, reason.text)


def leave(app: Program) -> None:
    """Quit; asks first when something is under way, or when a proposal could not be kept.

    What is set up, and a review that is not written, are there again at the next start.
    """
    if any(isinstance(screen, QuitQuestion) for screen in app.screen_stack):
        return
    typing = any(isinstance(screen, TextDialog) for screen in app.screen_stack)
    reason = _reason(app)
    if isinstance(app.screen, ModalScreen) and (typing or app.runner.running):
        app.tell(
            f"Answer or close this first (Esc); then {app.key('app.quit')} quits.",
            severity="warning",
        )
    elif reason is None:
        app.exit()
    else:
        _ask(app, reason)


def _reason(app: Program) -> Reason | None:
    """What speaks against quitting at once, as things are now."""
    if app.runner.running:
        text = "Stop it and quit? What has come is kept; the next start offers to go on with it."
        return Reason("A run is under way", text)
    if app.batches.running:
        text = (
            "Stop it and quit? What has come is kept. "
            f"{app.key('batch.show')} goes on with the batch later, and nothing is paid for twice."
        )
        return Reason("A batch is under way", text)
    if app.project.running and app.text_calls.running:
        text = "Stop it and quit? What has come is kept; the next start goes on with it."
        return Reason("A step is under way", text)
    if problem := _not_kept(app):
        return Reason("The proposal is not kept", f"{problem} Quit all the same?")
    return None


class Interrupt:
    """Ctrl+C: the second within a few seconds stops a run, which a slip must not."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._pressed_at = float("-inf")

    def pressed(self) -> None:
        app, now = self._app, time.monotonic()
        if not app.runner.running:
            app.notify(f"{app.key('app.quit')} quits.", markup=False)
        elif now - self._pressed_at < _TWICE_WITHIN:
            app.runner.stop()
        else:
            self._pressed_at = now
            text = (
                f"Ctrl+C again stops the run, as {app.key('run.stop')} does; what has come is "
                f"kept. {app.key('app.quit')} quits."
            )
            app.notify(text, severity="warning", timeout=_TWICE_WITHIN, markup=False)


def _ask(app: Program, reason: Reason) -> None:
    def answered(answer: str | None) -> None:
        if answer == "quit":
            app.exit()

    app.push_screen(QuitQuestion(reason, lambda: _reason(app)), answered)


def _not_kept(app: Program) -> str:
    """Why a proposal that is not written would be gone; "" where nothing would be."""
    session = app.review_session
    if session is None or not session.unwritten or app.setup.demo:
        return ""
    if not app.runner.keeping.complete:
        return "There is no room to keep it, so it is gone when you quit."
    if not app.setup.settings.history.enabled:
        return "History is off in your settings, so it is gone when you quit."
    return ""
