"""The log: its lines, what is let through of them, and the level at which it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Label, Static

from autocoder_tui.diagnostics.debug_log import LEVELS, DebugLog, LogLine
from autocoder_tui.problems import shortened
from autocoder_tui.ui.widgets.log.view import LogView
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.search_line import SearchLine


class FilterLine(SearchLine):
    """Hidden until it is opened; narrows the log down while one types."""

    def compose(self) -> ComposeResult:
        yield Label("/", markup=False)
        yield PlainInput(compact=True, id="filter-text", placeholder="only lines that hold this")


class LogPane(Vertical):
    """Shows what a DebugLog takes, and sets its level."""

    BINDINGS = [
        Binding("slash", "filter", "Filter", id="log.filter"),
        Binding("y", "copy_shown", "Copy", id="log.copy"),
        Binding("0", "set_level(0)", "Level 0: silent", id="log.level_0", show=False),
        Binding("1", "set_level(1)", "Level 1: info", id="log.level_1", show=False),
        Binding("2", "set_level(2)", "Level 2: debug", id="log.level_2", show=False),
        Binding("3", "set_level(3)", "Level 3: everything sent", id="log.level_3", show=False),
    ]
    DEFAULT_CSS = """
    LogPane #log-state { height: 1; color: $text-muted; }
    """

    @dataclass
    class CopyAsked(Message):
        """`text` is to be copied; `what` says in words what it is."""

        text: str
        what: str

    def __init__(self, log: DebugLog, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._log = log
        self.keyboard_view = LogView(log.level)
        self._sought = ""

    def compose(self) -> ComposeResult:
        yield self.keyboard_view
        yield FilterLine()
        yield Static("", id="log-state", markup=False)

    def on_mount(self) -> None:
        self._show_state()

    def add(self, line: LogLine) -> None:
        self.keyboard_view.add(line)

    def action_set_level(self, level: int) -> None:
        """From now on this level, for the log file too."""
        self._log.level = level
        self.keyboard_view.let_through(level=level)
        self._show_state()

    def action_filter(self) -> None:
        """Show only lines that hold a text."""
        self.query_one(FilterLine).open()

    def on_search_line_sought(self, event: SearchLine.Sought) -> None:
        event.stop()
        self._sought = event.text
        self.keyboard_view.let_through(sought=event.text)

    def on_search_line_stepped(self, event: SearchLine.Stepped) -> None:
        event.stop()
        self.keyboard_view.action_scroll_lines(event.step)

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        event.stop()
        self.keyboard_view.focus()

    def on_log_view_grown(self, event: LogView.Grown) -> None:
        event.stop()
        self._show_state()

    def action_copy_shown(self) -> None:
        """Copy the lines that are let through."""
        lines = self.keyboard_view.shown()
        text = "".join(f"{line.at:%H:%M:%S} {line.text}\n" for line in lines)
        what = f"{len(lines):,} line{'s' * (len(lines) != 1)} of the log"
        self.post_message(self.CopyAsked(text, what))

    def _show_state(self) -> None:
        view = self.keyboard_view
        level = self._log.level
        parts = [f"level {level} ({LEVELS[level]}), 0-3 change it"]
        if self._sought:
            parts.append(f"only “{shortened(self._sought, 20)}”")
        some = f"{len(view.shown()):,} of " if self._sought else ""
        parts.append(f"{some}{view.kept:,} line{'s' * (view.kept != 1)}")
        self.query_one("#log-state", Static).update(" · ".join(parts))
