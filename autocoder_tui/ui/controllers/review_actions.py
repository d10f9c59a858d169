"""What the review pane asks for: to accept, write, edit or copy a review, or to send it back.

Each coroutine must be called from a worker, for all of them may ask something.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.later_reply import has_same_hunks, is_same
from autocoder_tui.review.warnings import warnings
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.controllers.concerns import accept_anyway, listed
from autocoder_tui.ui.controllers.copy import copy_out
from autocoder_tui.ui.controllers.edit import edit_file_suspended, edit_here, edit_outside
from autocoder_tui.ui.controllers.review import write_accepted
from autocoder_tui.ui.controllers.send_again import reject_with_note
from autocoder_tui.ui.controllers.unplaced_changes import settle_unplaced
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.diff.view import Arrangement
from autocoder_tui.ui.widgets.review.keys import OF_A_WHOLE_FILE, OF_A_WHOLE_REPLY, Deed
from autocoder_tui.ui.widgets.review.pane import ReviewPane


async def write(app: Program, _pane: ReviewPane) -> None:
    """Write the accepted hunks; what was written and is rejected by now goes out again."""
    await write_accepted(app)
    app.project.review_changed(entered=True)


async def accept_file(app: Program, pane: ReviewPane) -> None:
    """Accept every hunk of the file on show; asks first where there are warnings."""
    session, file = app.review_session, pane.file
    if session is None or file is None:
        return
    concerns = {file.path: session.warnings.get(file.path, ())} if file.hunks else {}
    if not await accept_anyway(app, session.acknowledged, concerns):
        return
    if app.review_session is session and pane.file is not None and has_same_hunks(pane.file, file):
        pane.diff.decide_all(Verdict.ACCEPTED)
    else:
        app.tell(_CHANGED_MEANWHILE, severity="warning")


async def accept_everything(app: Program, pane: ReviewPane) -> None:
    """Accept every hunk of every file that was asked for; asks first where there are warnings.

    Deletions and renames stay as they are: each is accepted by itself.
    """
    session = app.review_session
    if session is None:
        return
    files = session.review.files
    left = [file.path for file in files if session.reviewable.unasked(file.path)]
    concerns = {
        file.path: session.warnings.get(file.path, ())
        for file in files
        if len(file.hunks) > file.acts and file.path not in left
    }
    if not await accept_anyway(app, session.acknowledged, concerns):
        return
    now = session.review.files
    if app.review_session is not session or not (
        len(now) == len(files) and all(map(has_same_hunks, now, files))
    ):
        app.tell(_CHANGED_MEANWHILE, severity="warning")
        return
    pane.decide_everything(Verdict.ACCEPTED, left)
    if left:
        names = ", ".join(left)
        app.tell(f"Left as they were, for they were not asked for: {names}")
    acts = [f for f in session.review.files if f.acts and f.verdicts[0] is Verdict.UNDECIDED]
    if acts:
        named = ", ".join(f"{_ACTS[file.action]} {file.names}" for file in acts)
        app.tell(
            f"Still undecided, each to be accepted by itself ({app.key('review.accept')}): {named}",
            timeout=12,
        )


_ACTS = {"delete": "the deletion of", "rename": "the rename"}
_CHANGED_MEANWHILE = "The proposal has changed meanwhile: nothing was accepted unseen."


async def edit_hunk(app: Program, pane: ReviewPane) -> None:
    """Change what the hunk under the cursor proposes; the other verdicts stay."""
    file, hunk = pane.file, pane.diff.cursor
    if file is None:
        return
    if hunk < 0:
        app.tell(f"There is no hunk to edit: {app.key('review.edit_file')} edits the whole file.")
        return
    if _is_no_text(app, file, hunk):
        return
    hint = f"Hunk {hunk + 1} of {len(file.hunks)}: the lines it puts there."
    old = file.proposed_lines(hunk)
    new = await edit_here(app, file.path, hint, old, 0)
    if new is not None and new != old:
        await _take(app, pane, file, lambda: file.hunk_edited(hunk, new), hunk)


async def edit_file(app: Program, pane: ReviewPane) -> None:
    """Change the whole proposed text in a dialog."""
    file = pane.file
    if file is None or _is_no_text(app, file):
        return
    hint = "The whole proposed file. Hunks you leave alone keep their verdicts."
    new = await edit_here(app, file.path, hint, file.after, _line(pane, file))
    if new is not None and new != file.after:
        await _take(app, pane, file, lambda: file.edited(new), pane.diff.cursor)


async def edit_file_outside(app: Program, pane: ReviewPane) -> None:
    """Change the whole proposed text in the person's own editor, which gets the screen. What is
    written already, or shall be deleted, is opened as it is on disk."""
    file, session = pane.file, app.review_session
    if file is None or session is None:
        return
    if file.deletes or session.written:
        await _open_on_disk(app, pane, file, session.reviewable.place(file))
        return
    new = await edit_outside(app, file.after, file.path, _line(pane, file))
    if new is not None and new != file.after:
        await _take(app, pane, file, lambda: file.edited(new), pane.diff.cursor)
    elif new is not None:
        app.tell("The editor changed nothing.")


async def _open_on_disk(app: Program, pane: ReviewPane, file: FileReview, path: str | None) -> None:
    if path is None or not await asyncio.to_thread((app.root / path).is_file):
        app.tell("The file is not on disk: there is nothing to open.", severity="warning")
        return
    try:
        edit_file_suspended(app, app.root / path, _line(pane, file))
    except AutocoderError as error:
        app.tell(error.message, severity="error", timeout=12)
        return
    app.tell(f"{visible(path)} was open as it is on disk: what you changed is no proposal.")


def _is_no_text(app: Program, file: FileReview, hunk: int | None = None) -> bool:
    """Whether there is no text to edit in the file, or in that hunk of it; says so."""
    if file.deletes:
        app.tell(
            "The file is to be deleted: there is no text to edit. "
            f"{app.key('review.reject')} keeps it."
        )
    elif hunk is not None and hunk < file.acts:
        app.tell(
            "This is the rename itself: there is no text to edit. "
            f"{app.key('review.edit_file')} edits the file."
        )
    else:
        return False
    return True


def _line(pane: ReviewPane, file: FileReview) -> int:
    """The first line of the hunk under the cursor, in the proposed text."""
    cursor = pane.diff.cursor
    return file.hunks[cursor].new_start if 0 <= cursor < len(file.hunks) else 0


async def _take(
    app: Program, pane: ReviewPane, file: FileReview, make: Callable[[], FileReview], hunk: int
) -> None:
    """Diff the edited text in a thread and show it in the place of `file`."""

    def work() -> tuple[FileReview, tuple[str, ...]]:
        edited = make()
        return edited, warnings(edited)

    edited, concerns = await asyncio.to_thread(work)
    session = app.review_session
    files = () if session is None else session.review.files
    now = next((each for each in files if is_same(each, file)), None)
    if now is not None and (now.hunks, now.verdicts) == (file.hunks, file.verdicts):
        # The end of a run may have said more of the file meanwhile.
        edited = replace(edited, complete=now.complete, remark=now.remark)
    else:
        # A run has ended meanwhile: what was typed must not get lost with the old review.
        app.tell(
            "Another proposal has come meanwhile, so the edit does not fit any more.",
            severity="warning",
        )
        await copy_out(app, edited.after, "the edited text", "edited.txt")
        return
    pane.replace_file(edited, concerns, hunk)
    if not edited.hunks:
        app.tell("The proposal is now the same as the file: there is nothing to write.")


async def copy(app: Program, pane: ReviewPane) -> None:
    """Copy a part of the review as plain text, or as a patch that `git apply` takes."""
    file, review, hunk = pane.file, pane.review, pane.diff.cursor
    if file is None or review is None:
        return
    choices = [
        Answer("hunk", "this hunk as a patch", "h"),
        Answer("new", "the new text of this hunk", "n"),
        Answer("old", "the old text of this hunk", "o"),
    ]
    if hunk < 0:
        choices = []
    choices += [
        Answer("proposed", "the whole proposed text of this file", "t"),
        Answer("result", "the result of this file: what would be written", "v"),
        Answer("file", "the patch of this file", "f"),
        Answer("patch", "the patch of all files", "p"),
        Answer("accepted", "the patch of what is accepted", "a"),
        Answer("path", "the path of this file", "y"),
    ]
    chosen = await app.push_screen_wait(Choice("Copy", choices))
    texts: dict[str, Callable[[], str]] = {
        "hunk": lambda: file.hunk_patch(hunk),
        "new": lambda: file.proposed_lines(hunk),
        "old": lambda: file.replaced_lines(hunk),
        "proposed": lambda: file.after,
        "result": lambda: file.result() or "",
        "path": lambda: file.final_path,
        "file": file.to_patch,
        "patch": review.to_patch,
        "accepted": lambda: review.to_patch(accepted_only=True),
    }
    if chosen not in texts:
        return
    text = texts[chosen]()
    if not text:
        app.tell("There is nothing to copy: it is empty.")
        return
    what = next(choice.label for choice in choices if choice.value == chosen)
    is_patch = chosen in ("hunk", "file", "patch", "accepted")
    name = "copied.patch" if is_patch else "copied.txt"
    await copy_out(app, text, what.partition(":")[0], name)


async def list_rounds(app: Program, _pane: ReviewPane) -> None:
    """Show the rounds of feedback up to here, and open the one that is chosen."""
    await app.feedback.list_rounds()


async def check(app: Program, _pane: ReviewPane) -> None:
    """Run the project's checks on a copy with the changes made."""
    await app.proposal_check.check()


async def send_failures_back(app: Program, _pane: ReviewPane) -> None:
    """Send what failed in the check back to the model."""
    await app.proposal_check.send_back()


async def place_changes(app: Program, pane: ReviewPane) -> None:
    """Say where the changes go that have no place, or send them back to the model."""
    if await settle_unplaced(app, pane):
        await reject_with_note(app, pane, unplaced=True)


async def list_warnings(app: Program, _pane: ReviewPane) -> None:
    """Show every warning and every refused file in full."""
    session = app.review_session
    if session is None:
        return
    concerns = {path: list(texts) for path, texts in session.warnings.items()}
    for name, reason in session.reviewable.refused:
        concerns.setdefault(name, []).append(f"not offered: {reason}")
    text = listed(concerns) or "There is nothing to warn of."
    app.push_screen(Question("Warnings", text, (Answer("close", "Close", "c", harmless=True),)))


def keep_arrangement(app: Program, arrangement: Arrangement) -> None:
    """Lay every later diff out like this, after the next start too."""
    try:
        save_setting(app.setup.places.config / "config.toml", "ui", "diff_layout", arrangement)
    except AutocoderError as error:
        app.tell(error.message, severity="warning")


_DEEDS: dict[Deed, Callable[[Program, ReviewPane], Coroutine[None, None, None]]] = {
    "write": write,
    "accept file": accept_file,
    "accept everything": accept_everything,
    "edit hunk": edit_hunk,
    "edit file": edit_file,
    "edit outside": edit_file_outside,
    "copy": copy,
    "reject with note": reject_with_note,
    "list warnings": list_warnings,
    "place changes": place_changes,
    "check": check,
    "send failures back": send_failures_back,
    "list rounds": list_rounds,
}


async def do(app: Program, deed: Deed) -> None:
    """Do what the pane asked for."""
    session = app.review_session
    if session is not None and session.coming is not None and deed in OF_A_WHOLE_REPLY:
        app.tell(OF_A_WHOLE_REPLY[deed], severity="warning")
        return
    pane = app.main.query_one(ReviewPane)
    file = pane.file
    if session is not None and file is not None and deed in OF_A_WHOLE_FILE:
        if session.comes(file.path):
            app.tell(f"{visible(file.path)} still comes: edit it when it is whole.")
            return
    await _DEEDS[deed](app, pane)
