"""What the history screen asks for: all of it blocking work, done in threads."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from textual.message import Message

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.export import WORK, write_export
from autocoder_tui.runs.listed_run import Listed
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.history import RunSummary
from autocoder_tui.store.history.inquiry import CalledOff, Inquiry
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.ui.controllers.copy import copy_out
from autocoder_tui.ui.controllers.history_preview import HistoryPreviews
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.screens.history import AT_FIRST, MOST_SHOWN, Deed, HistoryScreen
from autocoder_tui.ui.screens.run_view import RunView
from autocoder_tui.ui.terminal.key_queue import ASKS

_VIEW_KEYS: dict[str, Deed] = {
    "d": "diff",
    "g": "go_on",
    "a": "again",
    "y": "copy",
    "e": "export",
}


class HistoryActions:
    """The App's side of the history screen."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._screen: HistoryScreen | None = None
        self._listing = False
        self._sought: HistoryScreen.Sought | None = None
        self._looks_for: tuple[str, bool] | None = None
        self._inquiry = Inquiry()
        self._listed = 0
        """How often the runs were asked for: an answer to an earlier question shows nothing."""
        self._previews = HistoryPreviews(app)

    def open(self) -> None:
        """Show the list of runs."""
        if self._app.screen is not self._app.main:
            return
        self._previews.forget()
        self._screen = HistoryScreen(self._asked)
        self._app.push_screen(self._screen)

    def _asked(self, message: Message) -> None:
        if isinstance(message, HistoryScreen.Wanted):
            work = self._do(message.deed, message.line)
            self._app.run_worker(work, group=ASKS, exit_on_error=True)
        elif isinstance(message, HistoryScreen.Looked):
            if self._screen is not None:
                work = self._previews.follow(self._screen)
                self._app.run_worker(work, group="history preview")
        elif isinstance(message, HistoryScreen.ComparisonWanted):
            work = self._previews.compare(message.run_ids)
            self._app.run_worker(work, group=ASKS, exit_on_error=True)
        elif isinstance(message, HistoryScreen.Sought):
            if message.all_of_it and self._looks_for_that():
                return  # It goes on to the others of its own accord.
            self._sought = message
            self._inquiry.call_off()
            if not self._listing:
                self._app.run_worker(self._list_newest(), group="history list")

    async def _list_newest(self) -> None:
        """One search at a time, and then the one wanted last: it ends the one before."""
        self._listing = True
        try:
            while (sought := self._sought) is not None:
                self._sought = None
                with contextlib.suppress(CalledOff):
                    await self._list_sought(all_of_it=sought.all_of_it)
        finally:
            self._listing = False

    def _looks_for_that(self) -> bool:
        """Whether what the screen asks for now is looked for already, or is next."""
        screen = self._screen
        if screen is None or not self._listing:
            return False
        return self._sought is not None or self._looks_for == (screen.search, screen.everywhere)

    async def _list_sought(self, *, all_of_it: bool) -> None:
        """A screenful at once; the others only when nothing more is typed: to find them all takes
        from the time that the next letter has."""
        screen, self._inquiry = self._screen, Inquiry()
        self._looks_for = None if screen is None else (screen.search, screen.everywhere)
        if not all_of_it:
            await self._list(limit=AT_FIRST, inquiry=self._inquiry)
        if screen is not None and screen.is_attached and screen.has_more and not screen.typing:
            await self._list(inquiry=self._inquiry)

    async def _list(
        self, keep: str = "", *, limit: int = MOST_SHOWN, inquiry: Inquiry | None = None
    ) -> None:
        screen, history = self._screen, self._app.recovery.history
        if screen is None or not screen.is_attached:
            return
        self._listed += 1
        number = self._listed
        project = None if screen.everywhere else str(self._app.root)
        # A run that has only just ended is one of them.
        await self._app.runner.keeping.filed()
        try:
            runs = await asyncio.to_thread(
                history.list, project, screen.search, limit + 1, purposes=WORK, inquiry=inquiry
            )
        except AutocoderError as error:
            if screen.is_attached and number == self._listed:
                screen.show((), trouble=error.message)
            return
        if screen.is_attached and number == self._listed:
            screen.show(runs, keep=keep, more=len(runs) > limit and limit < MOST_SHOWN)

    async def _do(self, deed: Deed, line: Listed | None) -> None:
        try:
            if line is None:
                await self._delete_all()
            elif deed == "delete":
                await self._delete(line)
            elif deed == "rename":
                await self._rename(line.run)
            else:
                run = await asyncio.to_thread(self._app.recovery.history.get, line.run.run_id)
                await self._with(deed, run)
        except AutocoderError as error:
            self._app.tell(error.message, severity="error", timeout=12)

    async def _with(self, deed: Deed, run: KeptRun) -> None:
        app = self._app
        is_here = run.snapshot.project == str(app.root)
        if deed == "view" and run.snapshot.purpose == "query" and is_here:
            deed = "diff"
        if deed == "view":
            key = await app.push_screen_wait(RunView(run))
            if key in _VIEW_KEYS:
                await self._with(_VIEW_KEYS[key], run)
        elif deed == "copy":
            await copy_out(app, run.reply, "the reply", "copied.txt")
        elif deed == "export":
            await self._export(run)
        elif deed == "again":
            if await app.recovery.same_project(run):
                self._close()
                await app.recovery.ask_again(run)
        elif deed == "go_on":
            if run.status == "finished":
                app.tell("This run is complete: there is nothing to go on with. a runs it again.")
            elif await app.recovery.same_project(run):
                self._close()
                await app.recovery.go_on_with(run)
        elif await app.recovery.same_project(run) and await self._may_replace(run):
            self._close()
            if not await app.recovery.open_run(run):
                return
            if app.main.pane != "review" and run.snapshot.purpose != "query":
                app.tell("This run proposed no file; its text is in the output.")

    async def _may_replace(self, run: KeptRun) -> bool:
        session = self._app.review_session
        if run.snapshot.purpose == "query" or (
            session is not None and session.run_id == run.run_id
        ):
            return True
        return await may_replace_review(self._app, undecided=False)

    def _close(self) -> None:
        if self._screen is not None and self._screen.is_attached:
            self._screen.dismiss(None)
        self._screen = None

    # ------------------------------------------------------------------ changing history

    async def _rename(self, run: RunSummary) -> None:
        hint = "The run is listed by it, and kept for ever. Empty: by its requirements again."
        before = run.name if run.named else ""
        dialog = LineDialog("A note on this run", hint, before, may_be_empty=True)
        name = await self._app.push_screen_wait(dialog)
        if name is not None and name != before:
            await asyncio.to_thread(self._app.recovery.history.rename, run.run_id, name)
            await self._list(run.run_id)

    async def _delete(self, line: Listed) -> None:
        ids = [run.run_id for run in line.runs]
        name = visible(line.run.name)
        if len(ids) == 1:
            agreed = await self._sure("Delete this run for good?", name)
        else:
            text = f"{name}\n\nAll its {len(ids)} runs that are listed; "
            text += f"{self._app.key('history.threads')} lists them one by one."
            agreed = await self._sure("Delete this conversation for good?", text)
        if agreed:
            await asyncio.to_thread(self._app.recovery.history.delete, ids)
            await self._deleted(len(ids))

    async def _delete_all(self) -> None:
        app, screen = self._app, self._screen
        if screen is None:
            return
        project = None if screen.everywhere else str(app.root)
        history = app.recovery.history
        count = len(await asyncio.to_thread(history.list, project))
        scope = "of all projects" if project is None else "of this project"
        what = f"{count} run{'s' * (count != 1)} {scope}, whatever the search shows. "
        if await self._sure("Delete all for good?", what + "Files in the projects stay."):
            await self._deleted(await asyncio.to_thread(history.delete_all, project))

    async def _sure(self, title: str, text: str) -> bool:
        answers = (Answer("delete", "Delete", "d"), Answer("keep", "Keep", "k", harmless=True))
        return await self._app.push_screen_wait(Question(title, text, answers, start=1)) == "delete"

    async def _deleted(self, count: int) -> None:
        self._app.prompting.forget()
        await self._app.recovery.know_prompts()
        await self._list()
        self._app.tell(f"Deleted {count} run{'s' * (count != 1)}.")

    async def _export(self, run: KeptRun) -> None:
        app = self._app
        hint = "A new file, in the project unless you name another folder. The end of its name "
        hint += "says how: .md for Markdown, .jsonl for JSON Lines."
        name = await app.push_screen_wait(
            LineDialog("Export to", hint, f"autocoder-run-{run.run_id}.md")
        )
        if name is None:
            return
        file = await asyncio.to_thread(lambda: app.root / Path(name).expanduser())
        if file.suffix not in (".md", ".jsonl"):
            app.tell("The name must end in .md or .jsonl.", severity="warning")
            return
        await asyncio.to_thread(write_export, file, [run], file.suffix[1:])
        app.tell(f"Written to {file}")
