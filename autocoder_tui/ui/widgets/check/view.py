"""The lines of a check as rows; those that name a place of the project are links."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from autocoder_tui.ui.contrast import as_line, least_of
from autocoder_tui.ui.widgets.check.lines import CheckLine
from autocoder_tui.ui.widgets.line_scroller import LineScroller, Thumb
from autocoder_tui.ui.widgets.log.rows import wrapped

_MARGIN = 2
_BAR_WIDTH = 2


class CheckView(LineScroller):
    """Shows the lines it is given and walks from link to link. Enter, or a click, follows one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step_link(1)", "Next place", id="check.next"),
        Binding("p", "step_link(-1)", "Previous place", id="check.previous", show=False),
        Binding("enter", "follow_link", "Go there", id="check.follow"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "check--command",
        "check--passed",
        "check--failed",
        "check--remark",
        "check--track",
        "check--thumb",
    }
    DEFAULT_CSS = """
    CheckView {
        height: 1fr;
        color: $foreground;
        & .check--command { text-style: bold; color: $text-accent; }
        & .check--passed { text-style: bold; color: $text-success; }
        & .check--failed { text-style: bold; color: $text-error; }
        & .check--remark { color: $text-muted; }
        & .check--track { color: $foreground 14%; }
        & .check--thumb { color: $scrollbar; }
    }
    """

    @dataclass
    class Followed(Message):
        """Line `line` (from 1) of the project's file `path` is wanted."""

        path: str
        line: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: list[CheckLine] = []
        self.cursor = -1
        """The line with the link that Enter follows; -1 for none."""
        self._has_links = False
        self._rows: list[tuple[int, str]] = []
        self._starts: list[int] = []
        self._width = 0

    @property
    def line_count(self) -> int:
        return len(self._rows)

    @property
    def links(self) -> list[int]:
        """The lines that are links."""
        return [number for number, line in enumerate(self.lines) if line.path is not None]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("step_link", "follow_link"):
            return self._has_links
        return super().check_action(action, parameters)

    def show(self, lines: list[CheckLine]) -> None:
        """Show `lines`, the same as before and more, or others."""
        self.lines = lines
        has_links = any(line.path is not None for line in lines)
        if has_links != self._has_links:
            self._has_links = has_links
            self.refresh_bindings()
        if self.cursor >= len(lines) or (self.cursor >= 0 and lines[self.cursor].path is None):
            self.cursor = -1
        self._wrap()

    def on_resize(self, event: events.Resize) -> None:
        width = max(0, event.size.width - _MARGIN - _BAR_WIDTH)
        if width and width != self._width:
            self._width = width
            self._wrap()
        self.lines_changed()
        self.refresh()

    def _wrap(self) -> None:
        self._rows, self._starts = [], []
        if self._width:
            for number, line in enumerate(self.lines):
                self._starts.append(len(self._rows))
                self._rows += [(number, piece) for piece in wrapped(line.text, self._width)]
        self.lines_changed()
        self.refresh()

    # ------------------------------------------------------------------ links

    def action_step_link(self, step: int) -> None:
        """Go to the next or previous line that names a place of the project."""
        links = self.links
        if not links:
            self.app.notify("No line of the output names a place in the project.", markup=False)
            return
        if self.cursor in links:
            at = links.index(self.cursor) + step
        else:
            at = 0 if step > 0 else len(links) - 1
        self.select(links[at % len(links)])

    def select(self, line: int) -> None:
        """Put the cursor on the link in `line` and bring it into view."""
        self.cursor = line
        row = self._starts[line] if line < len(self._starts) else 0
        if not self.top_line <= row < self.top_line + max(1, self.size.height - 1):
            self.scroll_to_line(row - self.size.height // 3)
        self.refresh()

    def action_follow_link(self) -> None:
        """Go to the place in the diff."""
        if not 0 <= self.cursor < len(self.lines):
            self.action_step_link(1)
            return
        line = self.lines[self.cursor]
        if line.path is not None:
            self.post_message(self.Followed(line.path, line.line))

    def on_click(self, event: events.Click) -> None:
        row = self.top_line + event.y
        if 0 <= row < len(self._rows) and event.x < self.size.width - 1:
            number = self._rows[row][0]
            if self.lines[number].path is not None:
                self.select(number)
                self.action_follow_link()

    # ------------------------------------------------------------------ painting

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        at = self.top_line + y
        segments = [Segment(" " * max(0, width - 1), base)]
        if at < len(self._rows) and width > _MARGIN:
            number, text = self._rows[at]
            here = number == self.cursor
            first = bisect_right(self._starts, at) - 1 == number and self._starts[number] == at
            margin = "▶ " if here and first else "  "
            style = self._style_of(self.lines[number], base)
            if here:
                style += Style(reverse=True)
            segments = [
                Segment(margin, base),
                Segment(text, style),
                Segment(set_cell_size("", width - 1 - _MARGIN - Segment(text).cell_length), base),
            ]
        return Strip([*segments, self._bar(y, base)], width)

    def _style_of(self, line: CheckLine, base: Style) -> Style:
        if line.kind != "output":
            return self.get_component_rich_style(f"check--{line.kind}")
        return base + Style(underline=True) if line.path is not None else base

    def _bar(self, y: int, base: Style) -> Segment:
        thumb = Thumb.of(len(self._rows), self.size.height, self.top_line)
        if not thumb.length:
            return Segment(" ", base)
        if thumb.covers(y):
            # The focused bar is heavier: seen without colour too.
            bar = "█" if self.has_focus else "┃"
            return Segment(bar, self.get_component_rich_style("check--thumb"))
        track = self.get_component_rich_style("check--track")
        return Segment("│", as_line(track, base, least_of(self.app.theme_variables)))
