"""What runs used and cost, per run, day, model and project."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DataTable, Static

from autocoder_tui.runs.usage_table import HEADS, NUMBERS, extrapolation_rows, usage_rows
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.usage import GROUPINGS, Grouping, UsageRecord, read_usage, to_csv
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton

_NARROW_WITHOUT = frozenset({"cached", "reasoning", "parts", "status"})
"""Columns left out where there is no room for them."""
_WIDE = 100
_MOST_PARTS = 8
"""Parts of one run that are shown below the table."""


class UsageScreen(Dialog[None]):
    """Totals of every run booked in `state_dir`. `e` writes them to a CSV file there."""

    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close", id="usage.close"),
        Binding("r", "group('run')", "Per run", id="usage.runs"),
        Binding("d", "group('day')", "Per day", id="usage.days"),
        Binding("m", "group('model')", "Per model", id="usage.models"),
        Binding("p", "group('project')", "Per project", id="usage.projects"),
        Binding("e", "export", "Export CSV", id="usage.export"),
    ]
    BUTTONS = (
        KeyButton("Run", "r"),
        KeyButton("Day", "d"),
        KeyButton("Model", "m"),
        KeyButton("Project", "p"),
        KeyButton("CSV", "e"),
        KeyButton("Close", "escape"),
    )

    def __init__(self, state_dir: Path) -> None:
        super().__init__()
        self._state_dir = state_dir
        self._records: Sequence[UsageRecord] = ()
        self._by: Grouping = "run"

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog") as dialog:
            dialog.border_title = "Usage"
            yield DataTable[Text](id="usage-table", cursor_type="row", zebra_stripes=True)
            yield Static("", id="usage-detail", markup=False)

    def on_resize(self) -> None:
        # So that the parts of a run are seen below, however many runs there are.
        room = self.size.height * 9 // 10 - _MOST_PARTS - 6
        self.query_one(DataTable).styles.max_height = max(5, room)
        if self._records:
            self._fill()

    def on_mount(self) -> None:
        self.query_one(DataTable).focus()
        self._load()

    @work
    async def _load(self) -> None:
        try:
            self._records, broken = await asyncio.to_thread(read_usage, self._state_dir)
        except OSError as error:
            self._say(f"The record of usage cannot be read: {error.strerror or 'unknown error'}.")
            return
        if self.closing:
            return
        self._fill()
        self.offer("r", "d", "m", "p", "e", acts=bool(self._records))
        self.query_one(DataTable).display = bool(self._records)
        if not self._records:
            self._say(
                "No run yet. Every run that sends something is listed here, with its "
                "tokens and cost."
            )
        elif broken:
            self._say(f"{broken} damaged line{'s' * (broken != 1)} of the record left out.")

    def action_group(self, by: str) -> None:
        """Put the runs together another way."""
        self._by = next(grouping for grouping in GROUPINGS if grouping == by)
        self._fill()

    def _fill(self) -> None:
        table = self.query_one(DataTable)
        table.clear(columns=True)
        head = HEADS[self._by]
        wide = self.app.size.width >= _WIDE
        shown = [at for at, name in enumerate(head) if wide or name not in _NARROW_WITHOUT]
        for at in shown:
            table.add_column(Text(head[at], justify="right" if head[at] in NUMBERS else "left"))
        for row in usage_rows(self._records, self._by):
            table.add_row(
                *(Text(row[at], justify="right" if head[at] in NUMBERS else "left") for at in shown)
            )
        self._say("")

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        runs = len(self._records)
        if self._by == "run" and event.cursor_row < runs:
            record = self._records[runs - 1 - event.cursor_row]
            rows = extrapolation_rows(record)
            more = len(rows) - _MOST_PARTS - 1
            shown = rows if more <= 0 else [*rows[: _MOST_PARTS + 1], f"and {more} more parts"]
            self._say("\n".join(shown))

    def action_export(self) -> None:
        """Write every run to a CSV file in the state folder."""
        self._export()

    @work
    async def _export(self) -> None:
        file = self._state_dir / "usage.csv"
        try:
            await asyncio.to_thread(write_atomically, file, to_csv(self._records))
        except OSError as error:
            self._say(f"{file} cannot be written: {error.strerror or 'unknown error'}.")
        else:
            self._say(f"Written to {file}")

    def _say(self, text: str) -> None:
        if self.closing:
            return
        self.query_one("#usage-detail", Static).update(visible(text, lines=True))
