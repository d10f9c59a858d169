"""Which file is shown beside the work: the one under the cursor in the tree."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.timer import Timer

from autocoder_tui.errors import AutocoderError
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.workspace.entry import Entry
from autocoder_tui.workspace.textfile import read_text_file

if TYPE_CHECKING:
    from autocoder_tui.ui.widgets.files.preview import FilePreview

PAUSE = 0.05
"""Seconds the cursor rests on a file before it is read."""
_MOST_BYTES = 2 * 1024 * 1024
_NOTHING = "The file under the cursor in the tree is shown here."
_SECRET = "It may hold secrets, so it is not shown here."


class PreviewedFile:
    """Nothing is read where there is no column to show it in."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._timer: Timer | None = None

    def look(self) -> None:
        """Another file may be under the cursor now, or the same one have another text."""
        if self._app.main.has_column_for_file:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self._app.set_timer(PAUSE, self._start)

    def _start(self) -> None:
        main = self._app.main
        if not self._app.is_running or not main.has_column_for_file:
            return
        entry = self._wanted()
        if entry is None:
            self._preview.say("", _NOTHING)
            return
        self._app.run_worker(
            self._show(entry), group="file-preview", exclusive=True, exit_on_error=False
        )

    @property
    def _preview(self) -> FilePreview:
        return cast("FilePreview", self._app.main.query_one("#file"))

    def _wanted(self) -> Entry | None:
        """The file under the cursor; of a folder nothing: what is shown stays, at first the first
        pick."""
        for picker in self._app.main.query(FilePicker):
            node = picker.cursor_node
            entry = None if node is None else node.data
            if entry is not None and not entry.is_dir:
                return entry
            shown = self._preview.path
            if path := shown or next(iter(picker.picks), ""):
                return Entry(path, is_dir=False)
        return None

    async def _show(self, entry: Entry) -> None:
        await show_in(self._preview, self._app.root, entry)


async def show_in(preview: FilePreview, root: Path, entry: Entry) -> None:
    """Read a file of the project and show it, or say why it is not shown."""
    if entry.secret:
        preview.say(entry.path, _SECRET)
        return
    try:
        read = await asyncio.to_thread(
            read_text_file, root / entry.path, max_bytes=_MOST_BYTES, name=entry.path
        )
    except AutocoderError as error:
        preview.say(entry.path, error.message)
    else:
        preview.show_file(entry.path, read.text)
