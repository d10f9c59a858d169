"""Settling the changes of a review that have no place, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from autocoder_tui.review.file_review import FileReview
from autocoder_tui.review.later_reply import is_same
from autocoder_tui.review.unplaced_change import (
    UnplacedChange,
    leave_out,
    old_and_new,
    place_by_hand,
    unplaced_changes,
    with_other_lines,
)
from autocoder_tui.review.warnings import warnings
from autocoder_tui.ui.controllers.edit import keep_edit
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.unplaced_changes import Settled, UnplacedChanges
from autocoder_tui.ui.widgets.review.pane import ReviewPane

_OLD_HINT: Final = (
    "The lines that are looked for, as they stand in the file. Then come those that shall stand "
    "there."
)
_NEW_HINT: Final = "The lines that shall stand in their place."


async def settle_unplaced(app: Program, pane: ReviewPane) -> bool:
    """Ask about the changes without a place, of the file on show first. Returns whether one is to
    be sent back to the model. Must be called from a worker."""
    at = 0
    while True:
        file = _file_of(pane)
        if file is None:
            app.tell("Every change of this review has its place.")
            return False
        changes = await asyncio.to_thread(unplaced_changes, file)
        answer = await app.push_screen_wait(UnplacedChanges(changes, file.diff.new_lines, at))
        if answer is None:
            return False
        if answer.what == "send back":
            return True
        at = answer.change
        make = await _made(app, file, changes[answer.change], answer)
        if make is None:
            continue
        changed, concerns = await asyncio.to_thread(_with_warnings, make)
        files = () if pane.review is None else pane.review.files
        now = next((each for each in files if is_same(each, file)), None)
        if now is None or now.edits != file.edits:
            app.tell("Another proposal has come meanwhile.", severity="warning")
            if answer.what == "edit":
                await keep_edit(app, changed.after)
            return False
        if now.verdicts != file.verdicts:
            # Decided on meanwhile: that stays as far as it fits.
            changed = changed.decided_like(now)
        pane.replace_file(changed, concerns, max(pane.diff.cursor, 0))


def _file_of(pane: ReviewPane) -> FileReview | None:
    """The file on show, or the first other one, that has changes without a place."""
    files = [] if pane.review is None else [pane.file, *pane.review.files]
    return next((file for file in files if file and file.edits and file.edits.unplaced), None)


async def _made(
    app: Program, file: FileReview, change: UnplacedChange, answer: Settled
) -> Callable[[], FileReview] | None:
    if answer.what == "place":
        return lambda: place_by_hand(file, change, answer.start, answer.end)
    if answer.what == "leave out":
        return lambda: leave_out(file, change)
    old, new = old_and_new(change)
    ask = app.dialog_drafts.ask
    edited_old = await ask("Edit the change: what it looks for", _OLD_HINT, old)
    if edited_old is None:
        return None
    edited_new = await app.dialog_drafts.ask(
        "Edit the change: what shall stand there", _NEW_HINT, new
    )
    if edited_new is None:
        return None
    old, new = _ended(edited_old), _ended(edited_new)
    return lambda: with_other_lines(file, change, old, new)


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"


def _with_warnings(make: Callable[[], FileReview]) -> tuple[FileReview, tuple[str, ...]]:
    file = make()
    return file, warnings(file)
