"""A line to type in above a list under headings, of which only the rows in view are made."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.values import dataclass

_Result = TypeVar("_Result")
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above rows that belong together; the cursor passes over it."""

    title: str


class GroupedList(Dialog[_Result], Generic[_Result, _Row]):
    """The line keeps the keyboard; the arrows move in the list, and Enter chooses there."""

    BINDINGS = [
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move_pages(1)", show=False, priority=True),
        Binding("pageup", "move_pages(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    GroupedList RowList { height: 1fr; border: none; margin-top: 1; }
    GroupedList RowList:blur > .row-list--highlighted {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    """

    OF_A_ROW: ClassVar[tuple[str, ...]] = ("enter",)
    """Keys of buttons that need a row to do something with."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row | Heading] = []

    @abstractmethod
    def found(self, wanted: str) -> Iterable[tuple[str, _Row]]:
        """What has the words of `wanted`, each with the title of its group, "" for none."""

    @abstractmethod
    def row(self, row: _Row, width: int) -> Content:
        """How a row looks in `width` cells."""

    @abstractmethod
    def choose(self, row: _Row) -> None:
        """Enter was pressed on a row."""

    def id_of(self, row: _Row) -> object:
        """By what a row is known again when there are others around it."""
        return row

    def rank(self, row: _Row, wanted: str) -> int:
        """How far a row is from what is typed: the cursor goes to the first of the nearest."""
        return 0

    def start_at(self) -> object:
        """The row the cursor is on at first, as `id_of` has it; None is the first one."""
        return None

    def highlighted(self, row: _Row | None) -> None:
        """The cursor is on another row."""

    # ------------------------------------------------------------------ for subclasses

    def list_of(self, placeholder: str, wanted: str = "") -> ComposeResult:
        """The line and the list."""
        yield PlainInput(wanted, placeholder=placeholder, id="list-filter", compact=True)
        yield RowList(self._content)

    @property
    def filter(self) -> Input:
        return self.query_one("#list-filter", Input)

    @property
    def current(self) -> _Row | None:
        """The row under the cursor."""
        at = self.query_one(RowList).highlighted
        row = self._rows[at] if at is not None and at < len(self._rows) else None
        return None if isinstance(row, Heading) else row

    def fill(self, stay: object = None) -> None:
        """List what is found; the cursor goes to the row known as `stay`, or to the nearest."""
        self._rows, title = [], ""
        for group, row in self.found(self.filter.value):
            if group != title:
                self._rows.append(Heading(group))
                title = group
            self._rows.append(row)
        if not self._rows:
            self._rows.append(Heading("Nothing has these words."))
        rows = list(enumerate(self._rows))
        wanted = self.filter.value
        ranks = {at: self.rank(row, wanted) for at, row in rows if not isinstance(row, Heading)}
        real = sorted(ranks, key=ranks.__getitem__)
        same = [at for at, row in rows if not isinstance(row, Heading) and self.id_of(row) == stay]
        first = [*same, *real]
        self.query_one(RowList).show(len(rows), first[0] if first else None)
        self.offer(*self.OF_A_ROW, acts=bool(real))
        self._show_first_heading()
        self.highlighted(self.current)

    def _content(self, at: int) -> Content:
        row = self._rows[at]
        if isinstance(row, Heading):
            return Content.styled(visible(row.title), "bold $accent")
        return self.row(row, self.query_one(RowList).scrollable_content_region.width)

    def _show_first_heading(self) -> None:
        rows = self.query_one(RowList)
        if rows.highlighted is not None and rows.highlighted < max(2, rows.size.height):
            rows.scroll_home(animate=False)

    # ------------------------------------------------------------------ keys

    def on_mount(self) -> None:
        self.filter.focus()
        self.fill(self.start_at())
        self.call_after_refresh(self._show_first_heading)

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input is self.filter:
            self.fill()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self.filter:
            self._choose_current()

    def on_row_list_selected(self) -> None:
        self._choose_current()

    def _choose_current(self) -> None:
        if (row := self.current) is not None:
            self.choose(row)

    def on_row_list_highlighted(self) -> None:
        if not self.closing:
            self.highlighted(self.current)

    def action_move(self, by: int) -> None:
        """To another row, past the headings, from the last one to the first and back."""
        rows = self.query_one(RowList)
        if self.current is None:
            return
        at, step = (rows.highlighted or 0) + by, 1 if by > 0 else -1
        while isinstance(self._rows[at % len(self._rows)], Heading):
            at += step
        rows.highlighted = at % len(self._rows)
        self._show_first_heading()

    def action_move_pages(self, by: int) -> None:
        rows = self.query_one(RowList)
        if self.current is None:
            return
        at = (rows.highlighted or 0) + by * max(1, rows.size.height - 1)
        at = max(0, min(at, len(self._rows) - 1))
        if isinstance(self._rows[at], Heading):
            at += 1 if by < 0 or at == 0 else -1
        rows.highlighted = at if not isinstance(self._rows[at], Heading) else at + 1

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)
