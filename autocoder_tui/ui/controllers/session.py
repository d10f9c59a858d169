"""Keeps what stands on the screen as it changes, and brings it back at the next start."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import datetime

from textual.css.query import NoMatches
from textual.widgets import Input, TextArea

from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import choose_model
from autocoder_tui.store.session import (
    MOST_DRAFTS,
    Session,
    SessionSlot,
    cannot_keep,
    claim,
    forget_abandoned_sessions,
)
from autocoder_tui.ui.controllers.earlier_picks import pickable
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.files.picker import FilePicker

PAUSE = 0.3
"""Seconds from a change to its being written, at most."""


class SessionAutosave:
    """The App's place in the store of sessions.

    `drafts` are requirements that had to make room before they were sent, newest first.
    `left` is what the last start left, as far as nothing else was asked for.
    """

    def __init__(self, app: Program) -> None:
        self._app = app
        self._slot: SessionSlot | None = None
        self._restored = False
        self._last = Session()
        self._timer: asyncio.TimerHandle | None = None
        self._saving = threading.Lock()
        self._saved = self._newest = 0
        self._told = False
        self.left = Session()
        self.drafts: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether everything that was left is in its place."""
        return self._restored

    # ------------------------------------------------------------------ starting

    async def begin(self) -> None:
        """Take a place, and find out what was left in it. The demo's project is never the
        same, so nothing is kept of it."""
        app = self._app
        if app.setup.demo:
            return
        self._slot = slot = await asyncio.to_thread(claim, app.setup.places.state, app.root)
        if not app.is_running:
            slot.release()
            return
        self._told = bool(slot.problems)
        for problem in slot.problems:
            app.tell(problem, severity="warning", timeout=12)
        if slot.others:
            app.tell(
                "Another autocoder-tui is open on this project. What you set up here is kept "
                "apart from it; files it writes are noticed before you write yours.",
                severity="warning",
                timeout=12,
            )
        self.left = slot.session
        self.drafts = slot.session.drafts
        new = [text for text in slot.elsewhere if text not in self.drafts]
        if new:
            self.drafts = (*self.drafts, *new)[:MOST_DRAFTS]
            count = len(new)
            texts = "A text" if count == 1 else f"{count} texts"
            app.tell(
                f"{texts} not sent from another autocoder-tui that was open on this project: "
                f"{app.key('prompt.search')} in the requirements finds earlier prompts.",
                timeout=12,
            )

    def model(self) -> tuple[str | None, str | None]:
        """The name and address of the model to begin with: as asked for, or as left."""
        setup, left = self._app.setup, self.left
        if setup.model.name or setup.model.base_url or not left.model:
            return setup.model.name, setup.model.base_url
        try:
            choose_model(setup, left.model, left.base_url or None)
        except AutocoderError:
            default = setup.settings.model.default
            self._app.tell(f"{left.model}, used last time, is not known any more: it is {default}.")
            return None, None
        return left.model, left.base_url or None

    async def restore(self) -> None:
        """Fill in what was left wherever the command line said nothing."""
        app, left = self._app, self.left
        if self._slot is None:
            app.modes.restore(app.setup.task.mode, {})
            return
        setup, back = app.setup, []
        area, target = self._area, app.main.query_one("#target", Input)
        if setup.flags.get("mode") or setup.file.get("mode"):
            app.modes.restore(setup.task.mode, {**left.texts, left.mode: left.requirements})
            left = replace(left, requirements=left.texts.get(setup.task.mode, ""))
            if setup.task.mode == self.left.mode:
                left = self.left
        else:
            app.modes.restore(left.mode, left.texts)
        if left.requirements and setup.task.requirements not in ("", left.requirements):
            self.keep_draft(left.requirements)
        elif left.requirements and not area.text:
            area.text = left.requirements
            area.move_cursor(area.document.end)
            back.append("requirements")
        if left.target and not setup.task.output and not target.value:
            target.value = left.target
            back.append(f"target {left.target}")
        if left.picks and not setup.task.inputs:
            picks, missing = await asyncio.to_thread(pickable, app.root, left.picks)
            picker = app.main.query_one(FilePicker)
            # What was picked meanwhile stays, too.
            picker.set_picks({*picker.picks, *picks})
            if picks:
                back.append(f"{len(picks)} pick{'s' * (len(picks) != 1)}")
            for message in missing:
                app.tell(message, severity="warning")
        if back:
            app.tell(f"Back as you left it {_when(left.saved_at)}: {', '.join(back)}.")
        app.dialog_drafts.restore(left.typed)
        if self.left.clarification is not None:
            app.clarifying.restore(self.left.clarification)
        self._restored = True
        self.changed()
        await asyncio.to_thread(forget_abandoned_sessions, setup.places.state)

    # ------------------------------------------------------------------ keeping

    @property
    def _area(self) -> TextArea:
        return self._app.main.query_one("#requirements", TextArea)

    def keep_draft(self, text: str) -> None:
        """Keep requirements that have to make room for others."""
        if text.strip():
            others = [draft for draft in self.drafts if draft != text]
            self.drafts = (text, *others)[:MOST_DRAFTS]
            self.changed()

    def forget_draft(self, text: str) -> None:
        """`text` stands in the editor again, or was sent."""
        self.drafts = tuple(draft for draft in self.drafts if draft != text)
        if self._slot is not None and text in self._slot.elsewhere:
            self._slot.forget_elsewhere(text)
        self.changed()

    def changed(self) -> None:
        """Something on the screen may be another now: write it down in a moment."""
        if self._restored and self._look() and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PAUSE, self._write)

    async def save(self) -> None:
        """Write down what the screen says, before anything else happens."""
        self._look()
        await self._save_aside()

    def close(self) -> None:
        """Write what is not written yet, now, and give the place up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._slot is None:
            return
        if self._restored:
            self._look()
            self._save(self._last, self._newest)
        self._slot.release()
        self._slot = None

    def _look(self) -> bool:
        """Take down what the screen says; returns whether that is news."""
        now = self._current()
        if now is None or now.same_work(self._last):
            return False
        self._last = now
        self._newest += 1
        return True

    def _current(self) -> Session | None:
        """None when the panes are gone: the program is closing down."""
        app = self._app
        try:
            requirements = self._area.text
            target = app.main.query_one("#target", Input).value
            picks = app.main.query_one(FilePicker).picks
        except NoMatches:
            return None
        # What was open last time is still to be opened until that is done.
        review = "" if self._all_is_open else self.left.review
        deciding = app.review_session
        if deciding is not None and deciding.is_open:
            review = deciding.run_id or review
        session = replace(
            self._last,
            requirements=requirements,
            picks=picks,
            target=target,
            review=review,
            drafts=app.prompting.drafts() if app.is_made("prompting") else self.drafts,
            typed=app.dialog_drafts.now(),
            mode=app.modes.mode,
            texts=dict(app.modes.texts),
            clarification=app.clarifying.kept if app.is_made("clarifying") else None,
        )
        session = self._with_conversation(session)
        if app.chosen is not None:
            address = app.chosen.endpoint.provider.base_url
            session = replace(session, model=app.chosen.model.name, base_url=address)
        return session

    @property
    def _all_is_open(self) -> bool:
        """Whether what was open last time is open again, or was given up."""
        return self._app.is_made("recovery") and self._app.recovery.done

    def _with_conversation(self, session: Session) -> Session:
        """With the conversation that is open; until that of the last start is, with that."""
        app, thread, end = self._app, "", ""
        if app.is_made("conversation"):
            thread, end = app.conversation.now.thread, app.conversation.now.end
        if not thread and not self._all_is_open:
            thread, end = self.left.conversation, self.left.asked_last
        return replace(session, conversation=thread, asked_last=end)

    def _write(self) -> None:
        self._timer = None
        if self._app.is_running:
            self._app.run_worker(self._save_aside(), group="session", exit_on_error=False)

    async def _save_aside(self) -> None:
        problem = await asyncio.to_thread(self._save, self._last, self._newest)
        if problem and not self._told and self._app.is_running:
            self._told = True
            self._app.tell(problem, severity="warning", timeout=12)

    def _save(self, session: Session, number: int) -> str:
        """Write `session`, the `number`-th, unless a later one is written; returns why not."""
        slot = self._slot
        # A disk that hangs must not keep the program from ending.
        if slot is None or not self._saving.acquire(timeout=1):
            return ""
        try:
            if number <= self._saved:
                return ""
            slot.save(session)
            self._saved = number
            return ""
        except OSError as error:
            return cannot_keep(slot.file.parent, error)
        finally:
            self._saving.release()


def _when(seconds: float) -> str:
    """ "at 14:03", or with the day when that is another."""
    then = datetime.fromtimestamp(seconds)
    same_day = then.date() == datetime.now().date()
    return then.strftime("at %H:%M" if same_day else "on %Y-%m-%d %H:%M")
