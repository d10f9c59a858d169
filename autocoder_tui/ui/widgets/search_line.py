"""The line in which a search is typed, and how many matches there are."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from autocoder_tui.ui.widgets.diff.search import SearchedDiff
from autocoder_tui.ui.widgets.plain_area import PlainInput


class SearchLine(Horizontal):
    """Hidden until it is opened; searches while one types. Enter hands the keyboard back."""

    BINDINGS = [
        Binding("escape", "close", "End the search", id="search.close", show=False),
        Binding("down,ctrl+n", "step(1)", "Next match", id="search.next", show=False),
        Binding("up", "step(-1)", "Previous match", id="search.previous", show=False),
    ]
    DEFAULT_CSS = """
    SearchLine { height: 1; display: none; background: $panel; }
    SearchLine Label { width: auto; padding: 0 1; }
    SearchLine Input { width: 1fr; border: none; height: 1; padding: 0; background: $surface; }
    """

    @dataclass
    class Sought(Message):
        """Look for this text; "" ends the search."""

        text: str

    @dataclass
    class Stepped(Message):
        """Go to the next (1) or the previous (-1) match."""

        step: int

    class Left(Message):
        """The keyboard goes back to what is searched."""

    def compose(self) -> ComposeResult:
        yield Label("/", markup=False)
        yield PlainInput(compact=True, id="search-text")
        yield Label("", id="search-count", markup=False)

    def open(self) -> None:
        """Show the line and take the keyboard, with what was sought last selected."""
        self.display = True
        line = self.query_one(Input)
        line.focus()
        line.select_all()

    def show_found(self, found: SearchedDiff.FoundChanged) -> None:
        """Say which match of how many one is at; gone when nothing is looked for."""
        text = "nothing found" if found.text else ""
        if found.total:
            at = f"{found.at + 1} of " if found.at >= 0 else ""
            text = f"{at}{found.total:,} · f F next, previous"
        self.query_one("#search-count", Label).update(text)
        if not found.text and not self.query_one(Input).has_focus:
            self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.display = False
        self.post_message(self.Left())

    def action_step(self, step: int) -> None:
        self.post_message(self.Stepped(step))

    def action_close(self) -> None:
        self.display = False
        self.post_message(self.Sought(""))
        self.post_message(self.Left())
