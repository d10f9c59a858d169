"""The live output: a text that may grow by thousands of characters a second.

Measured against other designs, three things make it cheap. It keeps its own top line: letting
`virtual_size` grow would lay out and repaint the whole screen with every line. It gives the
compositor finished rows, kept until something about them changes. And a line is lexed once,
when it is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.selection import Selection
from textual.strip import Strip
from textual.theme import Theme
from textual.timer import Timer

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.contrast import as_line, least_of
from autocoder_tui.ui.widgets.line_scroller import LineScroller
from autocoder_tui.ui.widgets.stream.colours import Palette
from autocoder_tui.ui.widgets.stream.file_spans import FileSpans
from autocoder_tui.ui.widgets.stream.lines import StreamLines
from autocoder_tui.ui.widgets.stream.rows import RowPainter, RowStyles, source_index

_LEX_AT_ONCE = 0.004
"""Seconds an append may spend on colours: a frame's worth of lines needs a tenth of it."""
_LEX_SLICE = 0.012
_LEX_PERIOD = 1 / 30


class StreamView(LineScroller):
    """Shows a reply while it streams, and afterwards.

    Follows the end until the reader scrolls up, and again from `follow()` or the end key. File
    frames become headings, each file has its own line numbers and colours, text outside files
    is set apart. Everything shown has passed `visible`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stream--number",
        "stream--prose",
        "stream--heading",
        "stream--rule",
        "stream--join",
        "stream--track",
        "stream--thumb",
        "stream--badge",
    }

    DEFAULT_CSS = """
    StreamView {
        background: $surface;
        color: $foreground;
        pointer: text;
        & .stream--number { color: $text-disabled; }
        & .stream--prose { color: $text-muted; text-style: italic; }
        & .stream--heading { color: $text-accent; text-style: bold; }
        & .stream--rule { color: $foreground 22%; }
        & .stream--join { color: $text-warning; }
        & .stream--track { color: $foreground 14%; }
        & .stream--thumb { color: $scrollbar; }
        & .stream--badge { background: $panel; color: $foreground; text-style: bold; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_all", "Copy all", id="output.copy_all"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = StreamLines()
        self._joins: list[tuple[int, str]] = []
        self._painter: RowPainter | None = None
        self._lexing: Timer | None = None

    # ------------------------------------------------------------------ the text

    @property
    def text(self) -> str:
        """All the text, as it was given."""
        return self._lines.text

    @property
    def line_count(self) -> int:
        """Lines, the open one included if it holds anything."""
        return self._lines.count

    @property
    def is_empty(self) -> bool:
        return not self._lines.length

    @property
    def files(self) -> FileSpans:
        """The files in the text."""
        return self._lines.files

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "copy_all":
            return not self.is_empty
        return super().check_action(action, parameters)

    def append(self, text: str) -> None:
        """Add text at the end. Costs what is added, however long the text is."""
        if not text:
            return
        if self.is_empty:
            self.refresh_bindings()
        self._changed_from(self._lines.append(text))

    def retract(self, count: int) -> None:
        """Take back the last `count` characters, and the join marks beyond them."""
        if count <= 0:
            return
        self._lines.retract(count)
        length = self._lines.length
        self._joins = [(offset, label) for offset, label in self._joins if offset <= length]
        self._changed_from(self._lines.complete)

    def clear(self, files: Mapping[str, str] | None = None, target: str | None = None) -> None:
        """Show nothing, and follow what comes. `files`: the texts by path in which changes are
        placed as they come; `target`: the file that code without a name is for."""
        self._lines = StreamLines(files, target)
        self._joins.clear()
        self.start_over()
        self._changed_from(0)
        self.repaint()

    def mark_join(self, offset: int, label: str) -> None:
        """Mark, beside the line that holds character `offset`, that two parts join there.

        The mark is a sign in the margin and `label` at the right end; the text is not changed.
        """
        self._joins.append((offset, visible(label)))
        self._place_joins()
        self.refresh()

    def _place_joins(self) -> None:
        if (painter := self._painter) is None:
            return
        joins = {self._lines.line_at(offset): label for offset, label in self._joins}
        if joins != painter.joins:
            for index in joins.keys() ^ painter.joins.keys():
                painter.forget(index)
            painter.joins = joins

    def _changed_from(self, first: int) -> None:
        """Lines from `first` on are new or different: colour, scroll, and repaint as needed."""
        if not self._lines.lex(_LEX_AT_ONCE):
            self._lex_later()
        if self._painter is not None:
            self._painter.forget_from(first)
        self._place_joins()
        if self.lines_changed():
            self.refresh()
            return
        height = self.size.height
        row = first - self.top_line
        if not self.following:
            row = min(row, height - 1)  # the badge, which counts the lines below
        row = max(0, row)
        if row < height:
            self.refresh(Region(0, row, self.size.width, height - row))

    # ------------------------------------------------------------------ colours of large texts

    def _lex_later(self) -> None:
        if self._lexing is None and self.is_mounted:
            self._lexing = self.set_interval(_LEX_PERIOD, self._lex_slice)

    def _lex_slice(self) -> None:
        before = self._lines.lexed
        done = self._lines.lex(_LEX_SLICE)
        if self._painter is not None and self.top_line + self.size.height > before:
            self._painter.forget_from(before)
            self.refresh()
        if done and self._lexing is not None:
            self._lexing.stop()
            self._lexing = None

    # ------------------------------------------------------------------ selecting, copying

    def action_copy_all(self) -> None:
        """Copy the text, as it was given, to the clipboard."""
        self.app.copy_to_clipboard(self.text)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected characters as they were given, tabs included."""
        count = self._lines.count
        start_x, start_y = selection.start or (0, 0)
        end_x, end_y = selection.end or (None, count - 1)
        selected: list[str] = []
        for index in range(max(0, start_y), min(end_y, count - 1) + 1):
            line = self._lines.raw(index)
            begin = source_index(line, start_x) if index == start_y else 0
            last = index == end_y and end_x is not None
            end = source_index(line, end_x or 0) if last else len(line)
            selected.append(line[begin:end])
        return "\n".join(selected), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    # ------------------------------------------------------------------ painting

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self._changed_from(0)

    def _theme_changed(self, _theme: Theme) -> None:
        self.repaint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter = None

    def on_resize(self) -> None:
        self._changed_from(self._lines.complete)
        self.repaint()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.repaint()

    def repaint(self) -> None:
        """Make every row anew: something that all depend on has changed."""
        self._painter = None
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._lines.count

    def render_line(self, y: int) -> Strip:
        """Row `y` with the positions that selecting with the mouse needs."""
        return self._rows().selectable(self.top_line + y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The finished rows, past Textual's own row cache, which would style them anew."""
        if self.styles.gutter != Spacing() or self.opacity != 1:
            return super().render_lines(crop)  # dearer: borders belong on the container
        rows = self._rows().rows(
            self.top_line, self.size.height, self._badge(), self.text_selection
        )
        rows = rows[crop.y : crop.bottom]
        if crop.x or crop.width != self.size.width:
            return [row.crop(crop.x, crop.right) for row in rows]
        return rows

    def _badge(self) -> str:
        below = self._lines.count - self.top_line - self.size.height
        return "" if self.following or below <= 0 else self._says_below(below)

    def _says_below(self, lines: int) -> str:
        return f" ⏸ {lines:,} below · End follows "

    def _rows(self) -> RowPainter:
        painter = self._painter
        if painter is None or painter.width != self.size.width:
            painter = self._painter = self._new_painter()
            self._place_joins()
        return painter

    def _new_painter(self) -> RowPainter:
        style = self.get_component_rich_style
        dark = self.app.current_theme.dark
        name = self.app.theme_variables.get("pygments-style") or ("monokai" if dark else "friendly")
        least = least_of(self.app.theme_variables)
        styles = RowStyles(
            code=self.rich_style,
            number=style("stream--number"),
            prose=style("stream--prose"),
            heading=style("stream--heading"),
            rule=as_line(style("stream--rule"), self.rich_style, least),
            join=style("stream--join"),
            track=as_line(style("stream--track"), self.rich_style, least),
            thumb=style("stream--thumb"),
            badge=style("stream--badge"),
            selection=self.screen.get_component_rich_style("screen--selection"),
        )
        return RowPainter(
            self._lines,
            self.size.width,
            self.left_cell,
            Palette(name, styles.code, least),
            styles,
            self.get_line_filters(),
            self.background_colors[1],
            # The focused bar is heavier: seen without colour too.
            thumb_glyph="█" if self.has_focus else "┃",
        )
