"""Every run so far: found by typing, looked at, opened again, compared, exported, deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from autocoder_tui.runs.listed_run import Listed, each_alone, threads_once
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import RunSummary
from autocoder_tui.ui.key_words import key_of, with_keys
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.history.preview import Preview, RunPreview
from autocoder_tui.ui.widgets.history.rows import KnownRows, head_of_list, head_of_run
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.ui.widgets.short_path import short_path
from autocoder_tui.ui.widgets.told_frame import ToldFrame

MOST_SHOWN = 500
AT_FIRST = 30
"""Runs that are listed at once: they fill a screen, and each more takes from the time of a key."""
_PAUSE_IN_TYPING = 0.3
"""Seconds."""
_BESIDE: Final = 110
"""Cells inside the dialog from which the preview stands beside the list."""
_WIDE: Final = 96
"""Cells of the list from which a row has all columns."""
_LOW: Final = 20
"""Rows of the screen below which there is room for the list alone."""

Deed: TypeAlias = Literal[
    "view", "diff", "go_on", "again", "copy", "export", "rename", "delete", "delete_all"
]

# As wide as 80 columns allow, and 60.
HINT = (
    "{history.diff} diff · {history.go_on} go on · {history.again} again · {history.copy} copy · "
    "{history.rename} note · {history.export} export · {history.projects} all\n"
    "{history.mark} mark · {history.compare} compare · {history.threads} turns · "
    "{history.delete} delete · {history.delete_all} delete all · Tab preview"
)
NARROW_HINT = (
    "{history.diff} diff · {history.go_on} go on · {history.again} again · {history.copy} copy\n"
    "{history.rename} note · {history.export} export · {history.delete} delete · "
    "{history.delete_all} delete all · {app.keys} keys"
)
_NONE: Final = "No run yet: {run.start} begins one."
_NOT_FOUND: Final = "No run has these words."
_WIDER: Final = " {history.projects} shows those of all projects."


def _deed(key: str, deed: Deed, description: str) -> Binding:
    return Binding(key, f"do('{deed}')", description, id=f"history.{deed}")


class HistoryScreen(Dialog[None]):
    """Shows `runs`, as they are given by `show`; what is to be done is told in messages."""

    BINDINGS = [
        Binding("escape", "leave", "Close", id="history.close"),
        Binding("slash", "search", "Search", id="history.search"),
        Binding("p", "toggle_projects", "This project or all", id="history.projects"),
        Binding("t", "toggle_threads", "Conversations once or by turns", id="history.threads"),
        _deed("d", "diff", "Open its diff"),
        _deed("g", "go_on", "Go on with it"),
        _deed("a", "again", "Run again"),
        _deed("y", "copy", "Copy the reply"),
        _deed("e", "export", "Export"),
        _deed("n", "rename", "Note to list it by"),
        _deed("x,delete", "delete", "Delete"),
        _deed("X", "delete_all", "Delete all"),
        Binding("space", "mark", "Mark for comparing", id="history.mark"),
        Binding("c", "compare", "Compare two", id="history.compare"),
        Binding("J,shift+down", "scroll_preview(1)", "Preview down", id="history.preview_down"),
        Binding("K,shift+up", "scroll_preview(-1)", "Preview up", id="history.preview_up"),
        Binding("right_square_bracket", "step_file(1)", "Next file", id="history.next_file"),
        Binding("left_square_bracket", "step_file(-1)", "File before", id="history.previous_file"),
        Binding("down", "to_list", show=False),
    ]
    BUTTONS = (KeyButton("View", "enter"), KeyButton("Close", "escape"))
    DEFAULT_CSS = """
    HistoryScreen #history-body { layout: vertical; height: 1fr; }
    HistoryScreen #history-list { height: 2fr; }
    HistoryScreen RunPreview { height: 3fr; border-top: solid $primary-muted; }
    HistoryScreen.-beside #history-body { layout: horizontal; }
    HistoryScreen.-beside #history-list { width: 2fr; height: 1fr; }
    HistoryScreen.-beside RunPreview {
        width: 3fr; height: 1fr; border-top: none; border-left: solid $primary-muted;
        padding: 0 0 0 1;
    }
    HistoryScreen.-low RunPreview { height: 2; border-top: none; }
    HistoryScreen #history-head { color: $text-muted; height: 1; }
    HistoryScreen.-beside #history-head { display: none; }
    HistoryScreen #history-hint { height: auto; max-height: 2; color: $text-muted; }
    """

    class Sought(Message):
        """Another list is wanted: see `search` and `everywhere`; or all of the one shown."""

        def __init__(self, *, all_of_it: bool = False) -> None:
            super().__init__()
            self.all_of_it = all_of_it

    class Wanted(Message):
        """Something is to be done with the runs of `line`, None where it goes for all."""

        def __init__(self, deed: Deed, line: Listed | None) -> None:
            super().__init__()
            self.deed = deed
            self.line = line

    class Looked(Message):
        """The cursor is on another run: see `highlighted`."""

    class ComparisonWanted(Message):
        """These runs are to be put beside each other, if they are two."""

        def __init__(self, run_ids: tuple[str, ...]) -> None:
            super().__init__()
            self.run_ids = run_ids

    def __init__(self, answer: Callable[[Message], None]) -> None:
        super().__init__()
        self._answer = answer
        self._runs: Sequence[RunSummary] = ()
        self._lines: Sequence[Listed] = ()
        self._marked: list[str] = []
        self._rows = KnownRows()
        self._looked = ""
        self._trouble = ""
        self._pause: Timer | None = None
        self._then: list[Callable[[], None]] = []
        self.has_more = False
        """Whether there are runs to be listed beyond those that are."""
        self.everywhere = False
        self.by_turns = False

    def compose(self) -> ComposeResult:
        searches = key_of(self.app, "history.search")
        with ToldFrame(classes="dialog tall-dialog") as dialog:
            dialog.border_title = "History"
            yield PlainInput(
                placeholder=f"{searches} searches names, requirements, replies", compact=True
            )
            with Container(id="history-body"):
                with Vertical(id="history-list"):
                    yield Static("", id="history-head", markup=False)
                    yield RowList(self._row)
                yield RunPreview()
            yield Static("", id="history-hint", markup=False)

    def on_mount(self) -> None:
        self._suit_size()
        self.query_one(RowList).focus()
        self._answer(self.Sought())

    @property
    def search(self) -> str:
        return self.query_one(Input).value.strip()

    # ------------------------------------------------------------------ what is shown

    @property
    def typing(self) -> bool:
        """Whether a letter was typed only just now, and another one may follow."""
        return self._pause is not None

    def show(
        self, runs: Sequence[RunSummary], *, keep: str = "", more: bool = False, trouble: str = ""
    ) -> None:
        """List `runs`; the cursor goes to the run called `keep`, or near where it was. There are
        `more` than these, to be shown in a moment; or there are none because of `trouble`."""
        rows = self.query_one(RowList)
        before = rows.highlighted or 0
        rest = self.has_more and not more
        if rest and not keep and self.highlighted is not None:
            keep = self.highlighted.run.run_id
        self._trouble, self.has_more = trouble, more
        self._runs = runs[: AT_FIRST if more else MOST_SHOWN]
        self._lines = each_alone(self._runs) if self.by_turns else threads_once(self._runs)
        places = {run.run_id: at for at, line in enumerate(self._lines) for run in line.runs}
        rows.show(len(self._lines), places.get(keep, before))
        self._tell_scope(len(runs))
        self.query_one("#history-hint").visible = bool(runs)
        self.offer("enter", acts=bool(runs))
        if not self.typing:
            self._tell_detail(anew=not rest)
        self.paint_now(self.query_one(Input), *rows.painted, self.query_one(ToldFrame))
        if not more:
            then, self._then = self._then, []
            for do in then:
                do()

    def show_preview(self, run_id: str, preview: Preview) -> None:
        """Show what was read of a run, unless the cursor has gone on meanwhile."""
        line = self.highlighted
        if line is not None and line.run.run_id == run_id:
            self.query_one(RunPreview).show(preview)

    def say(self, text: str) -> None:
        """Show a sentence in the place of the details. Untrusted."""
        self.query_one(RunPreview).say(Content(visible(text)))

    def _tell_scope(self, count: int) -> None:
        scope = "all projects" if self.everywhere else "this project"
        listed = AT_FIRST if self.has_more else min(count, MOST_SHOWN)
        shown = f"{listed}+" if count > listed else str(count)
        found = " found" if self.search else ""
        marked = f" · {len(self._marked)} marked" if self._marked else ""
        close = key_of(self.app, "history.close")
        said = f"{shown} run{'s' * (count != 1)}{found} · {scope}{marked} · {close}"
        self.query_one(ToldFrame).tell(said)
        rows = self.query_one(RowList)
        columns = 2 if rows.row_lines > 1 else 3 if self._is_wide else 1
        self.query_one("#history-head", Static).update(head_of_list(columns), layout=False)

    @property
    def _is_wide(self) -> bool:
        return self.query_one(RowList).size.width >= _WIDE

    def _row(self, at: int) -> Content:
        line = self._lines[at]
        marked = line.run.run_id in self._marked
        lines, wide = self.query_one(RowList).row_lines, self._is_wide
        return self._rows.row(line, marked=marked, lines=lines, wide=wide)

    def _tell_detail(self, *, anew: bool = False) -> None:
        line = self.highlighted
        if line is None:
            self._looked = ""
            if self._trouble:
                self.say(self._trouble)
                return
            what = _NOT_FOUND if self.search else _NONE
            self.say(with_keys(self.app, what if self.everywhere else what + _WIDER))
            return
        if line.run.run_id == self._looked and not anew:
            return
        self._looked = line.run.run_id
        project = short_path(Path(line.run.project)) if self.everywhere else ""
        self.query_one(RunPreview).say(head_of_run(line, project=project))
        if not self.has_class("-low"):
            self._answer(self.Looked())

    def on_resize(self) -> None:
        self._suit_size()
        self.call_after_refresh(self._fill_again)

    def _suit_size(self) -> None:
        beside = self.app.size.width * 0.96 - 4 >= _BESIDE and self.app.size.height >= _LOW
        self.set_class(beside, "-beside")
        self.set_class(self.app.size.height < _LOW, "-low")
        self.query_one(RowList).row_lines = 2 if beside else 1
        hint = HINT if self.app.size.width >= 80 else NARROW_HINT
        self.query_one("#history-hint", Static).update(with_keys(self.app, hint))

    def _fill_again(self) -> None:
        line = self.highlighted
        if self._runs:
            keep = "" if line is None else line.run.run_id
            self.show(self._runs, keep=keep, more=self.has_more)
        else:
            self._tell_scope(0)

    @property
    def highlighted(self) -> Listed | None:
        """The line under the cursor."""
        at = self.query_one(RowList).highlighted
        return self._lines[at] if at is not None and at < len(self._lines) else None

    # ------------------------------------------------------------------ what is done

    def on_row_list_highlighted(self) -> None:
        if not self.typing:
            self._tell_detail()

    def on_row_list_selected(self) -> None:
        self.action_do("view")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._end_pause()
        # A run is looked at once nothing is typed for a moment: to lay out the preview, and to
        # read it, takes from the time that the next letter has.
        if self.query_one(Input).has_focus:
            self._pause = self.set_timer(_PAUSE_IN_TYPING, self._rest)
        self._answer(self.Sought())

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = None

    def _rest(self) -> None:
        """Nothing is typed any more: show the rest, and what the cursor is on."""
        if self.closing:
            return
        was_typing = self.typing
        self._end_pause()
        if self.has_more:
            self._answer(self.Sought(all_of_it=True))
        if was_typing:
            self._tell_detail()

    def _when_whole(self, do: Callable[[], None]) -> None:
        """What is done to all runs of a line waits for those that are not listed yet."""
        if self.has_more:
            self._then.append(do)
            self._rest()
        else:
            do()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_to_list()

    def action_search(self) -> None:
        """Type a part of what is looked for."""
        self.query_one(Input).focus()

    def action_to_list(self) -> None:
        self.query_one(RowList).focus()
        if self.typing:
            self._rest()

    def action_leave(self) -> None:
        """Back to the list, end the search, or close."""
        field = self.query_one(Input)
        if self.query_one(RunPreview).has_focus_within:
            self.action_to_list()
        elif field.has_focus or field.value:
            field.value = ""
            self.action_to_list()
        else:
            self.dismiss(None)

    def action_toggle_projects(self) -> None:
        """List the runs of all projects, or of this one."""
        self.everywhere = not self.everywhere
        self._answer(self.Sought())

    def action_do(self, deed: Deed) -> None:
        if deed == "delete":
            self._when_whole(lambda: self._want(deed))
        else:
            self._want(deed)

    def _want(self, deed: Deed) -> None:
        line = None if deed == "delete_all" else self.highlighted
        if line is not None or (deed == "delete_all" and self._runs):
            self._answer(self.Wanted(deed, line))

    def action_toggle_threads(self) -> None:
        """List each conversation once, or each of its runs."""
        self.by_turns = not self.by_turns
        self._fill_again()

    def action_mark(self) -> None:
        """Mark the run for comparing, or take the mark away: the last two marked count."""
        line = self.highlighted
        if line is None:
            return
        run_id = line.run.run_id
        if run_id in self._marked:
            self._marked.remove(run_id)
        else:
            self._marked = [*self._marked[-1:], run_id]
        self._tell_scope(len(self._runs))
        self.query_one(RowList).refresh()

    def action_compare(self) -> None:
        """Put the two marked runs beside each other, or the marked one and that of the cursor."""
        line = self.highlighted
        if line is None:
            return
        runs = self._marked[:]
        if len(runs) < 2 and line.run.run_id not in runs:
            runs.append(line.run.run_id)
        self._answer(self.ComparisonWanted(tuple(runs)))

    def action_scroll_preview(self, direction: int) -> None:
        self.query_one(RunPreview).scroll_rows(direction)

    def action_step_file(self, by: int) -> None:
        self.query_one(RunPreview).step_file(by)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)
