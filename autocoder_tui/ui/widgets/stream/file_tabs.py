"""A line of tabs, one for each file of a reply: how far it has come, and what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from autocoder_tui.safety.sanitize import visible

FileState: TypeAlias = Literal["coming", "whole", "unchanged", "not offered", "cut off"]

_SIGNS: Final[dict[FileState, str]] = {
    "coming": "…",
    "whole": "✓",
    "unchanged": "=",
    "not offered": "✗",
    "cut off": "!",
}
_STYLES: Final[dict[FileState, str]] = {
    "coming": "$text-accent",
    "whole": "$text-success",
    "unchanged": "$text-muted",
    "not offered": "$text-error",
    "cut off": "$text-warning",
}
_LONGEST_NAME: Final = 32
"""Cells; of a longer path the end is shown."""
_MORE: Final = 4
"""Cells of "+12" at an end, where files have no room."""


@dataclass(frozen=True, slots=True)
class FileTab:
    """`detail` is how much the file changes, or how long it is so far."""

    name: str
    state: FileState
    detail: str = ""


class FileTabs(Widget):
    """One line; the current tab is bracketed and bold, so that it shows without colour. It never
    takes the keyboard."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FileTabs { height: 1; color: $text-muted; background: $panel; display: none; }
    FileTabs.-there { display: block; }
    """

    @dataclass
    class Chosen(Message):
        """`index` counts the files from 0."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tabs: tuple[FileTab, ...] = ()
        self.current = 0
        self._spans: list[tuple[int, int, int]] = []

    def show(self, tabs: Sequence[FileTab], current: int) -> None:
        """Show these; hidden where there are none."""
        if (tuple(tabs), current) == (self.tabs, self.current):
            return
        self.tabs, self.current = tuple(tabs), current
        self.set_class(bool(self.tabs), "-there")
        self.refresh()

    def render(self) -> Content:
        pieces = [self._piece(at, tab) for at, tab in enumerate(self.tabs)]
        shown = self._window([piece.cell_length for piece in pieces])
        line = [Content(f" +{shown.start} ".rjust(_MORE) if shown.start else "")]
        at = line[0].cell_length
        self._spans = []
        for number in shown:
            line.append(pieces[number])
            self._spans.append((at, at + pieces[number].cell_length, number))
            at += pieces[number].cell_length
        if left := len(pieces) - shown.stop:
            line.append(Content(f" +{left}"))
        return Content.assemble(*line)

    def _window(self, widths: Sequence[int]) -> range:
        """Which tabs there is room for: the current one, those after it, then those before."""
        room = self.size.width
        if sum(widths) <= room:
            return range(len(widths))
        room -= 2 * _MORE
        start = stop = self.current
        used = 0
        while stop < len(widths) and (stop == start or used + widths[stop] <= room):
            used += widths[stop]
            stop += 1
        while start and used + widths[start - 1] <= room:
            start -= 1
            used += widths[start]
        return range(start, stop)

    def _piece(self, at: int, tab: FileTab) -> Content:
        here = at == self.current
        begin, end = ("[", "]") if here else (" ", " ")
        detail = f" {tab.detail}" if tab.detail else ""
        return Content.assemble(
            begin,
            Content.styled(_SIGNS[tab.state], _STYLES[tab.state]),
            Content.styled(f" {_end_of(visible(tab.name))}", "bold $foreground" if here else ""),
            f"{detail}{end}",
        )

    def on_click(self, event: events.Click) -> None:
        for start, end, number in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(number))


def _end_of(name: str) -> str:
    """`name`, or what tells a long path from others: its end."""
    if cell_len(name) <= _LONGEST_NAME:
        return name
    while cell_len(name) > _LONGEST_NAME - 1:
        name = name[1:]
    return f"…{name}"
