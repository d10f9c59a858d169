"""The program as its controllers see it: what they may use of the App, and of each other.

A controller takes a `Program` and never the App itself, so imports point one way (App,
controllers, this file, screens, widgets) and a test can put something small in the App's place.
What no controller uses is not in here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

from textual.notifications import SeverityLevel as Severity
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

if TYPE_CHECKING:
    from autocoder_tui.engine.request import RunRequest
    from autocoder_tui.runs.preparation import Job
    from autocoder_tui.runs.review_session import ReviewSession
    from autocoder_tui.runs.setup import ChosenModel, Setup
    from autocoder_tui.store.session import Typed
    from autocoder_tui.ui.program_parts import (
        Batches,
        Checks,
        Clarifications,
        Conversations,
        EarlierPrompts,
        Estimates,
        Fallbacks,
        FeedbackActions,
        FileFinding,
        FileWeights,
        KeptRuns,
        ModelChoices,
        Modes,
        OneRun,
        OneTextCall,
        OpenProject,
        PrepromptTexts,
        ReviewRecord,
        SavedSession,
        Signs,
        SpendingCaps,
        WriteLog,
    )
    from autocoder_tui.ui.screens.dialogs.text_dialog import TextDialog
    from autocoder_tui.ui.screens.main import MainScreen
    from autocoder_tui.ui.screens.prompts import Prompt

_Result = TypeVar("_Result")

KeyDecision: TypeAlias = Literal["send", "leave", "back"]
"""What to do with a request that may hold keys: "leave" is without the files that do."""


class Program(Protocol):
    """The App: the job on its screen, its runs, and its ways to tell and to ask."""

    setup: Setup
    review_session: ReviewSession | None
    """What is decided on, on the screen."""

    @property
    def root(self) -> Path: ...

    @property
    def main(self) -> MainScreen: ...

    @property
    def chosen(self) -> ChosenModel | None: ...

    def job(self) -> Job: ...

    @property
    def resources(self) -> AsyncExitStack: ...

    # ------------------------------------------------------------------ telling, asking

    def tell(
        self, text: str, *, severity: Severity = "information", timeout: float = 6
    ) -> None: ...

    def untell(self, text: str) -> None: ...

    def notify(
        self,
        message: str,
        *,
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None: ...

    async def push_screen_wait(self, screen: Screen[_Result]) -> _Result: ...

    def push_screen(
        self, screen: Screen[_Result], callback: Callable[[_Result | None], None] | None = None
    ) -> Awaitable[None]: ...

    def keys_wait(self) -> AbstractContextManager[None]: ...

    async def until_nobody_types(self) -> None: ...

    async def ask_unbidden(self, dialog: Screen[_Result]) -> _Result: ...

    def key(self, id: str) -> str: ...

    def with_keys(self, text: str) -> str: ...

    # ------------------------------------------------------------------ of Textual's App

    @property
    def is_running(self) -> bool: ...

    @property
    def screen(self) -> Screen[Any]: ...

    @property
    def screen_stack(self) -> list[Screen[Any]]: ...

    def run_worker(
        self,
        work: Coroutine[None, None, _Result],
        *,
        group: str = "default",
        exit_on_error: bool = True,
        exclusive: bool = False,
    ) -> Worker[_Result]: ...

    def set_timer(self, delay: float, callback: Callable[[], None]) -> Timer: ...

    def refresh_bindings(self) -> None: ...

    def copy_to_clipboard(self, text: str) -> None: ...

    def suspend(self) -> AbstractContextManager[None]: ...

    def exit(self, result: str | None = None) -> None: ...

    # ------------------------------------------------------------------ other controllers

    def is_made(self, controller: str) -> bool:
        """Whether anybody has asked for it yet: to ask for one loads what it takes."""

    @property
    def runs_now(self) -> bool:
        """Whether a run is under way."""

    @property
    def runner(self) -> OneRun: ...

    @property
    def models(self) -> ModelChoices: ...

    @property
    def estimator(self) -> Estimates: ...

    @property
    def weigher(self) -> FileWeights: ...

    @property
    def file_finder(self) -> FileFinding: ...

    @property
    def spending(self) -> SpendingCaps: ...

    @property
    def keys_asked_about(self) -> KeyQuestions: ...

    @property
    def falling_back(self) -> Fallbacks: ...

    @property
    def reviews(self) -> ReviewRecord: ...

    @property
    def proposal_check(self) -> Checks: ...

    @property
    def batches(self) -> Batches: ...

    @property
    def undo_redo(self) -> WriteLog: ...

    @property
    def recovery(self) -> KeptRuns: ...

    @property
    def session(self) -> SavedSession: ...

    @property
    def prompting(self) -> EarlierPrompts: ...

    @property
    def modes(self) -> Modes: ...

    @property
    def conversation(self) -> Conversations: ...

    @property
    def clarifying(self) -> Clarifications: ...

    @property
    def preprompts(self) -> PrepromptTexts: ...

    @property
    def feedback(self) -> FeedbackActions: ...

    @property
    def signs(self) -> Signs: ...

    @property
    def text_calls(self) -> OneTextCall: ...

    @property
    def project(self) -> OpenProject: ...

    @property
    def guide(self) -> Guide: ...

    @property
    def dialog_drafts(self) -> TypedTexts: ...


class Guide(Protocol):
    """The steps of a first run."""

    @property
    def next_step(self) -> str: ...

    @property
    def next_key(self) -> str: ...

    async def begin(self) -> None: ...


class KeyQuestions(Protocol):
    """Asks before something that looks like a key is sent."""

    async def decide(
        self, app: Program, request: RunRequest, *, can_leave: bool = False
    ) -> tuple[KeyDecision, tuple[str, ...]]: ...


class TypedTexts(Protocol):
    """Texts typed in dialogs, which no end of the program loses."""

    async def ask(
        self,
        title: str,
        hint: str,
        text: str = "",
        *,
        line: int = 0,
        tall: bool = False,
        prose: bool = False,
    ) -> str | None: ...

    async def ask_which(
        self,
        kind: type[TextDialog],
        title: str,
        hint: str,
        text: str = "",
        *,
        line: int = 0,
        tall: bool = False,
    ) -> tuple[str | None, str]: ...

    def typed_in(self, title: str, original: str) -> str | None: ...

    def forget(self, title: str, original: str) -> None: ...

    def keep(self, title: str, original: str, text: str) -> None: ...

    def now(self) -> tuple[Typed, ...]: ...

    def restore(self, left: tuple[Typed, ...]) -> None: ...

    def prompts(self) -> list[Prompt]: ...
