"""A frame in whose lower border something is told that changes often."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region


class ToldFrame(Vertical):
    """Textual paints a frame and all that is in it for another title."""

    def tell(self, text: str) -> None:
        """Show `text`, safe to show, at the end of the lower border, and paint that border."""
        told = Content(text)
        if self._border_subtitle == told:
            return
        self._border_subtitle = told
        width, height = self.outer_size
        border = Region(0, height - 1, width, 1)
        self.refresh(border.translate(-self.content_offset) if height else border)
