"""The middle of the workspace: its panes, and the borders between them that keys and the mouse
move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from textual import events
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from autocoder_tui.ui.widgets.panes.regions import Arranged, Border, Moment, Place, arranged

Towards: TypeAlias = Literal["left", "right", "up", "down"]
_STEP: Final = {True: 4, False: 2}
"""Cells a key moves a border: columns, rows."""


class PaneLayout(Layout):
    """Gives each pane the place that `arranged` has for it."""

    name = "panes"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, PaneBody)
        boxes = parent.arranged_in(size).boxes
        return [
            WidgetPlacement(Region(*boxes[box]), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if (box := child.id or "") in boxes
        ]


class PaneBody(Widget):
    """Arranges its panes for `moment`. `shares` are a person's own sizes, by the names of borders;
    a change of them is told when it is done."""

    DEFAULT_CSS = """
    PaneBody { height: 1fr; width: 1fr; pointer: ew-resize; }
    """

    @dataclass
    class Resized(Message):
        """A border was moved."""

        shares: Mapping[str, float]

    @dataclass
    class TitleClicked(Message):
        """The title of the box with this id was clicked twice."""

        box: str

    def __init__(self, shares: Mapping[str, float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._places = PaneLayout()
        self.shares = dict(shares)
        self._moment = Moment("requirements")
        self._dragged: Border | None = None

    @property
    def layout(self) -> Layout:
        return self._places

    @property
    def moment(self) -> Moment:
        return self._moment

    def arrange_for(self, moment: Moment) -> None:
        """Show the panes of that moment, each in its place."""
        self._moment = moment
        self._show()
        self._place()

    def arranged_in(self, size: Size) -> Arranged:
        return arranged(self._moment, Place(0, 0, *size), self.shares)

    def _show(self) -> None:
        boxes = self.arranged_in(self.size or self.app.size).boxes
        for child in self.children:
            child.display = child.id in boxes

    def _place(self) -> None:
        """Where a pane stands is kept until one of them says that it has to be found anew."""
        for pane in self.children[:1]:
            pane.refresh(layout=True)

    def on_resize(self) -> None:
        self._show()

    # ------------------------------------------------------------------ moving borders

    def move_border(self, box: str, towards: Towards) -> bool:
        """Make the pane in `box` larger or smaller: the border on its right, or below it, moves;
        where it has none there, the one on its left, or above it. Whether there is one."""
        upright = towards in ("left", "right")
        borders = [one for one in self.arranged_in(self.size).borders if one.upright is upright]
        near = next((one for one in borders if box in one.before), None)
        near = near or next((one for one in borders if box in one.after), None)
        if near is None:
            return False
        step = _STEP[upright] if towards in ("right", "down") else -_STEP[upright]
        self._put(near, near.at + step)
        self.post_message(self.Resized(dict(self.shares)))
        return True

    def forget_sizes(self) -> None:
        """Back to the sizes that the program would give."""
        self.shares = {}
        self._place()
        self.post_message(self.Resized({}))

    def _put(self, border: Border, cells: int) -> None:
        share = border.share_at(cells)
        if share != self.shares.get(border.share):
            self.shares = {**self.shares, border.share: share}
            self._place()

    def _border_at(self, event: events.MouseEvent) -> Border | None:
        place = event.screen_offset - self.region.offset
        borders = self.arranged_in(self.size).borders
        return next((one for one in borders if Region(*one.region).contains_point(place)), None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button == 1 and (border := self._border_at(event)) is not None:
            self._dragged = border
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if (border := self._dragged) is not None:
            place = event.screen_offset - self.region.offset
            self._put(border, (place.x if border.upright else place.y) - border.start)
            event.stop()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            self.post_message(self.Resized(dict(self.shares)))
            event.stop()

    def on_click(self, event: events.Click) -> None:
        place = event.screen_offset - self.region.offset
        for box, region in self.arranged_in(self.size).boxes.items():
            if event.chain == 2 and place.y == region.y and Region(*region).contains_point(place):
                self.post_message(self.TitleClicked(box))
