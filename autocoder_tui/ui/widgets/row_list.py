"""A list of rows of the same few lines each, of which only those in view are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from autocoder_tui.ui.widgets.options import in_colours, reversed_where_asked

_MOST_PAINTED = 400
"""Rows that are kept as they were painted last."""


class RowList(ScrollView, can_focus=True):
    """Textual's OptionList makes and measures every row of a list it is given, which takes longer
    than a key may where a list of hundreds changes with each key.

    `row_of` gives the row at an index, safe to show, in as many lines as a row has (`row_lines`).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup", "move_pages(-1)", "Page up", show=False),
        Binding("pagedown", "move_pages(1)", "Page down", show=False),
        Binding("home", "first", "First", show=False),
        Binding("end", "last", "Last", show=False),
        Binding("enter", "select", "Select", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"row-list--highlighted"}
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        background: $surface;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .row-list--highlighted {
            color: $foreground;
            background: $block-cursor-blurred-background;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .row-list--highlighted {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
    }
    """

    highlighted: reactive[int | None] = reactive(None)
    virtual_size = reactive(Size(0, 0))
    """Textual lays the whole screen out for another number of rows in a list of one size."""

    class Highlighted(Message):
        """The cursor is on another row."""

    class Selected(Message):
        """The row under the cursor was chosen."""

    def __init__(self, row_of: Callable[[int], Content]) -> None:
        super().__init__()
        self._row_of = row_of
        self.row_count = 0
        self.row_lines = 1
        self._last: tuple[int, list[Strip]] | None = None
        self._painted: dict[tuple[int, bool], tuple[Content, list[Strip]]] = {}
        self._painted_in: tuple[object, ...] = ()

    @property
    def painted(self) -> tuple[Widget, ...]:
        """Itself and its bar, where it has one."""
        return (self, self.vertical_scrollbar) if self.show_vertical_scrollbar else (self,)

    def show(self, row_count: int, highlighted: int | None) -> None:
        """There are other rows now, `row_count` of them."""
        self.row_count = row_count
        # Where a bar comes or goes, the whole screen is laid out.
        self._fit()
        self.highlighted = highlighted
        self._scroll_to_highlighted()
        self.refresh()

    def on_resize(self) -> None:
        self._fit()
        self._scroll_to_highlighted()

    def _fit(self) -> None:
        self.virtual_size = Size(1, max(self.row_count * self.row_lines, self.size.height))
        self._scroll_update(self.virtual_size)
        if self.styles.is_auto_height:
            self.refresh(layout=True)

    def keep_in_view(self) -> None:
        """Have the row under the cursor in view, with as many as can be of those above it."""
        self.scroll_to(y=0, animate=False, force=True)
        self._scroll_to_highlighted()

    def validate_highlighted(self, highlighted: int | None) -> int | None:
        if highlighted is None or not self.row_count:
            return None
        return max(0, min(highlighted, self.row_count - 1))

    def watch_highlighted(self) -> None:
        self._scroll_to_highlighted()
        self.refresh()
        self.post_message(self.Highlighted())

    def _scroll_to_highlighted(self) -> None:
        if self.highlighted is not None:
            row = Region(0, self.highlighted * self.row_lines, 1, self.row_lines)
            self.scroll_to_region(row, animate=False, force=True)

    def notify_style_update(self) -> None:
        self._painted.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._last = None
        width = self.scrollable_content_region.width
        look = (self.visual_style, self.has_focus, width, self.row_lines)
        if look != self._painted_in or len(self._painted) > _MOST_PAINTED:
            self._painted.clear()
            self._painted_in = look
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        at, line = divmod(y + int(self.scroll_offset.y), self.row_lines)
        if at >= self.row_count:
            return Strip.blank(self.scrollable_content_region.width, self.rich_style)
        # A row is asked for by each of its lines, and made once.
        if self._last is None or self._last[0] != at:
            self._last = (at, self._strips_of(self._row_of(at), at == self.highlighted))
        return self._last[1][line]

    def _strips_of(self, row: Content, is_highlighted: bool) -> list[Strip]:
        """A row as it is painted. Whoever gives the same row again has it painted once."""
        known = self._painted.get((id(row), is_highlighted))
        if known is not None and known[0] is row:
            return known[1]
        lines = [row] if self.row_lines == 1 else row.split("\n", allow_blank=True)
        strips = [self._strip_of(line, is_highlighted) for line in lines]
        self._painted[id(row), is_highlighted] = (row, strips)
        return strips

    def _strip_of(self, line: Content, is_highlighted: bool) -> Strip:
        width = self.scrollable_content_region.width
        line, style = line.truncate(width, ellipsis=True), self.visual_style
        if is_highlighted:
            name = "row-list--highlighted"
            style = reversed_where_asked(self, self.get_visual_style(name), name)
        segments = line.render_segments(style)
        if is_highlighted:
            segments = [in_colours(style.rich_style, segment) for segment in segments]
        strip = Strip(segments, line.cell_length)
        return strip.adjust_cell_length(width, style.rich_style)

    # ------------------------------------------------------------------ keys and mouse

    def action_move(self, by: int) -> None:
        """To another row, from the last one to the first and back."""
        if self.row_count:
            before = -1 if self.highlighted is None else self.highlighted
            self.highlighted = (before + by) % self.row_count

    def action_move_pages(self, by: int) -> None:
        page = self.size.height // self.row_lines - 1
        self.highlighted = (self.highlighted or 0) + by * max(1, page)

    def action_first(self) -> None:
        self.highlighted = 0

    def action_last(self) -> None:
        self.highlighted = self.row_count - 1

    def action_select(self) -> None:
        if self.highlighted is not None:
            self.post_message(self.Selected())

    def on_click(self, event: events.Click) -> None:
        at = (event.y + int(self.scroll_offset.y)) // self.row_lines
        if at < self.row_count:
            self.highlighted = at
            self.action_select()
