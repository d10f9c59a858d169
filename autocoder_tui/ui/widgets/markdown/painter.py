"""Rows of a conversation as strips of the terminal, kept until something about them changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pygments.token import _TokenType
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from autocoder_tui.ui.widgets.line_scroller import Thumb
from autocoder_tui.ui.widgets.markdown import looks
from autocoder_tui.ui.widgets.markdown.conversation import Conversation
from autocoder_tui.ui.widgets.markdown.looks import Look, Row
from autocoder_tui.ui.widgets.stream.colours import Palette

_BITS = {
    looks.STRONG: Style(bold=True),
    looks.EMPHASIS: Style(italic=True),
    looks.STRUCK: Style(strike=True),
    looks.LINK: Style(underline=True),
}


class Inks:
    """Looks as styles of the theme in force."""

    def __init__(
        self, base: Style, parts: Mapping[int, Style], code: Style, address: Style, palette: Palette
    ) -> None:
        """`parts`: styles by the looks that differ in `BASE`; `code` and `address` come on top."""
        self._base = base
        self._parts = parts
        self._code = code
        self._address = address
        self._palette = palette
        self._styles: dict[Look, Style] = {}

    def __getitem__(self, look: Look) -> Style:
        style = self._styles.get(look)
        if style is None:
            style = self._styles[look] = self._build(look)
        return style

    def _build(self, look: Look) -> Style:
        if isinstance(look, _TokenType):
            return self._palette[look]
        style = self._base + self._parts.get(look & looks.BASE, Style())
        for bit, own in _BITS.items():
            if look & bit:
                style += own
        if look & looks.CODE and look & looks.BASE != looks.PLAIN:
            style += self._code
        return style + self._address if look & looks.ADDRESS else style


class RowPainter:
    """Paints rows `width` cells wide, code scrolled `left` cells to the side."""

    def __init__(
        self,
        talk: Conversation,
        width: int,
        left: int,
        inks: Inks,
        badge: Style,
        bars: Mapping[bool | None, Segment],
        filters: Sequence[LineFilter],
        background: Color,
    ) -> None:
        """`bars`: the cell of the scrollbar without a bar, beside the thumb, and in it."""
        self.width = width
        self.left = left
        self._talk = talk
        self._inks = inks
        self._base = inks[looks.TEXT]
        self._badge = badge
        self._bars = bars
        self._filters = filters
        self._background = background
        self._kept: dict[tuple[int, int, bool | None], Strip] = {}

    def forget_from(self, entry: int, row: int) -> None:
        """The rows of an entry from `row` on have changed, and all of the entries behind it."""
        for key in [key for key in self._kept if key[:2] >= (entry, row)]:
            del self._kept[key]

    def rows(self, top: int, height: int, badge: str, spans: Mapping[int, tuple[int, int]]
             ) -> list[Strip]:  # fmt: skip
        """The `height` rows from row `top` on, `badge` over the end of the last. `spans`: which
        characters of which rows are selected."""
        thumb = Thumb.of(self._talk.height, height, top)
        if len(self._kept) > 8 * height + 64:
            self._kept.clear()
        strips: list[Strip] = []
        for y, (entry, number) in enumerate(self._talk.numbers(top, top + height)):
            bar = thumb.covers(y) if thumb.length else None
            key = entry, number, bar
            strip = self._kept.get(key) if top + y not in spans else None
            if strip is None:
                cells = self.cells(self._row(top + y))
                if top + y in spans:
                    cells = self._selected(cells, *spans[top + y])
                strip = self._finish(cells, bar)
                if top + y not in spans:
                    self._kept[key] = strip
            strips.append(strip)
        while len(strips) < height:
            bar = thumb.covers(len(strips)) if thumb.length else None
            strips.append(self._finish(Strip([], 0), bar))
        if badge and strips:
            strips[-1] = self._with_badge(strips[-1], badge, thumb.covers(height - 1))
        return strips

    def cells(self, row: Row) -> Strip:
        """A row without what fills it up."""
        inks = self._inks
        segments = [Segment(text, inks[look]) for text, look in row.lead]
        strip = Strip([Segment(text, inks[look]) for text, look in row.spans])
        room = max(0, self.width - 1 - row.lead_cells)
        if row.is_code and (self.left or strip.cell_length > room):
            length = strip.cell_length
            left = min(self.left, length)
            strip = strip.crop(left, min(left + room, length))
            # The reader is told that a line goes on where the window ends.
            if length > left + room and room > 1:
                sign = Segment("›", inks[looks.NOTE])
                strip = Strip([*strip.crop(0, room - 1), sign])
        return Strip([*segments, *strip])

    def _row(self, row: int) -> Row:
        found = self._talk.rows(row, row + 1)
        # A guess may have been too high; the next picture has it right.
        return found[0][2] if found else Row([], [])

    def _finish(self, cells: Strip, bar: bool | None) -> Strip:
        cells = cells.adjust_cell_length(max(0, self.width - 1), self._base)
        strip = Strip([*cells, self._bars[bar]], self.width)
        for line_filter in self._filters:
            strip = strip.apply_filter(line_filter, self._background)
        return strip

    def _with_badge(self, strip: Strip, badge: str, bar: bool | None) -> Strip:
        room = max(0, self.width - 1 - cell_len(badge))
        return self._finish(Strip([*strip.crop(0, room), Segment(badge, self._badge)]), bar)

    def selectable(self, top: int, y: int) -> Strip:
        """Row `y` below `top` with the position in its text attached to every character."""
        found = self._talk.rows(top + y, top + y + 1)
        segments: list[Segment] = []
        offset = 0
        for text, style, _ in self.cells(found[0][2]) if found else ():
            for character in text:
                position = Style(meta={"offset": (offset, top + y)})
                segments.append(Segment(character, (style or self._base) + position))
                offset += 1
        end = Style(meta={"offset": (offset, top + y)})
        strip = Strip(segments)
        blanks = max(0, self.width - strip.cell_length)
        return Strip([*strip, Segment(" " * blanks, self._base + end)]).crop(0, self.width)

    def _selected(self, cells: Strip, start: int, end: int) -> Strip:
        """The strip with its characters from `start` to `end` (-1: to the end) marked."""
        marked: list[Segment] = []
        offset = 0
        chosen = self._inks[looks.SELECTED]
        for text, style, _ in cells:
            stop = len(text) if end == -1 else max(0, min(len(text), end - offset))
            begin = min(stop, max(0, start - offset))
            both = (style or self._base) + chosen
            for piece, own in (
                (text[:begin], style),
                (text[begin:stop], both),
                (text[stop:], style),
            ):
                if piece:
                    marked.append(Segment(piece, own))
            offset += len(text)
        return Strip(marked)
