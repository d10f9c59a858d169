"""All that the plain mode knows: what was set up, the run that was last, and its review."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from autocoder_tui.diagnostics import crash_report as crash
from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.engine.purpose import Mode
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.plain.talk import Talk
from autocoder_tui.runs.conversation import Conversation
from autocoder_tui.runs.preparation import Job, Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.review_record import review_to_keep
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.runs.supervision import RunSupervisor
from autocoder_tui.workspace.apply_log import ApplyLog

_T = TypeVar("_T")


class Desk:
    """One session at one project. Runs are in the loop of `runner`; all else is done in between,
    and may block."""

    def __init__(self, setup: Setup, log: DebugLog, runner: asyncio.Runner) -> None:
        self.setup = setup
        self.log = log
        self.talk = Talk()
        self._runner = runner
        self.keeping = RunRecorder(setup)
        self.supervisor = RunSupervisor(
            self.keeping,
            partial(crash.report_of_run, state=setup.places.state, environ=setup.environ),
            trace=log.trace,
        )
        self.picks: tuple[str, ...] = ()
        self.target: str | None = None
        self.requirements = setup.task.requirements
        mode = setup.task.mode
        self.mode: Mode = mode if mode in ("query", "clarify") else "generate"
        self.chosen: ChosenModel | None = None
        self.prepared: Prepared | None = None
        self.state = RunState()
        self.session: ReviewSession | None = None
        self.conversation = Conversation()
        self.clarification: Clarification | None = None
        """What was asked before writing, and answered so far."""
        self.spent = Decimal(0)
        self.reads_aloud = True
        """Whether the lines of a reply are shown as they come."""
        self.may_be_sent: set[tuple[str, str | None, int]] = set()
        """What looks like a key and may be sent all the same: server, file, and which."""

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do this in the loop, until it is done. Ctrl+C cancels it."""
        return self._runner.run(work)

    @property
    def job(self) -> Job:
        """What the next run would be: a question goes on from those before it."""
        job = Job(
            self.setup.root,
            self.picks,
            self.target if self.mode != "query" else None,
            self.requirements,
            self.setup.task.system_prompt,
            mode="query" if self.mode == "query" else "generate",
            purpose="query" if self.mode == "query" else "generate",
        )
        return self.conversation.job(job) if self.mode == "query" else job

    @property
    def limits(self) -> Limits:
        """Those of the next request, with what was spent already."""
        return replace(self.setup.limits, session_spent_usd=self.spent)

    @property
    def resumable(self) -> bool:
        """Whether there is text of a run that did not end well."""
        return self.state.status in ("error", "cancelled") and bool(self.state.text)

    @property
    def writes(self) -> ApplyLog | None:
        """The log of writes; None where nothing can be kept."""
        places = self.setup.places
        return ApplyLog.of_project(places.state, self.setup.root) if places.keeps else None

    def keep_review(self) -> None:
        """Write down how the review stands: whatever ends the program ends no review."""
        session = self.session
        if session is None or (run_id := session.run_id) is None:
            return
        data = review_to_keep(session)
        if self.keeping.run_id == run_id:
            self.keeping.keep_review(data)
            return
        try:
            self.keeping.history.keep_review(run_id, data)
        except AutocoderError as error:
            self.talk.tell(f"{error.message} Verdicts are not kept.")

    def leave(self) -> None:
        """The session is over: the next start asks about what is not written."""
        session = self.session
        is_open = (session is not None and session.is_open) or self.resumable
        run_id = self._last_run if session is None else session.run_id
        journalled = self.keeping.run_id
        self.do(self.keeping.settle(offered=is_open and journalled == run_id))
        if is_open and run_id is not None and journalled != run_id:
            try:
                self.keeping.history.settled(run_id, offered=True)
            except AutocoderError as error:
                self.talk.tell(error.message)

    @property
    def _last_run(self) -> str | None:
        return None if self.prepared is None else self.prepared.request.run_id
