"""Textual's compositor, which renders for a part of the screen only what is seen there, and tells
each widget of its size."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor, CompositorMap, ReflowResult
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget


class SparingCompositor(Compositor):
    """Textual renders every widget within the rectangle around all that changed, and those behind
    them. While text streams in at one place and a figure changes at another, that is nearly all
    of the screen, thirty times a second, for a few rows.

    Widgets come front to back, and what is in front wins: what lies wholly under one that was
    rendered needs no other.

    A layout is compared with the map of where everything was, and who is not in that is told of
    its size and that it is shown. Whoever asks where a widget is may have that map made anew from
    what is to be shown next: then nobody is told, and a pane with a size it does not know stays
    blank. So a layout is compared with the map of the last layout.
    """

    def __init__(self) -> None:
        super().__init__()
        self._wanted: tuple[Region, ...] = ()
        self._laid_out: CompositorMap = {}

    def clear(self) -> None:
        super().clear()
        self._laid_out = self._full_map

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        self._full_map = self._laid_out
        try:
            return super().reflow(parent, size)
        finally:
            self._laid_out = self._full_map
            self._full_map_invalidated = False

    def render_partial_update(self):  # type: ignore[no-untyped-def]  # a private class's type
        self._wanted = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._wanted = ()

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if not self._wanted:
            yield from super()._get_renders(crop)
            return
        left = self._wanted
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            if not any(seen.overlaps(wanted) for wanted in left):
                continue
            yield region, clip, widget.render_lines(seen.translate(-region.offset))
            left = tuple(wanted for wanted in left if not seen.contains_region(wanted))
            if not left:
                return
