"""A line to type in above a list of what has the words typed: one of them is chosen."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from textual import events
from textual.binding import Binding
from textual.widgets import Input, OptionList

from autocoder_tui.ui.screens.dialogs.dialog import Dialog

_Result = TypeVar("_Result")


class FilteredList(Dialog[_Result]):
    """The line keeps the keyboard; the arrows move in the list, and Enter chooses there."""

    BINDINGS = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]
    # The row that Enter chooses is no less the cursor for the keyboard being in the line.
    DEFAULT_CSS = """
    FilteredList OptionList:blur > .option-list--option-highlighted {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    """

    @abstractmethod
    def fill(self, wanted: str) -> None:
        """List what has all words of `wanted`."""

    @abstractmethod
    def choose(self, index: int | None) -> None:
        """Answer with the option at `index`, if there is one."""

    def on_input_changed(self, event: Input.Changed) -> None:
        self.fill(event.value)

    def on_input_submitted(self) -> None:
        self.choose(self.query_one(OptionList).highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.choose(event.option_index)

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def rank_of(title: str, wanted: str) -> int:
    """How far a row that has the words is from them: 0 where its title is what is typed, 1 where
    it begins so, 2 where it has the words, 3 where they are elsewhere in the row."""
    name, typed = title.casefold(), wanted.strip().casefold()
    if name == typed or not typed:
        return 0
    return 1 if name.startswith(typed) else 2 if has_words(title, wanted) else 3


def has_words(text: str, wanted: str) -> bool:
    """Whether every word of `wanted` is in `text`, in whatever case and order."""
    text = text.casefold()
    return all(word in text for word in wanted.casefold().split())
