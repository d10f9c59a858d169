"""A few lines or a whole file to type or change."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.plain_area import PlainArea


@runtime_checkable
class TypedInto(Protocol):
    """A dialog in which a text is typed: what it began as, and as it is now. It is told from others
    by its `heading` and the `original`."""

    heading: str
    original: str

    @property
    def typed(self) -> str: ...


class TextDialog(Dialog[str | None]):
    """Returns the text as left, or None when it was given up. `line` is where to begin, from 0.

    It begins with `typed`, where that is given, in place of the `original`. `tall`: it
    takes the screen, as for code; otherwise it is a small box, as for a note. `prose`: it takes the
    screen, and long lines are wrapped.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "done", "Done", id="text.done"),
        # With priority: a text area in which tab indents takes escape for leaving it.
        Binding("escape", "give_up", "Cancel", id="text.cancel", priority=True),
    ]
    BUTTONS: ClassVar[tuple[KeyButton, ...]] = (
        KeyButton("Done", "ctrl+s"),
        KeyButton("Cancel", "escape"),
    )
    KEEPS_TYPED = False
    """Whether what was typed is there again after it was given up."""
    DEFAULT_CSS = """
    TextDialog PlainArea { height: 8; background: $background; }
    TextDialog PlainArea, TextDialog PlainArea:focus { border: none; padding: 0; }
    TextDialog .dialog-text { margin-bottom: 1; color: $text-muted; }
    TextDialog .tall-dialog PlainArea { height: 1fr; }
    """

    def __init__(
        self,
        title: str,
        hint: str,
        original: str = "",
        *,
        typed: str | None = None,
        line: int = 0,
        tall: bool = False,
        prose: bool = False,
    ) -> None:
        super().__init__()
        self.heading = title
        self.way = ""
        """How it was answered, where there is more than one way."""
        self._hint = hint
        self.original = original
        self._begin = original if typed is None else typed
        self._line = line
        self._tall = tall or prose
        self._code = tall and not prose

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog" if self._tall else "dialog") as dialog:
            dialog.border_title = Content(visible(self.heading))
            yield Static(visible(self._hint, lines=True), markup=False, classes="dialog-text")
            yield PlainArea(
                self._begin,
                soft_wrap=not self._code,
                show_line_numbers=self._code,
                tab_behavior="indent" if self._code else "focus",
            )

    def on_mount(self) -> None:
        area = self.query_one(PlainArea)
        area.focus()
        area.move_cursor((self._line, 0), center=True)

    @property
    def typed(self) -> str:
        """The text as it is now."""
        areas = self.query(PlainArea)
        return areas.first().text if areas else self._begin

    def action_done(self) -> None:
        self.dismiss(self.typed)

    def action_give_up(self) -> None:
        """Close; asks first when something was typed."""
        if self.typed == self.original:
            self.dismiss(None)
            return

        def answered(answer: str | None) -> None:
            if answer == "drop":
                self.dismiss(None)

        question = Question(
            "Drop what you typed?",
            "It is not kept anywhere.",
            (Answer("drop", "Drop it", "d"), Answer("back", "Back to it", "b", harmless=True)),
            start=1,
        )
        self.app.push_screen(question, answered)
