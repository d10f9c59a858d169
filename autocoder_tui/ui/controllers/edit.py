"""Changing what was proposed before deciding on it: here, or in the editor one is used to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from textual.app import SuspendNotSupported

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.editor_text import EditorText, edit_in_editor
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.kept_text import keep_beside
from autocoder_tui.system.editor import (
    EditorFailed,
    command_at,
    find_editor,
    open_in_editor,
    run_editor,
)
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.plain_area import keeps

LARGEST_EDITED_HERE = 1_000_000
"""Characters; a real editor is better at more."""
_EMPTY: Final = (
    Answer("keep", "Keep the text", "k", harmless=True),
    Answer("take", "Take it empty", "e"),
)


async def edit_here(app: Program, title: str, hint: str, text: str, line: int) -> str | None:
    """Let `text` be changed in a dialog, from `line` (from 0) on; None when it was given up.

    Must be called from a worker.
    """
    if len(text) > LARGEST_EDITED_HERE:
        app.tell(
            f"This is too large to edit here: {app.key('review.edit_outside')} opens it in your "
            "editor.",
            severity="warning",
        )
        return None
    if not keeps(text):
        app.tell(
            "This text has line endings that editing it here would change: "
            f"{app.key('review.edit_outside')} opens it in your editor.",
            severity="warning",
        )
        return None
    return await app.dialog_drafts.ask(title, hint, text, line=line, tall=True)


async def edit_outside(
    app: Program, text: str, path: str, line: int, *, most: int | None = None
) -> str | None:
    """Let `text` be changed in the person's own editor, which gets the screen meanwhile, from
    `line` (from 0) on; None where nothing is to be taken. What it saved and is not taken is kept,
    also more than `most` characters. All of that is told. Must be called from a worker.
    """
    try:
        # Not in a thread: while the editor has the terminal, the screen must stand still.
        left = _edit_suspended(app, text, path, line)
    except EditorFailed as error:
        app.tell(error.message, severity="error", timeout=15)
        return None
    if left.remark:
        app.tell(left.remark, severity="warning", timeout=15)
    if most is not None and len(left.text) > most:
        app.tell(f"The editor saved more than {most:,} characters, which is too much here.")
        await keep_edit(app, left.text)
        return None
    if text.strip() and not left.text.strip():
        question = Question("The editor saved nothing", "No text is left. Is it meant?", _EMPTY)
        if await app.push_screen_wait(question) != "take":
            return None
    return left.text


async def keep_edit(app: Program, text: str, name: str = "edited.txt") -> None:
    """Keep what was typed and could not be taken in a file of its own, and say where."""
    try:
        file = await asyncio.to_thread(keep_beside, app.setup.places.state, name, text)
    except AutocoderError as error:
        app.tell(error.message, severity="error", timeout=15)
    else:
        app.tell(f"What you wrote is in {visible(str(file))}.", severity="warning", timeout=15)


def _edit_suspended(app: Program, text: str, path: str, line: int) -> EditorText:
    """`edit_in_editor` with the screen given to the editor meanwhile. Raises EditorFailed."""
    said = find_editor(app.setup.environ).said
    try:
        # What goes wrong is raised outside: leaving `suspend` by an exception would leave
        # the screen with the editor.
        with app.suspend():
            left = _attempt(app, text, path, line)
    except SuspendNotSupported as error:
        raise EditorFailed(
            "The screen can't be given to an editor here. Edit in place "
            f"({app.key('review.edit')}) instead."
        ) from error
    if isinstance(left, EditorFailed):
        raise left
    if said:
        # Only now: nothing told before is seen behind the editor.
        app.tell(said)
    return left


def _attempt(app: Program, text: str, path: str, line: int) -> EditorText | EditorFailed:
    setup = app.setup
    try:
        return edit_in_editor(text, path, line, setup.environ, setup.places.state)
    except EditorFailed as error:
        return error


def edit_file_suspended(app: Program, file: Path, line: int | None = None) -> None:
    """Have a file edited in its place, at `line` (from 0), with the screen given to the editor
    meanwhile. Raises EditorFailed."""
    failed: EditorFailed | None = None
    editor = find_editor(app.setup.environ)
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
    if editor.said:
        app.tell(editor.said)
