"""The log as rows: thousands of lines a second may come, and the screen is drawn once a frame."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.events import Resize
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from autocoder_tui.diagnostics.debug_log import LogLine
from autocoder_tui.ui.contrast import as_line, least_of
from autocoder_tui.ui.widgets.line_scroller import LineScroller, Thumb
from autocoder_tui.ui.widgets.log.rows import LogRow, LogRows

_FRAME = 1 / 30
_TIME_WIDTH = 9
_BAR_WIDTH = 2
"""With the blank before it."""


class LogView(LineScroller):
    """Shows the lines up to `level`, and of them those that hold what is sought."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log--time",
        "log--problem",
        "log--wire",
        "log--track",
        "log--thumb",
    }
    DEFAULT_CSS = """
    LogView {
        height: 1fr;
        color: $foreground;
        & .log--time { color: $text-disabled; }
        & .log--problem { color: $text-warning; text-style: bold; }
        & .log--wire { color: $text-muted; }
        & .log--track { color: $foreground 14%; }
        & .log--thumb { color: $scrollbar; }
    }
    """

    class Grown(Message):
        """There are more or other lines than before."""

    def __init__(self, level: int, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._kept = LogRows(level)
        self._new: list[LogLine] = []
        self._due: Timer | None = None

    @property
    def line_count(self) -> int:
        return len(self._kept.rows)

    @property
    def kept(self) -> int:
        """Lines that are kept, shown or not."""
        return self._kept.kept + len(self._new)

    @property
    def rows(self) -> list[LogRow]:
        """Every row that can be scrolled to."""
        return self._kept.rows

    def shown(self) -> list[LogLine]:
        """The lines that can be scrolled to, oldest first."""
        self._draw_new()
        return list(self._kept.shown())

    def add(self, line: LogLine) -> None:
        """Add a line; it is drawn with the next frame."""
        self._new.append(line)
        if self._due is None and self.is_mounted:
            self._due = self.set_timer(_FRAME, self._draw_new)

    def let_through(self, *, level: int | None = None, sought: str | None = None) -> None:
        """Show other lines than before."""
        kept = self._kept
        kept.level = kept.level if level is None else level
        kept.sought = kept.sought if sought is None else sought
        self._wrap_anew()

    def on_mount(self) -> None:
        self._draw_new()

    def on_resize(self, event: Resize) -> None:
        width = max(0, event.size.width - _TIME_WIDTH - _BAR_WIDTH)
        # Hidden it has no width, and comes back with the one it had.
        if width and width != self._kept.width:
            self._kept.width = width
            self._wrap_anew()
        self.lines_changed()
        self.refresh()

    def _wrap_anew(self) -> None:
        self._kept.wrap_anew()
        if not self._kept.rows:
            self.start_over()
        self.lines_changed()
        self.refresh()
        self.post_message(self.Grown())

    def _draw_new(self) -> None:
        self._due = None
        if not self._new:
            return
        lines, self._new = self._new, []
        dropped = self._kept.add(lines)
        if dropped and not self.following:
            self.scroll_to_line(max(0, self.top_line - dropped))
        self.lines_changed()
        self.refresh()
        self.post_message(self.Grown())

    # ------------------------------------------------------------------ painting

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        style = self.get_component_rich_style
        rows, index = self._kept.rows, self.top_line + y
        segments = [Segment(" " * max(0, width - 1), base)]
        if index < len(rows) and width > _TIME_WIDTH:
            row = rows[index]
            paint = {0: style("log--problem"), 3: style("log--wire")}.get(row.level, base)
            segments = [
                Segment(f"{row.at:<{_TIME_WIDTH}}", style("log--time")),
                Segment(set_cell_size(row.text, width - _TIME_WIDTH - 1), paint),
            ]
        thumb = Thumb.of(len(rows), self.size.height, self.top_line)
        if not thumb.length:
            bar = Segment(" ", base)
        elif thumb.covers(y):
            # The focused bar is heavier: seen without colour too.
            bar = Segment("█" if self.has_focus else "┃", style("log--thumb"))
        else:
            least = least_of(self.app.theme_variables)
            bar = Segment("│", as_line(style("log--track"), base, least))
        return Strip([*segments, bar], width)
