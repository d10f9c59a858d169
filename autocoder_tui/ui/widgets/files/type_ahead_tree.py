"""A tree of files in which letters that are typed look for a name, and folders open and close."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual import events
from textual.widgets import Tree

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.key_words import key_of
from autocoder_tui.ui.widgets.files.typed_name import TypedName, is_of_name
from autocoder_tui.workspace.entry import Entry


class TypeAheadTree(Tree[Entry]):
    """The keys of its own bindings keep what they do, whatever they are set to."""

    def __init__(self, label: Text, data: Entry, **options: Any) -> None:
        super().__init__(label, data, **options)
        self.typed = TypedName()

    def action_open_folder(self) -> None:
        """Open the folder under the cursor, or step into it when it is open."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            return
        if node.is_collapsed:
            node.expand()
        elif node.children:
            self.action_cursor_down()

    def action_close_folder(self) -> None:
        """Close the folder under the cursor, or go up to the folder that holds it."""
        node = self.cursor_node
        if node is None:
            return
        if node.allow_expand and node.is_expanded:
            node.collapse()
        elif node.parent is not None and not node.parent.is_root:
            self.move_cursor(node.parent)

    def refuses(self, action: str) -> bool:
        """For the footer: where there is no file, none is picked or found."""
        wants_files = action in ("toggle_pick", "app.find_files")
        return wants_files and all(node.data is None for node in self.root.children)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return is_of_name(character)

    def _is_own(self, key: str) -> bool:
        own = self._bindings.copy()
        own.apply_keymap(self.app._keymap)
        return key in own.key_to_bindings

    def on_key(self, event: events.Key) -> None:
        if is_of_name(event.character) and not self._is_own(event.key):
            self._look_for(event.character or "")
        elif not (
            (event.key == "escape" and self.typed.forget())
            or (event.key == "backspace" and self.typed.shorten())
        ):
            if self.typed.forget():
                self._repaint_cursor()
            return
        self._repaint_cursor()
        event.stop()
        event.prevent_default()

    def _look_for(self, letter: str) -> None:
        nodes = (self.get_node_at_line(line) for line in range(self.last_line + 1))
        names = [
            node.data.name.lower() if node is not None and node.data is not None else ""
            for node in nodes
        ]
        missing = bool(self.typed.missed)
        found = self.typed.add(letter, names, self.cursor_line)
        if found is not None:
            self._repaint_cursor()
            self.move_cursor_to_line(found)
        elif not missing:
            finds = key_of(self.app, "files.search")
            missed = visible(self.typed.missed)
            said = f"No name shown here has “{missed}”: {finds} finds in all folders."
            self.app.notify(said, markup=False)

    def _repaint_cursor(self) -> None:
        if self.cursor_node is not None:
            self.cursor_node.refresh()
