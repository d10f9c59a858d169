"""Quitting: asked about only where something would stop, or be gone."""

from __future__ import annotations

import time
from typing import Final

from textual.screen import ModalScreen

from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog

_ANSWERS = (Answer("quit", "Quit", "q"), Answer("stay", "Stay", "s"))


_TWICE_WITHIN: Final = 4.0
"""Seconds."""


class QuitQuestion(Question):
    """Whether to quit."""


def leave(app: Program) -> None:
    """Quit; asks first when a run is under way, or when a proposal could not be kept.

    What is set up, and a review that is not written, are there again at the next start.
    """
    if any(isinstance(screen, QuitQuestion) for screen in app.screen_stack):
        return
    typing = any(isinstance(screen, TextDialog) for screen in app.screen_stack)
    if isinstance(app.screen, ModalScreen) and (typing or app.runner.running):
        app.tell("Answer or close this first (Esc); then Ctrl+Q quits.", severity="warning")
    elif app.runner.running:
        text = "Stop it and quit? What has come is kept; the next start offers to go on with it."
        _ask(app, "A run is under way", text)
    elif app.batches.running:
        text = "Stop it and quit? What has come is kept, and nothing is paid for twice: Q goes on."
        _ask(app, "A batch is under way", text)
    elif app.project.running and app.text_calls.running:
        text = "Stop it and quit? What has come is kept: the next start goes on with it."
        _ask(app, "A step is under way", text)
    elif problem := _not_kept(app):
        _ask(app, "The proposal is not kept", f"{problem} Quit all the same?")
    else:
        app.exit()


class Interrupt:
    """Ctrl+C: the second within a few seconds stops a run, which a slip must not."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._pressed_at = float("-inf")

    def pressed(self) -> None:
        app, now = self._app, time.monotonic()
        if not app.runner.running:
            app.notify("Ctrl+Q quits.", markup=False)
        elif now - self._pressed_at < _TWICE_WITHIN:
            app.runner.stop()
        else:
            self._pressed_at = now
            text = "Ctrl+C again stops the run, as Esc does; what has come is kept. Ctrl+Q quits."
            app.notify(text, severity="warning", timeout=_TWICE_WITHIN, markup=False)


def _ask(app: Program, title: str, text: str) -> None:
    def answered(answer: str | None) -> None:
        if answer == "quit":
            app.exit()

    app.push_screen(QuitQuestion(title, text, _ANSWERS), answered)


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
