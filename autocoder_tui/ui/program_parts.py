"""The controllers as they see each other: what each of them offers the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from autocoder_tui.engine.calibration import Calibration
    from autocoder_tui.engine.catalog import Model
    from autocoder_tui.engine.clarification import Clarification
    from autocoder_tui.engine.events import Event
    from autocoder_tui.engine.metering.budget import CapQuestion
    from autocoder_tui.engine.metering.server_tokenizer import ServerCounts
    from autocoder_tui.engine.purpose import Mode
    from autocoder_tui.engine.request import Limits, RunRequest
    from autocoder_tui.engine.run_state import RunState
    from autocoder_tui.runs.conversation import Conversation
    from autocoder_tui.runs.preparation import Job, Prepared
    from autocoder_tui.runs.recorder import RunRecorder
    from autocoder_tui.runs.review_session import ReviewSession
    from autocoder_tui.runs.setup import ChosenModel
    from autocoder_tui.runs.window_probe import AskedWindow
    from autocoder_tui.store.history.history import History
    from autocoder_tui.store.history.kept_run import KeptRun
    from autocoder_tui.store.session import Session
    from autocoder_tui.ui.screens.prompts import Prompt
    from autocoder_tui.ui.widgets.files.finder_rows import Findable, FinderRow
    from autocoder_tui.ui.widgets.files.weights import TreeWeights
    from autocoder_tui.workspace.apply_log import ApplyLog
    from autocoder_tui.workspace.entry import Entry


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

    def cost_of(self, run_id: str) -> Decimal: ...

    def take_up(self, prepared: Prepared, state: RunState) -> None: ...

    async def ended(self) -> None: ...

    async def shown(self, seconds: float | None = None) -> bool: ...

    def stop(self) -> None: ...


class ModelChoices(Protocol):
    """Which model answers. `asked` is what its server last said of its window."""

    @property
    def asked(self) -> AskedWindow | None: ...

    @property
    def is_keyless(self) -> bool: ...

    @property
    def is_asking(self) -> bool: ...

    def pick(self) -> None: ...

    def choose(self, name: str | None, base_url: str | None = None) -> None: ...

    def choose_served(self) -> None: ...

    def set(self, chosen: ChosenModel) -> None: ...

    def learnt(self, request: RunRequest, calibration: Calibration) -> None: ...

    def warn(self, warnings: Iterable[str]) -> None: ...

    def update_figures(self) -> None: ...

    def first_steps(self, *, unasked: bool = False) -> None: ...


class Estimates(Protocol):
    """What the next run would cost. `counts` is what its server counted."""

    @property
    def counts(self) -> ServerCounts: ...

    def schedule(self) -> None: ...

    def sent(self, job: Job, chosen: ChosenModel) -> None: ...

    def run_ended(self) -> None: ...

    def files_changed(self) -> None: ...


class FileWeights(Protocol):
    """The tokens of the project's files."""

    @property
    def weights(self) -> TreeWeights: ...

    def add(self, entries: Iterable[Entry]) -> None: ...

    def count_for(self, chosen: ChosenModel) -> None: ...


class FileFinding(Protocol):
    """All files of the project, and which of them to pick."""

    async def begin(self) -> None: ...

    def findable(self) -> Findable: ...

    def toggle(self, row: FinderRow, *, only_pick: bool) -> None: ...

    def in_view(self, paths: Sequence[str]) -> None: ...

    def weighed(self) -> None: ...


class SpendingCaps(Protocol):
    """What runs may cost. `wants_review`: a run that a cap ended is to be reviewed."""

    wants_review: bool

    def limits(self, limits: Limits) -> Limits: ...

    def left(self, limits: Limits) -> Decimal | None: ...

    async def may_run(self, model: Model, limits: Limits) -> bool: ...

    async def raise_cap(self, question: CapQuestion) -> Decimal | None: ...

    def ended(self, state: RunState) -> None: ...

    def add(self, cost: Decimal) -> None: ...


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
    """What stands on the screen, kept for the next start. `left`: by the last; `drafts`: unsent."""

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

    def stop(self) -> None: ...

    async def ask(
        self,
        make_request: Callable[[], Prepared],
        state: RunState | None = None,
        *,
        streams: bool = False,
    ) -> RunState: ...


class OpenProject(Protocol):
    """The project whose steps are shown. `running`: a step is under way, or waits for somebody."""

    @property
    def running(self) -> bool: ...

    def review_changed(self, *, entered: bool = False) -> None: ...

    async def begin(self) -> None: ...


class Clarifications(Protocol):
    """What was asked before files are written. `kept` is the newest."""

    @property
    def kept(self) -> Clarification | None: ...

    def restore(self, left: Clarification | None) -> None: ...

    async def settle(self, job: Job, chosen: ChosenModel) -> Job | None: ...

    def sent(self) -> None: ...


class PrepromptTexts(Protocol):
    """What models are told of how to go about each mode."""

    async def tell_problems(self) -> None: ...


class Modes(Protocol):
    """What the next run is to be, and the text each mode was left with."""

    @property
    def mode(self) -> Mode: ...

    @property
    def texts(self) -> Mapping[Mode, str]: ...

    def restore(self, mode: Mode, texts: Mapping[Mode, str]) -> None: ...

    def choose(self, mode: Mode) -> None: ...

    def answered(self, complaint: str) -> None: ...


class Signs(Protocol):
    """What the terminal says outside its window."""

    def title_wanted(self) -> None: ...

    def run_began(self) -> None: ...

    def run_ended(self, status: str) -> None: ...

    def ended(self, what: str) -> None: ...


class FeedbackActions(Protocol):
    """Complaints about a proposal, made a run that does it again."""

    def estimated(self) -> Callable[[], tuple[Prepared, Prepared | None]] | None: ...

    def given(self) -> Callable[[], Prepared] | None: ...

    async def send(self, *, as_typed: bool = False) -> None: ...

    def next_scope(self) -> None: ...

    async def list_rounds(self) -> None: ...

    def show_scope(self, aside_tokens: int | None = None) -> None: ...


class Conversations(Protocol):
    """What was asked and answered, and where the next question goes."""

    @property
    def now(self) -> Conversation: ...

    def job(self, job: Job) -> Job: ...

    async def open(self, thread: str, end: str = "") -> bool: ...

    async def take_up(self, thread: str, end: str) -> str: ...

    def begin_new(self) -> None: ...

    def ask_again(self, run_id: str) -> None: ...

    def next_branch(self) -> None: ...

    def began(self, prepared: Prepared) -> None: ...

    def heard(self, event: Event) -> None: ...

    def ended(self, prepared: Prepared, state: RunState) -> None: ...
