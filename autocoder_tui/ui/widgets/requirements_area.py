"""The editor for what a person wants."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding
from textual.message import Message

from autocoder_tui.ui.widgets.plain_area import PlainArea


class RequirementsArea(PlainArea):
    """Text to send. Earlier prompts are the App's to bring."""

    # A Mac keeps the keys with Ctrl for itself, some terminals those with Alt.
    BINDINGS = [
        Binding("ctrl+up,alt+up", "step(1)", "Earlier prompt", id="prompt.earlier", show=False),
        Binding("ctrl+down,alt+down", "step(-1)", "Later prompt", id="prompt.later", show=False),
        Binding("f12", "search", "Search prompts", id="prompt.search", show=False),
    ]

    @dataclass
    class Stepped(Message):
        """An earlier prompt is wanted, or a later one where `by` is below 0."""

        by: int

    class SearchRequested(Message):
        """The list of earlier prompts is wanted."""

    def action_step(self, by: int) -> None:
        self.post_message(self.Stepped(by))

    def action_search(self) -> None:
        self.post_message(self.SearchRequested())
