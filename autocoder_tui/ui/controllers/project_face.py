"""What a project's steps ask of the full screen: requests, answers, consents, reviews."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, Protocol

from textual.screen import Screen

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.context import Proposed, ScriptEnded
from autocoder_tui.steps.face import Consent, Proposal, ScriptPlace
from autocoder_tui.steps.progress import ProjectProgress
from autocoder_tui.ui.controllers.step_review import StepReview
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer
from autocoder_tui.ui.screens.dialogs.unbidden import UnbiddenQuestion
from autocoder_tui.ui.screens.shown_text import ShownText
from autocoder_tui.ui.screens.step_question import StepQuestion
from autocoder_tui.ui.terminal.loan import ended_in_words, lend

_NO = Answer("no", "No", "n", harmless=True)


class Stoppable(Protocol):
    """Who runs the steps."""

    @property
    def running(self) -> bool: ...

    def stop(self) -> None: ...

    def show(self, progress: ProjectProgress | None = None) -> None: ...


class ScreenFace:
    """A `steps.face.ProjectFace`. All of it is called in the worker that runs the steps."""

    def __init__(self, app: Program, project: Stoppable) -> None:
        self._app = app
        self._project = project
        self.review = StepReview(app)
        self.waits = ""
        """What the step waits for of the person, "" for nothing."""
        self._told = ""
        self._at: int | None = None
        self._answered: list[tuple[str, str]] = []

    # ------------------------------------------------------------------ requests

    async def run(self, make_request: Callable[[], Prepared], state: RunState) -> None:
        """Send it as the short requests are sent, with what comes streaming in. Esc ends it in
        good order: all that came is written down before the step is stopped."""
        make = await self._cleared(make_request)
        asking = asyncio.ensure_future(self._app.text_calls.ask(make, state, streams=True))
        try:
            await asyncio.shield(asking)
        except asyncio.CancelledError:
            self._app.text_calls.stop()
            await asyncio.wait({asking})
            raise

    async def _cleared(self, make_request: Callable[[], Prepared]) -> Callable[[], Prepared]:
        """Ask what has to be asked before it is sent."""
        app = self._app
        try:
            prepared = await asyncio.to_thread(make_request)
        except AutocoderError:
            return make_request  # told by the run itself, as any other failure
        # What the session may cost holds for it, too.
        limits = app.spending.limits(prepared.request.limits)
        request = replace(prepared.request, limits=limits)
        prepared = replace(prepared, request=request)
        decision, _ = await app.keys_asked_about.decide(app, request)
        if decision != "send" or not await app.spending.may_run(request.model, request.limits):
            await self._stopped()
        return lambda: prepared

    async def _stopped(self) -> NoReturn:
        """Stop the step, as Esc does."""
        self._project.stop()
        await asyncio.Event().wait()
        raise asyncio.CancelledError

    # ------------------------------------------------------------------ the person

    async def answer(self, question: str, suggestions: Sequence[str], assume: str) -> str | None:
        dialog = StepQuestion("A step asks", question, suggestions, assume, before=self._answered)
        with _Waiting(self, "asks you something"):
            how, text = await self._app.ask_unbidden(dialog)
        if how == "stop":
            await self._stopped()
        said = text if how == "answer" else f"assumed: {assume}" if assume else "not answered"
        self._answered.append((question, said))
        return text if how == "answer" else None

    async def consents(self, consent: Consent) -> bool:
        answers = (Answer("yes", "Yes", "y"), _NO)
        return await self._ask(consent, answers) == "yes"

    async def script_place(self, consent: Consent) -> ScriptPlace | None:
        answers = (
            Answer("closed", "Run in a copy", "c"),
            Answer("terminal", "Run in this terminal", "t"),
            _NO,
        )
        chosen = await self._ask(consent, answers)
        return "closed" if chosen == "closed" else "terminal" if chosen == "terminal" else None

    async def _ask(self, consent: Consent, answers: tuple[Answer, ...]) -> str:
        dialog: Screen[str]
        if consent.shown and consent.wish != "check":
            dialog = ShownText(consent.title, consent.question, consent.shown, answers)
        else:
            # The commands of a check stand in the question.
            last = len(answers) - 1
            dialog = UnbiddenQuestion(consent.title, consent.question, answers, start=last)
        if not self._project.running:
            # A key has led here just now.
            return await self._app.push_screen_wait(dialog)
        with _Waiting(self, "asks for your yes"):
            return await self._app.ask_unbidden(dialog)

    async def run_in_terminal(self, command: Sequence[str], folder: Path) -> ScriptEnded:
        try:
            # Not in a thread: while the script has the terminal, the screen must stand still.
            code = lend(self._app, command, folder, self._app.setup.environ)
        except AutocoderError as error:
            return ScriptEnded(None, error.message)
        words = f"{visible(command[-1])} {ended_in_words(code)}."
        return ScriptEnded(code if code >= 0 else None, words)

    async def propose(self, proposal: Proposal) -> Proposed:
        review, writes = self._app.key("pane.review"), self._app.key("review.apply")
        with _Waiting(self, f"waits for your review ({review}): {writes} writes what you accepted"):
            proposed = await self.review.propose(proposal)
        if self._app.main.pane in ("review", "output"):
            self._app.main.show("steps")
        return proposed

    # ------------------------------------------------------------------ showing

    def progressed(self, progress: ProjectProgress) -> None:
        if progress.at not in (None, self._at):
            # What was asked and told in one step is not of the next.
            self._at, self._told = progress.at, ""
            self._answered.clear()
        self._project.show(progress)

    @property
    def says(self) -> str:
        """What is to be said of the step that runs: what it waits for, or what it told last."""
        return visible(self.waits or self._told)

    def told(self, message: str) -> None:
        app = self._app
        if app.is_running and self._project.running:
            # A step may tell much; a notification of each would cover what it is about.
            self._told = message
            app.main.log_line(message)
            self._project.show()
        elif app.is_running:
            app.tell(message, severity="warning")

    def begins(self) -> None:
        """Another project, or other steps of it, begin."""
        self._answered.clear()
        self._told, self._at = "", None

    def waiting(self, what: str) -> None:
        """Say what the step waits for."""
        self.waits, self._told = what, ""
        self._project.show()


class _Waiting:
    """`with _Waiting(face, what):` says what a step waits for, as long as it does."""

    def __init__(self, face: ScreenFace, what: str) -> None:
        self._face = face
        self._what = what

    def __enter__(self) -> None:
        self._face.waiting(self._what)

    def __exit__(self, *_: object) -> None:
        self._face.waiting("")
