"""The program as its controllers see it: what they may use of the App, and of each other.

A controller takes a `Program` and never the App itself, so imports point one way (App,
controllers, this file, screens, widgets) and a test can put something small in the App's place.
What no controller uses is not in here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from textual.notifications import SeverityLevel as Severity
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.budget import CapQuestion
from autocoder_tui.engine.metering.server_tokenizer import ServerCounts
from autocoder_tui.engine.purpose import Mode
from autocoder_tui.engine.request import Limits, RunRequest
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Job, Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.runs.window_probe import AskedWindow
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.session import Session, Typed
from autocoder_tui.ui.screens.main import MainScreen
from autocoder_tui.ui.screens.prompts import Prompt
from autocoder_tui.workspace.apply_log import ApplyLog

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

    async def until_nobody_types(self) -> None: ...

    async def ask_unbidden(self, dialog: Screen[_Result]) -> _Result: ...

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

    @property
    def runner(self) -> OneRun: ...

    @property
    def models(self) -> ModelChoices: ...

    @property
    def estimator(self) -> Estimates: ...

    @property
    def weigher(self) -> FileWeights: ...

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
    def text_calls(self) -> OneTextCall: ...

    @property
    def dialog_drafts(self) -> TypedTexts: ...


class OneRun(Protocol):
    """The one run at a time; `prepared` and `state` are the newest one's."""

    @property
    def keeping(self) -> RunRecorder: ...

    @property
    def prepared(self) -> Prepared | None: ...

    @property
    def state(self) -> RunState: ...

    @property
    def begun(self) -> bool: ...

    @property
    def running(self) -> bool: ...

    @property
    def resumable(self) -> bool: ...

    def start(self, make_request: Callable[[], Prepared]) -> None: ...

    def take_up(self, prepared: Prepared, state: RunState) -> None: ...

    def stop(self) -> None: ...


class ModelChoices(Protocol):
    """Which model answers. `asked` is what its server last said of its window."""

    @property
    def asked(self) -> AskedWindow | None: ...

    @property
    def is_keyless(self) -> bool: ...

    def pick(self) -> None: ...

    def choose(self, name: str | None, base_url: str | None = None) -> None: ...

    def choose_served(self) -> None: ...

    def set(self, chosen: ChosenModel) -> None: ...

    def learnt(self, request: RunRequest, calibration: Calibration) -> None: ...

    def warn(self, warnings: Iterable[str]) -> None: ...

    def update_figures(self) -> None: ...

    def first_steps(self) -> None: ...


class Estimates(Protocol):
    """What the next run would cost. `counts` is what its server counted."""

    @property
    def counts(self) -> ServerCounts: ...

    def schedule(self) -> None: ...

    def sent(self, job: Job, chosen: ChosenModel) -> None: ...

    def files_changed(self) -> None: ...


class FileWeights(Protocol):
    """The tokens of the project's files."""

    def count_for(self, chosen: ChosenModel) -> None: ...


class SpendingCaps(Protocol):
    """What runs may cost. `wants_review`: a run that a cap ended is to be reviewed."""

    @property
    def wants_review(self) -> bool: ...

    def limits(self, limits: Limits) -> Limits: ...

    def left(self, limits: Limits) -> Decimal | None: ...

    async def may_run(self, model: Model, limits: Limits) -> bool: ...

    async def raise_cap(self, question: CapQuestion) -> Decimal | None: ...

    def ended(self, state: RunState) -> None: ...

    def add(self, cost: Decimal) -> None: ...


class KeyQuestions(Protocol):
    """Asks before something that looks like a key is sent."""

    async def decide(
        self, app: Program, request: RunRequest, *, can_leave: bool = False
    ) -> tuple[KeyDecision, tuple[str, ...]]: ...


class Fallbacks(Protocol):
    """Offers another model for one that is not available."""

    def ended(self, state: RunState) -> None: ...


class ReviewRecord(Protocol):
    """Writes every verdict down with its run."""

    def changed(self) -> None: ...


class Checks(Protocol):
    """Tries the proposal before it is written."""

    @property
    def running(self) -> bool: ...

    async def check(self) -> None: ...

    async def send_back(self) -> None: ...

    async def may_write(self, session: ReviewSession) -> bool: ...


class Batches(Protocol):
    """Many jobs in a queue."""

    @property
    def running(self) -> bool: ...


class WriteLog(Protocol):
    """What was written, and can be taken back."""

    @property
    def log(self) -> ApplyLog: ...

    async def recover(self) -> None: ...

    async def act(self, verb: str) -> None: ...


class KeptRuns(Protocol):
    """Runs of earlier. `done`: all that the last end left is back, or was asked about."""

    @property
    def done(self) -> bool: ...

    @property
    def history(self) -> History: ...

    async def start(self) -> None: ...

    async def know_prompts(self) -> None: ...

    async def same_project(self, run: KeptRun) -> bool: ...

    async def open_run(self, run: KeptRun) -> bool: ...

    async def go_on_with(self, run: KeptRun) -> None: ...

    async def ask_again(self, run: KeptRun) -> None: ...


class SavedSession(Protocol):
    """What stands on the screen, kept for the next start. `left` is what the last start left,
    `drafts` what had to make room unsent."""

    @property
    def left(self) -> Session: ...

    @property
    def drafts(self) -> tuple[str, ...]: ...

    async def begin(self) -> None: ...

    def model(self) -> tuple[str | None, str | None]: ...

    async def restore(self) -> None: ...

    def keep_draft(self, text: str) -> None: ...

    def forget_draft(self, text: str) -> None: ...

    def changed(self) -> None: ...

    async def save(self) -> None: ...


class EarlierPrompts(Protocol):
    """The requirements of earlier runs, and those not sent."""

    def know(self, prompts: Iterable[Prompt]) -> None: ...

    def forget(self) -> None: ...

    def sent(self, text: str) -> None: ...

    def drafts(self) -> tuple[str, ...]: ...

    def replace(self, text: str) -> None: ...


class OneTextCall(Protocol):
    """A short request at a time beside the runs."""

    @property
    def running(self) -> bool: ...

    async def ask(self, make_request: Callable[[], Prepared]) -> RunState: ...


class Modes(Protocol):
    """What the next run is to be, and the text each mode was left with."""

    @property
    def mode(self) -> Mode: ...

    @property
    def texts(self) -> Mapping[Mode, str]: ...

    def restore(self, mode: Mode, texts: Mapping[Mode, str]) -> None: ...

    def choose(self, mode: Mode) -> None: ...


class TypedTexts(Protocol):
    """Texts typed in dialogs, which no end of the program loses."""

    async def ask(
        self, title: str, hint: str, text: str = "", *, line: int = 0, tall: bool = False
    ) -> str | None: ...

    def now(self) -> tuple[Typed, ...]: ...

    def restore(self, left: tuple[Typed, ...]) -> None: ...

    def prompts(self) -> list[Prompt]: ...
