"""A line of tabs for panes that share one place on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from autocoder_tui.ui.key_words import key_of
from autocoder_tui.ui.widgets.tabs import Tab, fitting


class TabStrip(Widget):
    """One line; the current tab is bracketed and bold, so that it shows without colour."""

    DEFAULT_CSS = """
    TabStrip { height: 1; color: $text-muted; }
    """
    COMPONENT_CLASSES = {"tab-strip--current", "tab-strip--key"}

    current: reactive[str] = reactive("")
    marks: reactive[dict[str, str]] = reactive(dict)
    """Short signs behind a title, such as a count of hunks, by pane."""
    left_out: reactive[frozenset[str]] = reactive(frozenset())
    """Panes that there is no way to yet."""

    @dataclass
    class Chosen(Message):
        pane: str

    def __init__(self, tabs: tuple[Tab, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tabs = tabs
        self._spans: list[tuple[int, int, str]] = []

    def render(self) -> Content:
        tabs = [self._as_bound(tab) for tab in self._tabs if tab.pane not in self.left_out]
        pieces = fitting(tabs, self.current, self.marks, self.size.width)
        shown: list[Content] = []
        self._spans = []
        start = 0
        for tab, key, text in pieces:
            style = "bold $foreground" if tab.pane == self.current else "$muted"
            shown += [Content.styled(key, "$muted"), Content.styled(text, style)]
            self._spans.append((start, start + len(key) + len(text), tab.pane))
            start += len(key) + len(text)
        return Content.assemble(*shown)

    def _as_bound(self, tab: Tab) -> Tab:
        """The tab with the key that the person has given its pane."""
        return tab._replace(key=key_of(self.app, tab.binding)) if tab.binding else tab

    def on_click(self, event: events.Click) -> None:
        for start, end, pane in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(pane))
