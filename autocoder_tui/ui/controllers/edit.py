"""Changing what was proposed before deciding on it: here, or in the editor one is used to."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from textual.app import SuspendNotSupported

from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.editor import (
    EditorFailed,
    command_at,
    editor_command,
    find_editor,
    open_in_editor,
    run_editor,
)
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.plain_area import keeps

LARGEST_EDITED_HERE = 1_000_000
"""Characters; a real editor is better at more."""


async def edit_here(app: Program, title: str, hint: str, text: str, line: int) -> str | None:
    """Let `text` be changed in a dialog, from `line` (from 0) on; None when it was given up.

    Must be called from a worker.
    """
    if len(text) > LARGEST_EDITED_HERE:
        app.tell("This is too large to edit here: E opens it in your editor.", severity="warning")
        return None
    if not keeps(text):
        app.tell(
            "This text has line endings that editing it here would change: E opens it in "
            "your editor.",
            severity="warning",
        )
        return None
    return await app.dialog_drafts.ask(title, hint, text, line=line, tall=True)


def edit_in_editor(text: str, path: str, line: int, environ: Mapping[str, str]) -> str:
    """`text` as the editor left it, opened at `line` (from 0) under the last part of `path`.

    Blocking, and the editor takes the terminal. Raises EditorFailed.
    """
    command = editor_command(environ)
    try:
        with tempfile.TemporaryDirectory(prefix="autocoder-tui-") as folder:
            file = Path(folder) / _safe_name(path)
            file.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
            run_editor(command_at(command, file, line + 1, waits=True), environ)
            return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise EditorFailed(
            "The editor did not save UTF-8, so its changes were not taken. Save as UTF-8."
        ) from error
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise EditorFailed(
            f"The editor {visible(command[0])} could not be used ({reason}). "
            "Set $VISUAL or $EDITOR to the command of yours."
        ) from error


def _safe_name(path: str) -> str:
    """A name the editor can tell the language by, and nothing else can be told by it."""
    name = visible(PurePosixPath(path).name).lstrip("-.")
    return name[-100:] or "text"


def edit_suspended(app: Program, text: str, path: str, line: int) -> str:
    """`edit_in_editor` with the screen given to the editor meanwhile. Raises EditorFailed."""
    if said := find_editor(app.setup.environ).said:
        app.tell(said)
    try:
        # What goes wrong is raised outside: leaving `suspend` by an exception would leave
        # the screen with the editor.
        with app.suspend():
            left = _attempt(text, path, line, app.setup.environ)
    except SuspendNotSupported as error:
        raise EditorFailed(
            "The screen can't be given to an editor here. Edit in place (e) instead."
        ) from error
    if isinstance(left, EditorFailed):
        raise left
    return left


def _attempt(text: str, path: str, line: int, environ: Mapping[str, str]) -> str | EditorFailed:
    try:
        return edit_in_editor(text, path, line, environ)
    except EditorFailed as error:
        return error


def edit_file_suspended(app: Program, file: Path, line: int | None = None) -> None:
    """Have a file edited in its place, at `line` (from 0), with the screen given to the editor
    meanwhile. Raises EditorFailed."""
    failed: EditorFailed | None = None
    editor = find_editor(app.setup.environ)
    if editor.said:
        app.tell(editor.said)
    try:
        with app.suspend():
            try:
                if line is None:
                    open_in_editor(editor.command, file, app.setup.environ)
                else:
                    run_editor(command_at(editor.command, file, line + 1), app.setup.environ)
            except EditorFailed as error:
                failed = error
    except SuspendNotSupported as error:
        raise EditorFailed("The screen can't be given to an editor here.") from error
    if failed is not None:
        raise failed
