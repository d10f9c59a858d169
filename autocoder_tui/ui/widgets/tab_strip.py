"""A line of tabs for panes that share one place on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


@dataclass(frozen=True, slots=True)
class Tab:
    """`key` is shown before the title as the way there without a mouse."""

    pane: str
    title: str
    key: str = ""


class TabStrip(Widget):
    """One line; the current tab is bracketed and bold, so that it shows without colour."""

    DEFAULT_CSS = """
    TabStrip { height: 1; color: $text-muted; }
    """
    COMPONENT_CLASSES = {"tab-strip--current", "tab-strip--key"}

    current: reactive[str] = reactive("")
    marks: reactive[dict[str, str]] = reactive(dict)
    """Short signs behind a title, such as a count of hunks, by pane."""

    @dataclass
    class Chosen(Message):
        pane: str

    def __init__(self, tabs: tuple[Tab, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tabs = tabs
        self._spans: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        pieces: list[Content | str] = []
        self._spans = []
        start = 0
        for tab in self._tabs:
            label = tab.title + self.marks.get(tab.pane, "")
            text = f"[{label}]" if tab.pane == self.current else f" {label} "
            style = "bold $foreground" if tab.pane == self.current else ""
            key = f"{tab.key} " if tab.key else ""
            pieces += [Content.styled(f" {key}", "$text-disabled"), Content.styled(text, style)]
            length = 1 + len(key) + len(text)
            self._spans.append((start, start + length, tab.pane))
            start += length
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        for start, end, pane in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(pane))
