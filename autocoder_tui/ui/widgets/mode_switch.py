"""What a run is to be: the modes side by side, the chosen one in brackets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.engine.purpose import MODES, Mode

MODE_TITLES: Final[Mapping[Mode, str]] = {
    "generate": "Generate",
    "query": "Query",
    "feedback": "Feedback",
    "clarify": "Clarify",
}
_WIDTH: Final = sum(len(title) + 2 for title in MODE_TITLES.values())


class ModeSwitch(Widget):
    """One line. A click chooses a mode; the key that does is the App's."""

    DEFAULT_CSS = f"""
    ModeSwitch {{ width: {_WIDTH}; height: 1; color: $text-muted; margin: 0 2 0 0; }}
    """

    mode: reactive[Mode] = reactive("generate")

    @dataclass
    class Chosen(Message):
        """A person wants this mode."""

        mode: Mode

    def render(self) -> Content:
        return Content.assemble(
            *(
                Content.styled(f"[{title}]", "bold $foreground")
                if mode == self.mode
                else Content.styled(f" {title} ", "$muted")
                for mode, title in MODE_TITLES.items()
            )
        )

    def on_click(self, event: events.Click) -> None:
        start = 0
        for mode in MODES:
            start += len(MODE_TITLES[mode]) + 2
            if event.x < start:
                self.post_message(self.Chosen(mode))
                return
