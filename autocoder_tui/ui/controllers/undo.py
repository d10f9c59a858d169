"""Taking back what was written and doing it again, and ending what a crash cut short."""

from __future__ import annotations

import asyncio

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.reviewable import places_after, seen_anew
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.controllers.commit import commit_last_write
from autocoder_tui.ui.controllers.moved_picks import follow_moves
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.workspace.apply_log import ApplyLog
from autocoder_tui.workspace.errors import ChangedOnDisk
from autocoder_tui.workspace.recovery import recover
from autocoder_tui.workspace.undo import Changed, Moved, redo, undo

_CANCEL = Answer("cancel", "Cancel", "c", harmless=True)


class UndoRedo:
    """The App's view of the log of writes. Its coroutines must be called from a worker."""

    def __init__(self, app: Program) -> None:
        self._app = app

    @property
    def log(self) -> ApplyLog:
        return ApplyLog.of_project(self._app.setup.places.state, self._app.root)

    async def recover(self) -> None:
        """Finish or take back an interrupted write, and say so."""
        for recovered in await asyncio.to_thread(recover, self.log):
            self._app.tell(recovered.message, severity="warning", timeout=20)

    async def act(self, verb: str) -> None:
        """ "undo", "redo" or "commit" what was written last, after asking."""
        if verb == "commit":
            await commit_last_write(self._app)
        else:
            await self._move(forward=verb == "redo")

    async def _move(self, *, forward: bool) -> None:
        app = self._app
        await self.recover()
        log = self.log
        entry = await asyncio.to_thread(log.next_undone if forward else log.last_applied)
        if entry is None:
            nothing = "No undone write" if forward else "No write"
            app.tell(f"{nothing} of this project is remembered.")
            return
        record = entry.record
        verb, key = ("Redo", "r") if forward else ("Undo", "u")
        text = "\n".join(
            filter(None, [f"{record.when}  {record.names}", visible(record.title).strip()])
        )
        changed: Changed = "ask"
        question = Question(f"{verb} this write?", text, (Answer("go", verb, key), _CANCEL))
        if await app.push_screen_wait(question) != "go":
            return
        while True:
            try:
                move = redo if forward else undo
                moved = await asyncio.to_thread(move, log, record, changed=changed)
            except ChangedOnDisk as error:
                answer = await app.push_screen_wait(_changed_since(error))
                if answer == "cancel":
                    return
                changed = "overwrite" if answer == "overwrite" else "leave"
            except AutocoderError as error:
                app.tell(error.message, severity="error", timeout=12)
                return
            else:
                await self._tell(moved, record.id, forward=forward)
                return

    async def _tell(self, moved: Moved, was: str, *, forward: bool) -> None:
        app = self._app
        undoes, redoes = f"{app.key('write.undo')} undoes", f"{app.key('write.redo')} redoes"
        done, back = ("again written", undoes) if forward else ("as before", redoes)
        left = ", ".join(visible(name) for name in moved.left)
        app.tell(f"✓ {done}, {back}: {moved.record.names}" + (f"; left: {left}" if left else ""))
        session = app.review_session
        if session is not None and session.holds(was):
            places = places_after(
                session.reviewable, moved.record, forward=forward, left=moved.left
            )
            seen = await asyncio.to_thread(seen_anew, app.root, session.reviewable, places)
            session.reviewable = seen
            session.write_moved(was, moved.record.id, forward=forward, whole=not moved.left)
            for pane in app.main.query(ReviewPane):
                pane.show_again()
        renamed = [f for f in moved.record.files if f.moved_from and f.path not in moved.left]
        follow_moves(
            app,
            {f.moved_from: f.path for f in renamed}
            if forward
            else {f.path: f.moved_from for f in renamed},
        )
        for picker in app.main.query(FilePicker):  # none when the program was left meanwhile
            picker.action_read_again()
        app.estimator.files_changed()


def _changed_since(error: ChangedOnDisk) -> Question:
    return Question(
        "Changed since",
        error.message,
        (Answer("overwrite", "Overwrite", "o"), Answer("leave", "Leave them", "l"), _CANCEL),
        start=2,
    )
