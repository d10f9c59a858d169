"""Every run so far: found by typing, looked at, opened again, exported, deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.engine.purpose import Mode
from autocoder_tui.runs.export import format_run_tokens, local_time
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import RunSummary
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.short_path import short_path

MOST_SHOWN = 500
_WIDE = 96
"""Cells inside the dialog that a row with all its columns takes."""

Deed: TypeAlias = Literal[
    "view", "diff", "go_on", "again", "copy", "export", "rename", "delete", "delete_all"
]

_MARKS = {
    "finished": "✓",
    "failed": "✗",
    "cancelled": "■",
    "interrupted": "‖",
    "running": "▶",
}
_SIGNS: dict[Mode, str] = {"generate": "", "query": "? ", "feedback": "↺ ", "clarify": "… "}
"""What a run was asked in, before its name."""
# As wide as the smallest terminal allows; "/" stands in the field above the list.
HINT = (
    "⏎ view · d diff · g go on · a again · y copy\n"
    "e export · n rename · x delete · X delete all · p all"
)


def _deed(key: str, deed: Deed, description: str) -> Binding:
    return Binding(key, f"do('{deed}')", description, id=f"history.{deed}")


class HistoryScreen(Dialog[None]):
    """Shows `runs`, as they are given by `show`; what is to be done is told in messages."""

    BINDINGS = [
        Binding("escape", "leave", "Close", id="history.close"),
        Binding("slash", "search", "Search", id="history.search"),
        Binding("p", "toggle_projects", "This project or all", id="history.projects"),
        _deed("d", "diff", "Open its diff"),
        _deed("g", "go_on", "Go on with it"),
        _deed("a", "again", "Run again"),
        _deed("y", "copy", "Copy the reply"),
        _deed("e", "export", "Export"),
        _deed("n", "rename", "Rename"),
        _deed("x,delete", "delete", "Delete"),
        _deed("X", "delete_all", "Delete all"),
        Binding("down", "to_list", show=False),
    ]
    DEFAULT_CSS = """
    HistoryScreen #history-head { color: $text-muted; height: 1; padding: 0 0 0 2; }
    HistoryScreen #history-detail { height: auto; max-height: 2; }
    HistoryScreen #history-hint { height: auto; max-height: 2; color: $text-muted; }
    """

    class Sought(Message):
        """Another list is wanted: see `search` and `everywhere`."""

    class Wanted(Message):
        """Something is to be done with `run`, None where it goes for all."""

        def __init__(self, deed: Deed, run: RunSummary | None) -> None:
            super().__init__()
            self.deed = deed
            self.run = run

    def __init__(self, answer: Callable[[Message], None]) -> None:
        super().__init__()
        self._answer = answer
        self._runs: Sequence[RunSummary] = ()
        self.everywhere = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog tall-dialog") as dialog:
            dialog.border_title = "History"
            yield PlainInput(placeholder="/ searches names, requirements, replies", compact=True)
            yield Static("", id="history-head", markup=False)
            yield RowList(lambda at: self._row(self._runs[at]))
            yield Static("", id="history-detail", markup=False)
            yield Static(HINT, id="history-hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(RowList).focus()
        self._answer(self.Sought())

    @property
    def search(self) -> str:
        return self.query_one(Input).value.strip()

    # ------------------------------------------------------------------ what is shown

    def show(self, runs: Sequence[RunSummary], *, keep: str = "") -> None:
        """List `runs`; the cursor goes to the run called `keep`, or near where it was."""
        rows = self.query_one(RowList)
        before = rows.highlighted or 0
        self._runs = runs[:MOST_SHOWN]
        ids = [run.run_id for run in self._runs]
        rows.show(len(ids), ids.index(keep) if keep in ids else before)
        self._tell_scope(len(runs))
        self._tell_detail()

    def say(self, text: str) -> None:
        """Show a sentence in the place of the details. Untrusted."""
        self.query_one("#history-detail", Static).update(visible(text))

    def _tell_scope(self, count: int) -> None:
        scope = "all projects" if self.everywhere else "this project"
        shown = f"{MOST_SHOWN}+" if count > MOST_SHOWN else str(count)
        found = " found" if self.search else ""
        dialog = self.query_one(".dialog")
        dialog.border_subtitle = f"{shown} run{'s' * (count != 1)}{found} · {scope} · Esc"
        head = f"{'when':<17}{'model':<26}{'tokens':>9}{'cost':>10}  name"
        self.query_one("#history-head", Static).update(
            head if self._is_wide else f"{'when':<12}name"
        )

    @property
    def _is_wide(self) -> bool:
        return self.query_one(RowList).size.width >= _WIDE

    def _row(self, run: RunSummary) -> Content:
        mark, when = _MARKS[run.status], visible(local_time(run.started))
        name = _SIGNS[run.mode] + visible(run.name) + (" (demo)" if run.demo else "")
        if not self._is_wide:
            return Content(f"{mark} {when[5:]:<12}{name}")
        return Content.assemble(
            f"{mark} {when:<17}",
            _cell(visible(run.model), 26),
            f"{format_run_tokens(run):>9}{format_usd(run.cost_usd):>10}  ",
            name,
        )

    def _tell_detail(self) -> None:
        run = self.highlighted
        if run is None:
            what = "No run has these words." if self.search else "No run yet."
            wider = "" if self.everywhere else " p shows those of all projects."
            self.say(what + wider)
            return
        cost = "cost unknown" if run.cost_usd is None else format_usd(run.cost_usd)
        parts = [
            run.mode,
            run.status,
            run.model,
            f"{format_run_tokens(run)} tokens",
            cost,
            f"{run.characters:,} characters",
            f"{run.files} file{'s' * (run.files != 1)}",
        ]
        if self.everywhere:
            parts.append(short_path_of(run.project))
        self.say(" · ".join(parts))

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill_again)

    def _fill_again(self) -> None:
        run = self.highlighted
        if self._runs:
            self.show(self._runs, keep="" if run is None else run.run_id)
        else:
            self._tell_scope(0)

    @property
    def highlighted(self) -> RunSummary | None:
        at = self.query_one(RowList).highlighted
        return self._runs[at] if at is not None and at < len(self._runs) else None

    # ------------------------------------------------------------------ what is done

    def on_row_list_highlighted(self) -> None:
        self._tell_detail()

    def on_row_list_selected(self) -> None:
        self.action_do("view")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._answer(self.Sought())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_to_list()

    def action_search(self) -> None:
        """Type a part of what is looked for."""
        self.query_one(Input).focus()

    def action_to_list(self) -> None:
        self.query_one(RowList).focus()

    def action_leave(self) -> None:
        """End the search, or close."""
        field = self.query_one(Input)
        if field.has_focus or field.value:
            field.value = ""
            self.action_to_list()
        else:
            self.dismiss(None)

    def action_toggle_projects(self) -> None:
        """List the runs of all projects, or of this one."""
        self.everywhere = not self.everywhere
        self._answer(self.Sought())

    def action_do(self, deed: Deed) -> None:
        run = None if deed == "delete_all" else self.highlighted
        if run is not None or (deed == "delete_all" and self._runs):
            self._answer(self.Wanted(deed, run))

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def short_path_of(project: str) -> str:
    """A project's folder with the home folder as "~". Untrusted."""
    from pathlib import Path

    return short_path(Path(project))


def _cell(text: str, width: int) -> str:
    """`text` cut or filled to `width` cells, one of them a space."""
    while cell_len(text) >= width:
        text = text[:-1]
    return text + " " * (width - cell_len(text))
