"""Committing what was written last: the message dialog around the git command."""

from __future__ import annotations

import asyncio

from autocoder_tui.errors import AutocoderError
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.commit_message import COMMIT, CommitMessage
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace.commit import commit, proposed_message
from autocoder_tui.workspace.commit_remark import commit_remark
from autocoder_tui.workspace.errors import CannotCommit
from autocoder_tui.workspace.git import find_git


async def commit_last_write(app: Program) -> None:
    """Offer to commit the files of the last write. Must be called from a worker."""
    log, drafts = app.undo_redo.log, app.dialog_drafts
    proposed = message = ""
    try:
        if find_git(app.root) is None:
            raise CannotCommit(
                "This project is not in a git repository, so there is nothing to commit to."
            )
        entry = await asyncio.to_thread(log.last_applied)
        if entry is None:
            app.tell(
                "Nothing that was written in this project is left to commit: write a "
                f"review first ({app.key('review.apply')} in {app.key('pane.review')})."
            )
            return
        paths = [file.target for file in entry.record.files]
        remark = await asyncio.to_thread(commit_remark, log, entry)
        proposed = proposed_message(entry.record.title)
        typed = drafts.typed_in(COMMIT, proposed)
        dialog = CommitMessage(proposed, paths, remark, typed)
        answer = await app.push_screen_wait(dialog)
        message = dialog.typed if answer is None else answer
        if message != proposed:
            # Until it is in a commit it is there again when that is tried once more.
            drafts.keep(COMMIT, proposed, message)
        if answer is None:
            return
        app.main.log_line(f"committing {entry.record.names}")
        said = await asyncio.to_thread(commit, app.root, paths, message)
    except AutocoderError as error:
        kept = " Your message is kept for the next try." if message != proposed else ""
        app.tell(error.message + kept, severity="error", timeout=15)
    else:
        drafts.forget(COMMIT, proposed)
        app.tell(f"✓ committed {said}")
        if app.review_session is not None:
            app.review_session.committed(entry.record.id)
            for pane in app.main.query(ReviewPane):  # none when the program was left meanwhile
                pane.show_again()
