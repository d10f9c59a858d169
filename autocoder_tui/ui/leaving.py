"""Quitting: what is asked first, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from autocoder_tui.ui.screens.question import Answer, Question
from autocoder_tui.ui.screens.text_dialog import TextDialog
from autocoder_tui.ui.widgets.review_pane import ReviewPane

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp

_ANSWERS = (Answer("quit", "Quit", "q"), Answer("stay", "Stay", "s"))


class QuitQuestion(Question):
    """Whether to quit."""


def leave(app: AutocoderApp) -> None:
    """Quit; asks first when a run is under way or a proposal is not written."""
    unwritten = app.main.query_one(ReviewPane).unwritten
    if any(isinstance(screen, QuitQuestion) for screen in app.screen_stack):
        return
    typing = any(isinstance(screen, TextDialog) for screen in app.screen_stack)
    if isinstance(app.screen, ModalScreen) and (typing or unwritten or app.runner.running):
        app.tell("Answer or close this first (Esc); then Ctrl+Q quits.", severity="warning")
    elif app.runner.running:
        _ask(app, "A run is under way", "Stop it and quit? What has come is kept.")
    elif unwritten:
        text = f"{unwritten} Quit without writing? The reply is kept in the state folder."
        _ask(app, "Not written yet", text)
    else:
        app.exit()


def _ask(app: AutocoderApp, title: str, text: str) -> None:
    def answered(answer: str | None) -> None:
        if answer == "quit" and _kept(app):
            app.exit()

    app.push_screen(QuitQuestion(title, text, _ANSWERS), answered)


def _kept(app: AutocoderApp) -> bool:
    """Whether all that came is written down; without room for it, asking again is all there is."""
    if app.runner.running or app.runner.keeping.complete:
        return True
    text = "There was no room to keep it, and it is gone when you quit. Quit all the same?"
    app.push_screen(
        QuitQuestion("The reply is not kept", text, _ANSWERS),
        lambda answer: app.exit() if answer == "quit" else None,
    )
    return False
