"""Lines that scroll under their own top line, with a bar, and can follow their end.

Textual's scrolling asks for a `virtual_size`, and a size that grows lays out and repaints the
whole screen each time. A text that grows thirty times a second keeps its place itself.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from autocoder_tui.values import dataclass

_WHEEL_LINES = 3
_SIDE_STEP = 8


@dataclass(frozen=True, slots=True)
class Thumb:
    """Which rows of the scrollbar are the thumb; none where all lines are in view."""

    start: int
    length: int

    @classmethod
    def of(cls, lines: int, height: int, top: int) -> Thumb:
        if lines <= height or height <= 0:
            return cls(0, 0)
        length = max(1, min(height - 1, round(height * height / lines)))
        return cls(round((height - length) * top / (lines - height)), length)

    def covers(self, row: int) -> bool:
        return self.start <= row < self.start + self.length


class LineScroller(Widget, can_focus=True):
    """Scrolls `line_count` lines of one row each; the last column is the scrollbar's.

    A subclass says how many lines there are, paints the rows from `top_line` on, and calls
    `lines_changed` when there are more or fewer.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "Up", show=False, id="output.up"),
        Binding("down,j", "scroll_lines(1)", "Down", show=False, id="output.down"),
        Binding("pageup", "scroll_pages(-1)", "Page up", show=False, id="output.page_up"),
        Binding(
            "pagedown,space", "scroll_pages(1)", "Page down", show=False, id="output.page_down"
        ),
        Binding("home,g", "scroll_to_start", "Start", show=False, id="output.start"),
        Binding("end,f", "follow", "Follow", id="output.follow"),
        Binding("left,h", "scroll_sideways(-1)", "Left", show=False, id="output.left"),
        Binding("right,l", "scroll_sideways(1)", "Right", show=False, id="output.right"),
    ]

    class FollowChanged(Message, namespace="stream_view"):
        """The view began or ceased to follow the end of the text."""

        def __init__(self, view: LineScroller, following: bool) -> None:
            super().__init__()
            self.view = view
            self.following = following

        @property
        def control(self) -> LineScroller:
            return self.view

    class Moved(Message):
        """Another line was gone to."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._top = 0
        self._left = 0
        self._following = True
        self._thumb = Thumb(0, 0)
        self._dragging = False

    @property
    def line_count(self) -> int:
        """Lines there are."""
        raise NotImplementedError

    @property
    def top_line(self) -> int:
        """The index of the line in the first row. What came while there was no height to fit it
        to has none of its own yet: it is the last one at which the rows are full."""
        return max(0, min(self._top, self._bottom_top()))

    @property
    def left_cell(self) -> int:
        """How many cells of each line are out of view on the left."""
        return self._left

    def repaint(self) -> None:
        """Every row may look different now."""
        self.refresh()

    def on_show(self) -> None:
        """Fit what came while it was hidden, with no height, to the height it has again. Where
        that is the one it had before, no resize tells."""
        self.lines_changed()
        self.repaint()

    def start_over(self) -> None:
        """Back to the first line, following what comes."""
        self._top = self._left = 0
        self._set_following(True)

    def lines_changed(self) -> bool:
        """Fit the top line and the bar to `line_count`. True if all rows must be repainted."""
        bottom = self._bottom_top()
        top = bottom if self._following else min(self._top, bottom)
        thumb = Thumb.of(self.line_count, self.size.height, top)
        moved = (top, thumb) != (self._top, self._thumb)
        self._top, self._thumb = top, thumb
        return moved

    # ------------------------------------------------------------------ following

    @property
    def following(self) -> bool:
        """Whether the view keeps showing the end of the text as it grows."""
        return self._following

    def follow(self) -> None:
        """Go to the end and stay there as the text grows."""
        self._go_to(self._bottom_top())
        self._set_following(True)

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.refresh()
            self.refresh_bindings()
            if self.is_mounted:
                self.post_message(self.FollowChanged(self, following))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # What follows already has no need of a key for it.
        return not (action == "follow" and self._following and self.top_line == self._bottom_top())

    # ------------------------------------------------------------------ scrolling

    def _bottom_top(self) -> int:
        return max(0, self.line_count - self.size.height)

    def scroll_to_line(self, line: int) -> None:
        """Put line `line` (from 0) in the first row, as far as the text allows.

        Reaching the end follows it again.
        """
        self._go_to(line)
        self._set_following(self._top >= self._bottom_top())

    def hold_at(self, line: int) -> None:
        """Put line `line` in the first row, as far as the text allows, and stay there."""
        self._go_to(line)
        self._set_following(False)

    def _go_to(self, top: int) -> None:
        top = max(0, min(top, self._bottom_top()))
        if top != self._top:
            self._top = top
            self.refresh()
            self.post_message(self.Moved())

    def action_scroll_lines(self, lines: int) -> None:
        self.scroll_to_line(self._top + lines)

    def action_scroll_pages(self, pages: int) -> None:
        self.scroll_to_line(self._top + pages * max(1, self.size.height - 1))

    def action_scroll_to_start(self) -> None:
        self.scroll_to_line(0)

    def action_follow(self) -> None:
        self.follow()

    def action_scroll_sideways(self, steps: int) -> None:
        left = max(0, self._left + steps * _SIDE_STEP)
        if left != self._left:
            self._left = left
            self.repaint()

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self.action_scroll_sideways(1)
        event.stop()

    def _on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self.action_scroll_sideways(-1)
        event.stop()

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        if event.shift or event.ctrl:
            self.action_scroll_sideways(direction)
        else:
            self.action_scroll_lines(direction * _WHEEL_LINES)
        event.stop()

    # ------------------------------------------------------------------ the scrollbar

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.get_content_offset_capture(self).x == self.size.width - 1 and self._bottom_top():
            self._dragging = True
            self.capture_mouse()
            self._drag_to(event)
            event.stop()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragging:
            self._dragging = False
            self.release_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging:
            self._drag_to(event)
            event.stop()

    def _drag_to(self, event: events.MouseEvent) -> None:
        """Put the middle of the thumb under the pointer."""
        height = self.size.height
        thumb = Thumb.of(self.line_count, height, self._top)
        row = event.get_content_offset_capture(self).y
        share = (row - (thumb.length - 1) / 2) / max(1, height - thumb.length)
        self.scroll_to_line(round(share * self._bottom_top()))
