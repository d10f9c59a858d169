"""Answers in Markdown while they come, and the conversation they are part of.

Made as the live output is: it keeps its own top line, hands finished rows to the compositor, and
looks at a line once. What is in view is laid out at once, the rest when there is time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from rich.segment import Segment
from textual.geometry import Region, Spacing
from textual.selection import Selection
from textual.strip import Strip
from textual.theme import Theme
from textual.timer import Timer

from autocoder_tui.ui.contrast import as_line, least_of
from autocoder_tui.ui.widgets.line_scroller import LineScroller
from autocoder_tui.ui.widgets.markdown import looks
from autocoder_tui.ui.widgets.markdown.conversation import Conversation, Place
from autocoder_tui.ui.widgets.markdown.entries import Entry, Part
from autocoder_tui.ui.widgets.markdown.painter import Inks, RowPainter
from autocoder_tui.ui.widgets.stream.colours import Palette

_FRAME: Final = 1 / 30
_SLICE: Final = 0.010
"""Seconds of a frame that go into what is not in view."""
_TRIES: Final = 8


class ConversationView(LineScroller):
    """Shows entries below each other; the last may grow.

    Follows the end until the reader scrolls up. Everything shown has passed `visible`.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "markdown--heading",
        "markdown--subheading",
        "markdown--code",
        "markdown--address",
        "markdown--mark",
        "markdown--rule",
        "markdown--label",
        "markdown--chosen",
        "markdown--head",
        "markdown--head-chosen",
        "markdown--note",
        "markdown--plain",
        "markdown--track",
        "markdown--thumb",
        "markdown--badge",
    }

    DEFAULT_CSS = """
    ConversationView {
        background: $surface;
        color: $foreground;
        pointer: text;
        & .markdown--heading { color: $text-accent; text-style: bold underline; }
        & .markdown--subheading { color: $text-accent; text-style: bold; }
        & .markdown--code { color: $text-secondary; }
        & .markdown--address { color: $text-disabled; text-style: none; }
        & .markdown--mark { color: $text-accent; }
        & .markdown--rule { color: $foreground 28%; }
        & .markdown--label { color: $text-disabled; text-style: italic; }
        & .markdown--chosen { color: $text-accent; text-style: bold; }
        & .markdown--head { color: $text-primary; text-style: bold; }
        & .markdown--head-chosen { color: $text-primary; text-style: bold reverse; }
        & .markdown--note { color: $text-disabled; }
        & .markdown--plain { color: $foreground; }
        & .markdown--track { color: $foreground 14%; }
        & .markdown--thumb { color: $scrollbar; }
        & .markdown--badge { background: $panel; color: $foreground; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._talk = Conversation()
        self._anchor = Place(0, 0, 0.0)
        """What is in the first row, unless the end is followed."""
        self._painter: RowPainter | None = None
        self._is_due = False
        """Whether something was given that is not in the rows yet."""
        self._taken = 0.0
        self._later: Timer | None = None
        self._rest: Timer | None = None

    # ------------------------------------------------------------------ the text

    @property
    def entries(self) -> list[Entry]:
        """The entries with their texts as they are now."""
        return [replace(rows.source.entry, text=rows.source.text) for rows in self._talk.entries]

    @property
    def text(self) -> str:
        """The text of the last entry, as it was given."""
        return self._talk.entries[-1].source.text if self._talk.entries else ""

    def clear(self) -> None:
        """Show nothing, and follow what comes."""
        self.set_entries([])

    def set_text(self, text: str) -> None:
        """Show one text in Markdown."""
        self.set_entries([Entry(text)])

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show a conversation, from its end."""
        self._talk.set_entries(entries)
        self._anchor = Place(0, 0, 0.0)
        self.start_over()
        self._due()
        self.repaint()

    def append_entry(self, entry: Entry) -> None:
        """Add an entry at the end. What is appended goes to it."""
        self._talk.append_entry(entry)
        self._due()
        self.repaint()

    def append(self, text: str) -> None:
        """Add to the text of the last entry. It costs what is added, however long the text is."""
        if not text:
            return
        if not self._talk.entries:
            self._talk.append_entry(Entry())
        self._talk.entries[-1].source.append(text)
        self._due()

    def retract(self, count: int) -> None:
        """Take back the last `count` characters of the last entry."""
        if count > 0 and self._talk.entries:
            self._talk.entries[-1].retract(count)
            self._talk.touch(len(self._talk.entries) - 1)
            self._due()
            self.repaint()

    def finish(self) -> None:
        """Nothing more comes for now: what was withheld, being unsure, is shown."""
        if self._talk.entries:
            self._talk.entries[-1].source.finish()
            self._due()

    def set_head(self, entry: int, head: str, note: str = "") -> None:
        """Another head line for an entry."""
        self._change_entry(entry, head=head, note=note)

    def set_parts(self, entry: int, parts: Sequence[Part]) -> None:
        """Other folded parts for an entry; those that were open stay open."""
        self._change_entry(entry, parts=tuple(parts))

    def _change_entry(self, entry: int, **changes: object) -> None:
        rows = self._talk.entries[entry]
        rows.source.set_entry(replace(rows.source.entry, **changes))  # type: ignore[arg-type]
        rows.head_changed()
        self._talk.touch(entry)
        self._painter = None
        self._due()
        self.refresh()

    # ------------------------------------------------------------------ from texts to rows

    def _due(self) -> None:
        """Something was given: take it in with the next picture."""
        self._is_due = True
        if self._later is None and self.is_mounted:
            wait = self._taken + _FRAME - time.monotonic()
            self._later = self.set_timer(max(0.001, wait), self._take_later)

    def _take_later(self) -> None:
        self._later = None
        self.take_in()

    def take_in(self) -> None:
        """Take in what was given, and repaint what is another for it."""
        if not self._is_due or not self.size:
            return
        self._is_due = False
        self._taken = time.monotonic()
        before = self.top_line
        changed = self._talk.settle()
        if changed is not None and self._painter is not None:
            self._painter.forget_from(*changed)
        if self._fit() or self.top_line != before:
            self.refresh()
        elif changed is not None:
            height = self.size.height
            row = self._talk.top_of(changed[0]) + changed[1] - self.top_line
            if not self.following:
                row = min(row, height - 1)  # the badge, which counts the rows below
            row = max(0, row)
            if row < height:
                self.refresh(Region(0, row, self.size.width, height - row))
        self._rest_later()

    def _fit(self) -> bool:
        """Lay out what is in view and put the top line where it belongs. True if all rows must be
        painted."""
        talk, height = self._talk, self.size.height
        moved = False
        if talk.width != self._room:
            talk.set_width(self._room)
            self._painter = None
            moved = True
        for _ in range(_TRIES):
            self._top = self._bottom_top() if self.following else talk.row_of(self._anchor)
            moved = self.lines_changed() or moved
            changed = talk.measure_rows(self._top, self._top + height)
            if changed is None:
                break
            moved = True
            if self._painter is not None:
                self._painter.forget_from(*changed)
        return moved

    @property
    def _room(self) -> int:
        return max(1, self.size.width - 2)

    @property
    def line_count(self) -> int:
        """Rows there are, as far as that is known."""
        return self._talk.height

    def settle(self) -> None:
        """Take in everything that was given now, and measure all of it."""
        self.take_in()
        while self._talk.measure_some(1.0)[0]:
            pass
        self._fit()
        self.repaint()

    def _rest_later(self) -> None:
        if self._rest is None and self.is_mounted:
            self._rest = self.set_timer(_FRAME, self._measure_rest)

    def _measure_rest(self) -> None:
        """Measure some of what is not in view, so that the bar says how much there is."""
        self._rest = None
        if not self.size:
            return
        is_more, changed = self._talk.measure_some(_SLICE)
        if changed or self._talk.is_behind:
            self._talk.go_on()
            self._painter = None
        if self._fit() or self._painter is None:
            self.refresh()
        if is_more:
            self._rest_later()

    def _go_to(self, top: int) -> None:
        super()._go_to(top)
        self._anchor = self._talk.place(self._top)
        if self.size and self._talk.measure_rows(self._top, self._top + self.size.height):
            self._painter = None
            self._anchor = self._talk.place(max(0, min(self._top, self._bottom_top())))
            self.refresh()

    def _set_following(self, following: bool) -> None:
        super()._set_following(following)
        if following:
            self._fit()

    # ------------------------------------------------------------------ selecting

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected rows as they are shown, without the bars beside code."""
        self.take_in()
        start_x, start_y = selection.start or (0, 0)
        end_x, end_y = selection.end or (None, self.line_count - 1)
        selected: list[str] = []
        painter = self._rows()
        start_y, end_y = max(0, start_y), min(end_y, self.line_count - 1)
        self._talk.measure_rows(start_y, end_y + 1)
        for y, (_, _, row) in enumerate(self._talk.rows(start_y, end_y + 1), start=start_y):
            text = painter.cells(row).text
            lead = sum(len(piece) for piece, _ in row.lead) if "│" in str(row.lead) else 0
            begin = max(lead, start_x if y == start_y else 0)
            end = len(text) if y != end_y or end_x is None else end_x
            selected.append(text[begin:end].rstrip())
        return "\n".join(selected), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def _selected_spans(self) -> dict[int, tuple[int, int]]:
        selection = self.text_selection
        if selection is None:
            return {}
        rows = range(self.top_line, self.top_line + self.size.height)
        found = {row: selection.get_span(row) for row in rows}
        return {row: span for row, span in found.items() if span is not None}

    # ------------------------------------------------------------------ painting

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self._due()

    def _theme_changed(self, _theme: Theme) -> None:
        self.repaint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter = None

    def on_resize(self) -> None:
        self.take_in()
        self._fit()
        self._rest_later()
        self.repaint()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.repaint()

    def repaint(self) -> None:
        """Make every row anew: something that all depend on has changed."""
        self._painter = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Row `y` with the positions that selecting with the mouse needs."""
        return self._rows().selectable(self.top_line, y)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The finished rows, past Textual's own row cache, which would style them anew."""
        self.take_in()
        self._fit()  # the size may have changed before the event that says so
        if self.styles.gutter != Spacing() or self.opacity != 1:
            return super().render_lines(crop)  # dearer: borders belong on the container
        rows = self._rows().rows(
            self.top_line, self.size.height, self._badge(), self._selected_spans()
        )
        if self._talk.is_behind:
            self._rest_later()
        rows = rows[crop.y : crop.bottom]
        if crop.x or crop.width != self.size.width:
            return [row.crop(crop.x, crop.right) for row in rows]
        return rows

    def _badge(self) -> str:
        below = self.line_count - self.top_line - self.size.height
        if self.following or below <= 0:
            return ""
        return f" ⏸ {below:,} below · End follows "

    def _rows(self) -> RowPainter:
        painter = self._painter
        if painter is None or painter.width != self.size.width:
            painter = self._painter = self._new_painter()
        return painter

    def _new_painter(self) -> RowPainter:
        style = self.get_component_rich_style
        dark = self.app.current_theme.dark
        name = self.app.theme_variables.get("pygments-style") or ("monokai" if dark else "friendly")
        least = least_of(self.app.theme_variables)
        base = self.rich_style
        parts = {
            looks.HEADING: style("markdown--heading"),
            looks.SUBHEADING: style("markdown--subheading"),
            looks.MARK: style("markdown--mark"),
            looks.RULE: as_line(style("markdown--rule"), base, least),
            looks.LABEL: style("markdown--label"),
            looks.CHOSEN: style("markdown--chosen"),
            looks.HEAD: style("markdown--head"),
            looks.HEAD_CHOSEN: style("markdown--head-chosen"),
            looks.NOTE: style("markdown--note"),
            looks.PLAIN: style("markdown--plain"),
            looks.SELECTED: self.screen.get_component_rich_style("screen--selection"),
        }
        code, address = style("markdown--code"), style("markdown--address")
        # The focused bar is heavier: seen without colour too.
        bars = {
            None: Segment(" ", base),
            False: Segment("│", as_line(style("markdown--track"), base, least)),
            True: Segment("█" if self.has_focus else "┃", style("markdown--thumb")),
        }
        return RowPainter(
            self._talk,
            self.size.width,
            self.left_cell,
            Inks(base, parts, code, address, Palette(name, base, least)),
            style("markdown--badge"),
            bars,
            self.get_line_filters(),
            self.background_colors[1],
        )
