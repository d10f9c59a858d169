"""What a person wants heeded in every run: shown where the picks are, added to, and edited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.widgets import TextArea

from autocoder_tui.config.plain_text import MOST_BYTES
from autocoder_tui.config.preferences import (
    PREFERENCES_FILE,
    Preferences,
    Whose,
    add_preference,
    load_preferences,
    preferences_file,
    write_preferences,
)
from autocoder_tui.errors import AutocoderError
from autocoder_tui.steps.own_folder import check_way
from autocoder_tui.ui.controllers.edit import edit_outside, keep_edit
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.preference import PreferenceDialog
from autocoder_tui.ui.screens.dialogs.question import Answer
from autocoder_tui.workspace.errors import MissingFile
from autocoder_tui.workspace.textfile import read_bytes

_TITLES: dict[Whose, str] = {
    "project": "Preferences of this project",
    "user": "Preferences in all projects",
}
_HINT = "A line each, told to the model in every run. Lines that begin with # are for you alone."


async def remember(app: Program) -> None:
    """Make the line under the cursor, or what is selected, a preference. Must be called from a
    worker."""
    files = {whose: _file(app, whose) for whose in _TITLES}
    chosen = await app.push_screen_wait(PreferenceDialog(_line_at_cursor(app), files))
    if chosen is None:
        return
    whose, line = chosen
    if await _done(app, lambda: add_preference(_safe(app, whose), line, shared=whose == "project")):
        owner = "this project" if whose == "project" else "all your projects"
        app.tell(f"Remembered for {owner}: {line}")
        app.estimator.schedule()
    else:
        await keep_edit(app, line, "preference.txt")


async def preferences(app: Program, what: str) -> None:
    """Look at the preferences and change them; `what` is "project" or "user" for those in the
    person's own editor, "remember" for a new one. Must be called from a worker."""
    if what == "remember":
        await remember(app)
        return
    if what in _TITLES:
        whose: Whose = "project" if what == "project" else "user"
        await _edit(app, whose, outside=True)
        return
    found, _ = await asyncio.to_thread(load_preferences, app.root, app.setup.places.config)
    counts = {each.whose: each for each in found}
    answers = [
        Answer(whose, f"{title} ({_count(counts.get(whose))})", whose[0])
        for whose, title in _TITLES.items()
    ]
    answer = await app.push_screen_wait(Choice("What the model is told in every run", answers))
    if answer in _TITLES:
        await _edit(app, "project" if answer == "project" else "user", outside=False)


def _count(found: Preferences | None) -> str:
    return f"{len(found.lines)}" if found else "none"


async def _edit(app: Program, whose: Whose, *, outside: bool) -> None:
    file = _file(app, whose)
    try:
        text = await asyncio.to_thread(_text_of, file)
        if outside:
            new = await edit_outside(app, text, file.name, 0)
        else:
            new = await app.dialog_drafts.ask(_TITLES[whose], _HINT, text, tall=True)
    except (AutocoderError, OSError, ValueError) as error:
        app.tell(_reason(error, file), severity="error", timeout=12)
        return
    if new is None or new == text:
        return
    if await _done(
        app, lambda: write_preferences(_safe(app, whose), new, shared=whose == "project")
    ):
        app.tell("Kept: the next run heeds them.")
        app.estimator.schedule()
    else:
        await keep_edit(app, new, file.name)


async def _done(app: Program, work: Callable[[], object]) -> bool:
    try:
        await asyncio.to_thread(work)
    except (AutocoderError, OSError, ValueError) as error:
        message = _reason(error, Path(PREFERENCES_FILE))
        app.tell(message, severity="error", timeout=12)
        return False
    return True


def _reason(error: Exception, file: Path) -> str:
    if isinstance(error, OSError):
        return f"{file} can't be used: {(error.strerror or 'unknown error').lower()}."
    return getattr(error, "message", str(error))


def _text_of(file: Path) -> str:
    """What stands there now, hidden characters and all. Raises WorkspaceError and ValueError."""
    try:
        data, _ = read_bytes(file, max_bytes=MOST_BYTES)
        return data.decode("utf-8")
    except MissingFile:
        return ""
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text; save it as UTF-8.") from None


def _file(app: Program, whose: Whose) -> Path:
    return preferences_file(whose, app.root, app.setup.places.config)


def _safe(app: Program, whose: Whose) -> Path:
    """The file to write: that of the project never leads out of it. Raises ProjectUnusable."""
    file = _file(app, whose)
    if whose == "project":
        check_way(app.root, file)
    return file


def _line_at_cursor(app: Program) -> str:
    area = app.screen.focused
    if not isinstance(area, TextArea):
        return ""
    text = area.selected_text or area.document.get_line(area.cursor_location[0])
    return " ".join(text.split())
