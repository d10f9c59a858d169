"""Lines of a stream as rows of the terminal, kept until something about them changes.

A row is made once, with the scrollbar's cell in it, and then handed out as the same object:
the compositor and the driver keep what they worked out about a strip with the strip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.selection import Selection
from textual.strip import Strip

from autocoder_tui.ui.widgets.line_scroller import Thumb
from autocoder_tui.ui.widgets.stream.colours import Palette
from autocoder_tui.ui.widgets.stream.lines import StreamLines
from autocoder_tui.values import dataclass

_TAB = 4
JOIN_SIGN = "⟂"


@dataclass(frozen=True, slots=True)
class RowStyles:
    """The styles of everything in a row that is not syntax."""

    code: Style
    number: Style
    prose: Style
    heading: Style
    rule: Style
    join: Style
    track: Style
    thumb: Style
    badge: Style
    selection: Style


def expand_tabs(text: str, column: int = 0) -> str:
    """`text` with its tabs as spaces, beginning `column` characters into its line."""
    if "\t" not in text:
        return text
    pieces: list[str] = []
    for character in text:
        piece = " " * (_TAB - column % _TAB) if character == "\t" else character
        pieces.append(piece)
        column += len(piece)
    return "".join(pieces)


def source_index(text: str, column: int) -> int:
    """Which character of `text` stands at character `column` of its tab-expanded form."""
    if "\t" not in text:
        return column
    shown = 0
    for index, character in enumerate(text):
        shown += _TAB - shown % _TAB if character == "\t" else 1
        if shown > column:
            return index
    return len(text)


class RowPainter:
    """Paints lines `width` cells wide, scrolled `left` cells to the side."""

    def __init__(
        self,
        lines: StreamLines,
        width: int,
        left: int,
        palette: Palette,
        styles: RowStyles,
        filters: Sequence[LineFilter],
        background: Color,
        thumb_glyph: str = "┃",
    ) -> None:
        self.width = width
        self.left = left
        self.joins: Mapping[int, str] = {}
        """Labels of the lines in which parts join."""
        self._lines = lines
        self._palette = palette
        self._styles = styles
        self._filters = filters
        self._background = background
        self._rows: dict[tuple[int, bool | None], Strip] = {}
        self._gutter = self._gutter_width()
        self._bars = {
            None: Segment(" ", styles.code),
            False: Segment("│", styles.track),
            True: Segment(thumb_glyph, styles.thumb),
        }

    def _gutter_width(self) -> int:
        return max(4, len(str(self._lines.count))) + 2

    def forget_from(self, index: int) -> None:
        """Lines from `index` on have changed."""
        if self._gutter_width() != self._gutter:
            self._gutter = self._gutter_width()
            self._rows.clear()
        for key in [key for key in self._rows if key[0] >= index]:
            del self._rows[key]

    def forget(self, index: int) -> None:
        for bar in self._bars:
            self._rows.pop((index, bar), None)

    def rows(
        self, top: int, height: int, badge: str = "", selection: Selection | None = None
    ) -> list[Strip]:
        """The `height` rows from line `top` on, `badge` over the end of the last."""
        thumb = Thumb.of(self._lines.count, height, top)
        kept = self._rows
        if len(kept) > 8 * height + 64:
            self._rows = kept = {
                key: row for key, row in kept.items() if top - height <= key[0] <= top + 2 * height
            }
        rows: list[Strip] = []
        for y in range(height):
            index = top + y
            bar = thumb.covers(y) if thumb.length else None
            row = kept.get((index, bar)) if selection is None else None
            if row is None:
                row = self._finish(self._cells(index, selection), bar)
                if selection is None:
                    kept[index, bar] = row
            rows.append(row)
        if badge and rows:
            rows[-1] = self._with_badge(top + height - 1, badge, thumb.covers(height - 1))
        return rows

    def selectable(self, index: int) -> Strip:
        """Line `index` with the position in its text attached to every character."""
        if index >= self._lines.count:
            # Below the text is its end.
            end = Style(meta={"offset": (0, self._lines.count)})
            return Strip([Segment(" " * self.width, self._styles.code + end)], self.width)
        segments: list[Segment] = []
        offset = 0
        for text, style, _ in self._code(index, self.left + self.width):
            for character in text:
                position = Style(meta={"offset": (offset, index)})
                segments.append(Segment(character, (style or self._styles.code) + position))
                offset += 1
        shown = Strip(segments).crop(self.left, self.left + self._room)
        start = Segment(" " * self._gutter, Style(meta={"offset": (0, index)}))
        return Strip([start, *shown]).adjust_cell_length(self.width)

    # ------------------------------------------------------------------ one row

    @property
    def _room(self) -> int:
        return max(0, self.width - self._gutter - 1)

    def _finish(self, cells: Strip, bar: bool | None) -> Strip:
        """Fill the row up, add the scrollbar's cell, apply the app's filters."""
        width = self.width - 1
        cells = cells.adjust_cell_length(width, self._styles.code)
        row = Strip([*cells, self._bars[bar]], self.width)
        for line_filter in self._filters:
            row = row.apply_filter(line_filter, self._background)
        return row

    def _with_badge(self, index: int, badge: str, bar: bool | None) -> Strip:
        room = max(0, self.width - 1 - cell_len(badge))
        cells = self._cells(index, None).adjust_cell_length(room, self._styles.code)
        return self._finish(Strip([*cells, Segment(badge, self._styles.badge)]), bar)

    def _cells(self, index: int, selection: Selection | None) -> Strip:
        if index >= self._lines.count:
            return Strip([], 0)
        section = self._lines.section(index)
        if section.kind in ("heading", "fence", "end") and index < self._lines.complete:
            return self._rule(section.label if section.kind != "end" else "", section.kind)
        join = self.joins.get(index, "")
        room = self._room
        label = f" {JOIN_SIGN} {join}" if join else ""
        if label and cell_len(label) + 12 > room:
            label = ""
        room -= cell_len(label)
        code, length = self._window(index, room, selection)
        segments = [self._margin(index, bool(join)), *code]
        if label:
            segments.append(Segment(" " * (room - length), self._styles.code))
            segments.append(Segment(label, self._styles.join))
        return Strip(segments, self._gutter + (room + cell_len(label) if label else length))

    def _margin(self, index: int, join: bool) -> Segment:
        number = self._lines.number(index)
        digits = "" if number is None else str(number)
        sign = JOIN_SIGN if join else " "
        style = self._styles.join if join else self._styles.number
        return Segment(f"{digits:>{self._gutter - 2}}{sign} ", style)

    def _rule(self, label: str, kind: str) -> Strip:
        width = self.width - 1
        if not label:
            # An end is quieter than a beginning: as wide as the numbers it closes.
            return Strip([Segment("─" * min(width, self._gutter), self._styles.rule)])
        title = set_cell_size(label, min(cell_len(label), max(0, width - 6)))
        style = self._styles.heading if kind == "heading" else self._styles.number
        rest = max(0, width - 4 - cell_len(title))
        return Strip(
            [
                Segment("── ", self._styles.rule),
                Segment(title, style),
                Segment(" " + "─" * rest, self._styles.rule),
            ]
        )

    def _window(
        self, index: int, room: int, selection: Selection | None
    ) -> tuple[list[Segment], int]:
        """The part of line `index` between `left` and `room` cells further, and its cells."""
        reach = self.left + room
        segments = self._code(index, reach)
        if selection is not None and (span := selection.get_span(index)) is not None:
            segments = _highlight(segments, *span, self._styles.selection)
        length = sum([len(text) if text.isascii() else cell_len(text) for text, _, _ in segments])
        if length <= reach and not self.left:
            return segments, length
        strip = Strip(segments, length).crop(min(self.left, length), min(reach, length))
        shown = list(strip)
        # The reader is told that a line goes on where the window ends.
        if length > reach and room > 1:
            shown = [*strip.crop(0, room - 1), Segment("›", self._styles.number)]
            return shown, sum(cell_len(text) for text, _, _ in shown)
        return shown, strip.cell_length

    def _code(self, index: int, reach: int) -> list[Segment]:
        """Line `index` as far as `reach` cells at least, neighbours of one style joined."""
        spans = self._lines.spans(index)
        if spans is None:
            prose = self._lines.section(index).kind == "prose"
            style = self._styles.prose if prose else self._styles.code
            # A few zero-width characters may need more text than cells; a long line has less.
            text = expand_tabs(self._lines.plain(index, 2 * reach + 64))
            return [Segment(text, style)] if text else []
        palette = self._palette
        segments: list[Segment] = []
        column = 0
        held, held_style = "", self._styles.code
        for kind, piece in spans:
            text = expand_tabs(piece, column)
            column += len(text)
            style = palette[kind]
            # Blanks take the style before them: fewer pieces, fewer escape sequences.
            if style is held_style or (text.isspace() and not held_style.underline):
                held += text
                continue
            if held:
                segments.append(Segment(held, held_style))
            held, held_style = text, style
        if held:
            segments.append(Segment(held, held_style))
        return segments


def _highlight(segments: list[Segment], start: int, end: int, style: Style) -> list[Segment]:
    """The segments with `style` over the characters from `start` to `end` (-1: to the end)."""
    highlighted: list[Segment] = []
    offset = 0
    for text, own, _ in segments:
        stop = len(text) if end == -1 else max(0, min(len(text), end - offset))
        begin = min(stop, max(0, start - offset))
        both = style if own is None else own + style
        for piece, piece_style in (
            (text[:begin], own),
            (text[begin:stop], both),
            (text[stop:], own),
        ):
            if piece:
                highlighted.append(Segment(piece, piece_style))
        offset += len(text)
    return highlighted
