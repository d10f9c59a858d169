"""The project's files as a tree in which inputs are picked.

Folders are read when they are opened, in a thread, so a huge project opens as fast as a
small one. A pick of a folder never takes what is ignored, binary or may hold secrets.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import key_of
from autocoder_tui.ui.widgets.files.folders import WHOLE_FROM, Folders
from autocoder_tui.ui.widgets.files.pick_history import PickHistory, change_in_words
from autocoder_tui.ui.widgets.files.row import Part, Row
from autocoder_tui.ui.widgets.files.type_ahead_tree import TypeAheadTree
from autocoder_tui.ui.widgets.files.weights import TreeWeights, folders_of
from autocoder_tui.workspace.entry import Entry, why_never
from autocoder_tui.workspace.listing import MAX_ENTRIES, Listing


class FilePicker(TypeAheadTree):
    """A tree of the project at `root`; `picks` are paths relative to it, sorted.

    Paths in `picks` and in messages are raw: pass them through `display.visible` to show.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_pick", "Pick", id="files.toggle"),
        Binding("enter", "select_cursor", "Open or pick", show=False, id="files.enter"),
        Binding("right", "open_folder", "Open folder", show=False, id="files.open"),
        Binding("left", "close_folder", "Close folder", show=False, id="files.close"),
        Binding("slash", "app.find_files", "Find files", id="files.search"),
        Binding("up", "cursor_up", "Up", show=False, id="files.up"),
        Binding("down", "cursor_down", "Down", show=False, id="files.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="files.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="files.page_down"),
        Binding("home", "scroll_home", "Start", show=False, id="files.start"),
        Binding("end", "scroll_end", "End", show=False, id="files.end"),
        Binding("X", "clear_picks", "Unpick all", show=False, id="files.clear"),
        Binding("minus", "take_back", "Take the last pick back", show=False, id="files.take_back"),
        Binding("plus", "do_again", "Do it again", show=False, id="files.do_again"),
        Binding(
            "comma", "app.preferences('list')", "Preferences", show=False, id="files.preferences"
        ),
        Binding("R", "read_again", "Read files again", show=False, id="files.refresh"),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"file-picker--{part}" for part in ("folder", "picked", "ignored", "flag", "size")
    }

    DEFAULT_CSS = """
    FilePicker {
        background: $background;
        background-tint: $background 0%;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        padding: 0;

        &:nocolor > .tree--cursor { text-style: reverse; }
        &:ansi:blur > .tree--cursor { background: ansi_default; text-style: underline; }
        &:focus { background-tint: $background 0%; }
        & > .file-picker--folder { text-style: bold; }
        & > .file-picker--picked { color: $text-success; text-style: bold; }
        & > .file-picker--ignored { color: $text-disabled; }
        & > .file-picker--flag { color: $text-warning; }
        & > .file-picker--size { color: $text-muted; }
    }
    """

    picks: var[tuple[str, ...]] = var(())

    class FromPicker(Message):
        """Any message of the picker."""

        def __init__(self, picker: FilePicker) -> None:
            super().__init__()
            self.picker = picker

        @property
        def control(self) -> FilePicker:
            return self.picker

    class PicksChanged(FromPicker):
        """The set of picked files is now `picks`, sorted."""

        def __init__(self, picker: FilePicker, picks: tuple[str, ...]) -> None:
            super().__init__(picker)
            self.picks = picks

    class SecretPicked(FromPicker):
        """A file that may hold secrets was picked directly: ask, then call `set_picks`."""

        def __init__(self, picker: FilePicker, path: str) -> None:
            super().__init__(picker)
            self.path = path

    class PickRefused(FromPicker):
        """`path` stays unpicked. `reason` goes behind "it cannot be picked: "."""

        def __init__(self, picker: FilePicker, path: str, reason: str) -> None:
            super().__init__(picker)
            self.path = path
            self.reason = reason

    class PicksTold(FromPicker):
        """A key changed many picks: `text` says what it did."""

        def __init__(self, picker: FilePicker, text: str) -> None:
            super().__init__(picker)
            self.text = text

    class FolderRead(FromPicker):
        """A folder's `entries` are in the tree now."""

        def __init__(self, picker: FilePicker, entries: Sequence[Entry]) -> None:
            super().__init__(picker)
            self.entries = entries

    def __init__(self, project: Path, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Text("project"), Entry("", is_dir=True), id=id, classes=classes)
        self.project = Path(os.path.realpath(project))
        self.show_root = False
        self.show_guides = False
        self.guide_depth = 2
        self._folders = Folders(self.project)
        self._history = PickHistory()
        self._node_at: dict[str, TreeNode[Entry]] = {"": self.root}
        self._read: set[str] = set()
        self._busy: set[str] = set()
        self._asked_for: set[str] = set()
        """What is to be picked as soon as it is known whether it may be."""
        self._to_open: set[str] = set()
        self._picked: frozenset[str] = frozenset()
        self._picked_below: Counter[str] = Counter()
        self._weights = TreeWeights()
        self._marks: dict[str, str] = {}

    # ------------------------------------------------------------------ picks

    def set_picks(self, paths: Iterable[str]) -> None:
        """Pick exactly `paths`, relative to the project, and open the folders of new ones."""
        wanted = tuple(sorted(set(paths)))
        new = set(wanted) - self._picked
        self.picks = wanted
        for path in new:
            self._reveal(path)

    def watch_picks(self, picks: tuple[str, ...]) -> None:
        self._history = self._history.then(picks)
        self._picked = frozenset(picks)
        self._picked_below = Counter(folder for path in picks for folder in folders_of(path))
        self._invalidate()
        self.post_message(self.PicksChanged(self, picks))

    def action_clear_picks(self) -> None:
        """Unpick every file."""
        before, self.picks = self.picks, ()
        again = f"{key_of(self.app, 'files.take_back')} picks again"
        said = f"{change_in_words(before, ())}: {again}" if before else "No file is picked."
        self.post_message(self.PicksTold(self, said))

    def action_take_back(self) -> None:
        """Pick what was picked before the last change."""
        self._go_to(self._history.taken_back(), "taken back: ", "There is nothing to take back.")

    def action_do_again(self) -> None:
        """Pick what was picked before a change was taken back."""
        self._go_to(self._history.done_again(), "done again: ", "Nothing was taken back.")

    def _go_to(self, history: PickHistory, what: str, nothing: str) -> None:
        if history is self._history:
            self.post_message(self.PicksTold(self, nothing))
            return
        before, self._history = self.picks, history
        self.set_picks(history.now)
        self.post_message(self.PicksTold(self, what + change_in_words(before, history.now)))
        self._drop_gone()

    @work(group="file-picker-pick")
    async def _drop_gone(self) -> None:
        self._drop(await asyncio.to_thread(self._folders.gone, self.picks))

    def _drop(self, gone: set[str]) -> None:
        """These are no longer on disk: unpick them, and say so."""
        for path in gone:
            self.post_message(self.PickRefused(self, path, "it is no longer there"))
        self._history = self._history.without(gone)
        self.picks = self._history.now

    def action_toggle_pick(self) -> None:
        """Pick or unpick the file under the cursor, or all that may be picked in a folder."""
        node = self.cursor_node
        if node is None or node.data is None:
            return
        entry = node.data
        if entry.path in self._picked:
            self.picks = tuple(path for path in self.picks if path != entry.path)
        elif entry.path in self._asked_for:
            self._asked_for.discard(entry.path)
        elif entry.is_dir and not entry.symlink:
            self._asked_for.add(entry.path)
            self._toggle_folder(entry)
        else:
            self.pick_file(entry)

    def pick_file(self, entry: Entry) -> None:
        """Pick a file; says so where it may not be, and asks where it may hold secrets."""
        self._asked_for.add(entry.path)
        self._pick_file(entry)

    @work(group="file-picker-pick")
    async def _pick_file(self, entry: Entry) -> None:
        reason: str | None = "a link to a folder; pick inside the folder itself"
        if not entry.is_dir:
            reason = await asyncio.to_thread(why_never, self.project, entry)
        if self._is_called_off(entry):
            return
        if reason is not None:
            self.post_message(self.PickRefused(self, entry.path, reason))
        elif entry.secret:
            self.post_message(self.SecretPicked(self, entry.path))
        else:
            self.picks = tuple(sorted({*self.picks, entry.path}))

    @work(group="file-picker-pick")
    async def _toggle_folder(self, entry: Entry) -> None:
        """Pick all below that may be; when they are picked already, unpick all below."""
        self._set_busy([entry.path], True)
        try:
            pickable, reason = await asyncio.to_thread(self._folders.pickable_below, entry)
        finally:
            self._set_busy([entry.path], False)
        if self._is_called_off(entry):
            return
        below = {path for path in self.picks if path.startswith(entry.path + "/")}
        if pickable - below and reason is None:
            self.picks = tuple(sorted({*self.picks, *pickable}))
        elif below:
            self.picks = tuple(path for path in self.picks if path not in below)
        else:
            reason = reason or "no file in it may be picked along with others"
            self.post_message(self.PickRefused(self, entry.path, reason))

    def _is_called_off(self, entry: Entry) -> bool:
        """Whether its key came again while it was looked at; it is no longer, in any case."""
        called_off = entry.path not in self._asked_for
        self._asked_for.discard(entry.path)
        return called_off

    def show_weights(self, weights: TreeWeights) -> None:
        """Show these weights from now on; call it again when some were added."""
        self._weights = weights
        self._invalidate()

    def show_marks(self, marks: Mapping[str, str]) -> None:
        """Show what git says of files, by a letter each; folders show that there are such."""
        self._marks = {
            **dict.fromkeys((f for path in marks for f in folders_of(path)), "•"),
            **marks,
        }
        self._invalidate()

    # ------------------------------------------------------------------ the tree

    def on_mount(self) -> None:
        height = self.app.size.height
        self._read_folders([""], height // 2 if height >= WHOLE_FROM else 0)

    def action_read_again(self) -> None:
        """Read the open folders again; picks that are gone from disk are dropped and said."""
        self._read_again()

    def action_select_cursor(self) -> None:
        node = self.cursor_node
        if node is not None and node.allow_expand:
            node.toggle()
        else:
            self.action_toggle_pick()

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Entry]) -> None:
        event.stop()
        folder = event.node.data
        if folder is not None and folder.path not in self._read | self._busy:
            self._read_folders([folder.path])

    @work(group="file-picker-read")
    async def _read_folders(self, folders: Sequence[str], room: int = 0) -> None:
        self._set_busy(folders, True)
        try:
            listings = await asyncio.to_thread(self._folders.list, folders, room)
        finally:
            self._set_busy(folders, False)
        self._to_open |= listings.keys() - set(folders)
        for folder, listing in listings.items():
            self._fill(folder, listing)

    @work(group="file-picker-read-again", exclusive=True)
    async def _read_again(self) -> None:
        self._folders.forget_rules()
        folders = sorted(path for path in self._read if path in self._node_at)
        listings = await asyncio.to_thread(self._folders.list, folders)
        gone = await asyncio.to_thread(self._folders.gone, self.picks)
        cursor = self.cursor_node.data.path if self.cursor_node and self.cursor_node.data else ""
        self._to_open |= {path for path in folders if path and self._node_at[path].is_expanded}
        self.clear()
        self._node_at = {"": self.root}
        self._read.clear()
        for folder in folders:
            # A folder that was removed meanwhile has no node to fill.
            if folder in self._node_at:
                self._fill(folder, listings[folder])
        if cursor in self._node_at and self.last_line >= 0:  # asking for it places the nodes
            self.move_cursor(self._node_at[cursor])
        self._drop(gone)

    def _fill(self, folder: str, listing: Listing) -> None:
        """Put what a folder holds below its node, and open what is waiting to be opened."""
        parent = self._node_at.get(folder)
        if parent is None or folder in self._read:
            return
        self._read.add(folder)
        for entry in listing.entries:
            label = Text(visible(entry.name))
            is_folder = entry.is_dir and not entry.symlink
            node = parent.add(label, entry, allow_expand=is_folder)
            self._node_at[entry.path] = node
            if is_folder and entry.path in self._to_open:
                self._to_open.discard(entry.path)
                node.expand()
        self.post_message(self.FolderRead(self, listing.entries))
        if listing.cut:
            parent.add_leaf(Text(f"more than {MAX_ENTRIES:,} entries: the rest is not shown"))
        elif not listing.entries:
            nothing = "nothing here" if folder else "no files yet: a run writes them"
            parent.add_leaf(Text(nothing))
        if not folder:
            self.cursor_line = max(0, self.cursor_line)
            self.refresh_bindings()

    def _reveal(self, path: str) -> None:
        for folder in folders_of(path):
            node = self._node_at.get(folder)
            if node is None:
                self._to_open.add(folder)
            elif node.is_collapsed:
                node.expand()

    def _set_busy(self, folders: Iterable[str], busy: bool) -> None:
        (self._busy.update if busy else self._busy.difference_update)(folders)
        self._invalidate()

    # ------------------------------------------------------------------ rows

    def get_label_width(self, node: TreeNode[Entry]) -> int:
        # Rows are cut to the widget's width, so none is ever wider than that.
        return 1

    def render_label(self, node: TreeNode[Entry], base_style: Style, style: Style) -> Text:
        entry = node.data
        if entry is None:
            return Text(f"  {node.label}", style + self._part(node, "ignored"))
        row = Row(
            entry=entry,
            width=self.scrollable_content_region.width - entry.path.count("/") * self.guide_depth,
            picked=entry.path in self._picked,
            picked_below=self._picked_below[entry.path],
            is_open=node.is_expanded if node.allow_expand else None,
            busy=entry.path in self._busy,
            weight=self._weights.of(entry.path),
            exact=self._weights.exact,
            git=self._marks.get(entry.path, ""),
            typed=self.typed.letters if node is self.cursor_node else "",
        )
        return row.render(style, partial(self._part, node))

    def _part(self, node: TreeNode[Entry], part: Part) -> Style:
        """The style of a part of a row; under the cursor the cursor's colours must win."""
        # Not the partial style: that one leaves automatic and translucent colours unmixed.
        style = self.get_component_rich_style(f"file-picker--{part}")
        if node is self.cursor_node:
            return Style(bold=style.bold)
        return Style(color=style.color, bold=style.bold)
