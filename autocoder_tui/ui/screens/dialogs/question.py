"""One question with a few answers, each with a key of its own."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is what the screen returns; `key` chooses it at once."""

    value: str
    label: str
    key: str


class Question(Dialog[str]):
    """Shows `text` and returns the chosen answer's value; escape is the last answer.

    `start` is the answer that Enter gives: the first, unless a reflex should not give it.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Cancel", id="question.cancel", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def __init__(
        self, title: str, text: str, answers: tuple[Answer, ...], *, start: int = 0
    ) -> None:
        super().__init__()
        self._heading = title
        self._text = text
        self._answers = answers
        self._start = start

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(visible(self._heading))
            yield Static(visible(self._text, lines=True), markup=False, classes="dialog-text")
            with Horizontal(classes="dialog-buttons"):
                for index, answer in enumerate(self._answers):
                    yield Button(
                        Content(visible(f"{answer.label} ({answer.key})")), id=f"answer-{index}"
                    )

    def on_mount(self) -> None:
        # Answered before it was mounted, it has no buttons any more.
        for button in self.query(f"#answer-{self._start}"):
            # A long text is read from its beginning.
            button.focus(scroll_visible=False)

    def action_scroll(self, lines: int) -> None:
        """Move through a text that is longer than the screen."""
        for dialog in self.query(".dialog"):
            dialog.scroll_relative(y=lines, animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        index = int((event.button.id or "answer-0").removeprefix("answer-"))
        self.dismiss(self._answers[index].value)

    def on_key(self, event: events.Key) -> None:
        for answer in self._answers:
            if event.key == answer.key:
                event.stop()
                self.dismiss(answer.value)

    def action_cancel(self) -> None:
        self.dismiss(self._answers[-1].value)
