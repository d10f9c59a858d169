"""Any file of the project, found by some letters of its name; what is found is picked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.ui.screens.dialogs.dialog import Dialog
from autocoder_tui.ui.screens.dialogs.dialog_buttons import KeyButton
from autocoder_tui.ui.widgets.files.finder_rows import (
    FileRow,
    Findable,
    FinderRow,
    FoundRows,
    RowLook,
    drawn,
    name_of,
    rows_for,
)
from autocoder_tui.ui.widgets.files.found_preview import FoundPreview
from autocoder_tui.ui.widgets.files.preview import FilePreview
from autocoder_tui.ui.widgets.files.weights import TreeWeights
from autocoder_tui.ui.widgets.plain_area import PlainInput
from autocoder_tui.ui.widgets.row_list import RowList
from autocoder_tui.workspace.file_group import FileGroup, is_glob
from autocoder_tui.workspace.file_index import FileIndex
from autocoder_tui.workspace.file_search import FileSearch

_AT_ONCE = 40_000
"""Files that are searched within a few milliseconds: a thread would take longer to hand them over
than to find them."""


_PAUSE_IN_TYPING = 0.3
"""Seconds."""
_ROOM_FOR_PREVIEW = 110
"""Columns of the screen from which on the list has a file beside it."""


class FoundFiles(Protocol):
    """Where the files come from, and what becomes of those that are picked."""

    def findable(self) -> Findable: ...

    @property
    def weights(self) -> TreeWeights: ...

    def toggle(self, row: FinderRow, *, only_pick: bool) -> None: ...

    def in_view(self, paths: Sequence[str]) -> None: ...

    async def show_file(self, preview: FilePreview, path: str) -> None: ...

    def save_set(self) -> None: ...

    def delete_set(self, name: str) -> None: ...


class QueryInput(PlainInput):
    """A line in which a blank is a key like others: the finder knows what is meant by it."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "space" and super().check_consume_key(key, character)


class Finder(Dialog[None]):
    """The line keeps the keyboard. Whoever opened it tells it what changed meanwhile."""

    BINDINGS = [
        Binding("tab", "pick", "Pick", id="finder.pick", priority=True),
        Binding(
            "space",
            "pick_or_part",
            "Pick",
            id="finder.space",
            tooltip="or, after letters, part the words that are looked for",
            priority=True,
        ),
        Binding("escape", "dismiss", "Close", id="finder.close"),
        Binding("ctrl+s", "save_set", "Save the picks as a set", id="finder.save", priority=True),
        Binding("delete", "delete_set", "Delete a saved set", id="finder.delete", priority=True),
        Binding("shift+down", "scroll_file(1)", "File down", id="finder.down", priority=True),
        Binding("shift+up", "scroll_file(-1)", "File up", id="finder.up", priority=True),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move_pages(1)", show=False, priority=True),
        Binding("pageup", "move_pages(-1)", show=False, priority=True),
    ]
    BUTTONS = (
        KeyButton("Pick", "tab"),
        KeyButton("Pick and close", "enter"),
        KeyButton("Close", "escape"),
    )
    DEFAULT_CSS = """
    Finder Horizontal { height: 1fr; margin-top: 1; }
    Finder RowList { width: 1fr; height: 100%; scrollbar-size-vertical: 1; }
    Finder.-with-preview FoundPreview { display: block; }
    Finder RowList > .row-list--highlighted {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
        text-style: $block-cursor-text-style;
    }
    Finder #finder-state { height: 1; color: $text-muted; }
    """

    def __init__(self, files: FoundFiles) -> None:
        super().__init__()
        self._files = files
        self._now = files.findable()
        self._picked = frozenset(self._now.picks)
        self._search = FileSearch(self._now.index or FileIndex())
        self._found = FoundRows()
        self._wanted = ("", 0)
        self._shown: tuple[str, int] | None = None
        self._acted = False
        """Whether something was picked among the rows of what is typed."""
        self._writes = False
        """Whether the last key was a letter: a blank is one more then, and no pick."""
        self._searching = False
        self._then: list[Callable[[], None]] = []
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide-dialog dense-dialog") as dialog:
            dialog.border_title = "Find files"
            yield QueryInput(
                placeholder="letters or words of a name · src/**/*.py · changed",
                id="finder-query",
                compact=True,
            )
            with Horizontal():
                yield RowList(self._row)
                yield FoundPreview(self._files.show_file)
            yield Static("", id="finder-state", markup=False)

    def on_mount(self) -> None:
        for rows in self.query(RowList):
            # None is left when the program is closing down.
            rows.can_focus = False
            self.query_one(Input).focus()
            self._ask()

    # ------------------------------------------------------------------ finding

    @property
    def _shows(self) -> bool:
        """Whether it has its widgets: whoever opened it may tell it something before."""
        return self.is_mounted and not self.closing

    def files_changed(self) -> None:
        """Look again: the project was listed, or what is offered of it is other."""
        self._now = self._files.findable()
        if self._now.index is not None and self._now.index is not self._search.index:
            self._search = FileSearch(self._now.index)
        self._wanted = (self._wanted[0], self._wanted[1] + 1)
        if self._shows:
            self._ask()

    def weights_changed(self) -> None:
        """Show weights that became known."""
        if self._shows:
            self.query_one(RowList).refresh()
            self._say()

    def picks_changed(self) -> None:
        """Show what is picked now; the rows stay where they are."""
        self._now = self._files.findable()
        self._picked = frozenset(self._now.picks)
        self.weights_changed()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._wanted = (event.value, self._wanted[1])
        self._writes = bool(event.value) and not is_glob(event.value)
        self._ask()

    def _ask(self) -> None:
        wanted, search = self._wanted, self._search
        if not self._searching and not is_glob(wanted[0]) and len(search.index.paths) <= _AT_ONCE:
            self._show(wanted, rows_for(wanted[0], self._now, search))
        elif not self._searching:
            self._searching = True
            self.run_worker(self._answer(), group="finder", exit_on_error=True)

    async def _answer(self) -> None:
        """Look for what is typed by now, off the thread that draws, until nothing is typed on."""
        try:
            while self._shown != self._wanted:
                wanted = self._wanted
                found = await asyncio.to_thread(rows_for, wanted[0], self._now, self._search)
                if self.closing:
                    return
                self._show(wanted, found)
        finally:
            self._searching = False
        then, self._then = self._then, []
        for do in then:
            do()

    def _show(self, wanted: tuple[str, int], found: FoundRows) -> None:
        same = self._shown is not None and self._shown[0] == wanted[0]
        self._acted = self._acted and same
        # Who has not moved nor picked yet stays at the top, where the best row comes to stand.
        stays = same and (self._acted or self.query_one(RowList).highlighted != self._found.start)
        kept = self._row_at_cursor if stays else None
        self._found, self._shown = found, wanted
        names = [name_of(row) for row in found.rows]
        known = kept is not None and name_of(kept) in names
        cursor = names.index(name_of(kept)) if kept is not None and known else found.start
        rows = self.query_one(RowList)
        self.offer("enter", "tab", acts=bool(found.rows))
        rows.show(len(found.rows), cursor if found.rows else None)
        if not known:
            # The groups before the first file are to be seen with it.
            rows.scroll_home(animate=False, force=True)
        self._say()
        self._will_count()
        self._look_at_file()
        self.paint_now(self.query_one(Input), *rows.painted, self.query_one("#finder-state"))

    @property
    def _row_at_cursor(self) -> FinderRow | None:
        at = self.query_one(RowList).highlighted
        return self._found.rows[at] if at is not None and at < len(self._found.rows) else None

    def _will_count(self) -> None:
        """What is in view is counted once nothing is typed for a moment: it takes from the time
        that the next letter has."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE_IN_TYPING, self._count_in_view)

    def _count_in_view(self) -> None:
        if self.closing:
            return
        rows = self.query_one(RowList)
        top = int(rows.scroll_offset.y)
        wanted: list[str] = []
        for row in self._found.rows[top : top + max(1, rows.size.height)]:
            wanted += row.paths if isinstance(row, FileGroup) else (row.path,)
        self._files.in_view(wanted)

    def on_row_list_highlighted(self) -> None:
        if not self.closing:
            self._will_count()
            self._look_at_file()

    # ------------------------------------------------------------------ the file beside the list

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= _ROOM_FOR_PREVIEW, "-with-preview")
        self._look_at_file()

    def _look_at_file(self) -> None:
        if self.has_class("-with-preview"):
            self.query_one(FoundPreview).look_at(self._row_at_cursor)

    def action_scroll_file(self, by: int) -> None:
        """Scroll the file beside the list."""
        self.query_one(FoundPreview).scroll_steps(by)

    # ------------------------------------------------------------------ showing

    def _row(self, at: int) -> Content:
        rows = self.query_one(RowList)
        row, weights = self._found.rows[at], self._files.weights
        paths = row.paths if isinstance(row, FileGroup) else (row.path,)
        counted = [tokens for path in paths if (tokens := weights.of(path)) is not None]
        look = RowLook(
            width=rows.scrollable_content_region.width,
            query=self._shown[0] if self._shown else "",
            picked=bool(paths) and self._picked.issuperset(paths),
            mark=self._now.marks.get(row.path, "") if isinstance(row, FileRow) else "",
            weight=sum(counted) if counted or not paths else None,
            counted=len(counted) == len(paths),
            exact=weights.exact,
            plain=rows.highlighted == at,
        )
        return drawn(row, look)

    def _say(self) -> None:
        """How many files match, and how many are picked."""
        index, total = self._now.index, self._found.total
        if index is None:
            said = "Listing the files…"
        elif not total and not any(
            isinstance(row, FileGroup) and row.paths for row in self._found.rows
        ):
            said = "No file has these letters in this order." if index.paths else "No files here."
        else:
            listed = len(index.paths)
            more = "+" if index.cut else ""
            said = f"{total:,} of {listed:,}{more} files"
        counted = [self._files.weights.of(path) for path in self._now.picks]
        tokens = sum(weight for weight in counted if weight is not None)
        about = "at least " if None in counted else "~"
        picked = f"{len(counted)} picked, {about}{format_tokens(tokens)} tokens"
        said += f" · {picked if counted else 'none picked'}"
        self.query_one("#finder-state", Static).update(said, layout=False)

    # ------------------------------------------------------------------ keys

    def _when_found(self, do: Callable[[], None]) -> None:
        """Act on the rows of what is typed: a key may be quicker than the search."""
        if self._searching:
            self._then.append(do)
        else:
            do()

    def action_move(self, by: int) -> None:
        self._writes = False
        self._when_found(lambda: self.query_one(RowList).action_move(by))

    def action_move_pages(self, by: int) -> None:
        self._writes = False
        self._when_found(lambda: self.query_one(RowList).action_move_pages(by))

    def action_pick(self) -> None:
        """Pick the row under the cursor, or unpick it; what is typed next looks for another."""
        self._acted, self._writes = True, False

        def pick() -> None:
            row = self._row_at_cursor
            if row is not None:
                self._files.toggle(row, only_pick=False)
                self.query_one(Input).action_select_all()

        self._when_found(pick)

    def action_pick_or_part(self) -> None:
        """A blank: as in the tree it picks, but between letters it stands between words."""
        if self._writes:
            self.query_one(Input).insert_text_at_cursor(" ")
        else:
            self.action_pick()

    def on_input_submitted(self) -> None:
        def pick() -> None:
            row = self._row_at_cursor
            if row is not None:
                self._files.toggle(row, only_pick=True)
                self.dismiss(None)

        self._when_found(pick)

    def on_row_list_selected(self) -> None:
        self.action_pick()

    def action_save_set(self) -> None:
        self._files.save_set()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "delete_set":
            row = self._row_at_cursor
            return isinstance(row, FileGroup) and row.saved
        return super().check_action(action, parameters)

    def action_delete_set(self) -> None:
        row = self._row_at_cursor
        if isinstance(row, FileGroup) and row.saved:
            self._files.delete_set(row.label)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)
