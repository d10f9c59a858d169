"""Everything that can happen in a run.

Past tense, plain values with units in the name, equality by value: a test is a list of
events, and a run can be replayed from them. `TextDelta` and `TextRetracted` carry the
*joined* text, what a reader should see: applying them in order gives the reply as one
uninterrupted model would have sent it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from autocoder_tui.edits.edit import EditBlock, Placed
from autocoder_tui.engine.calibration import FIRST_MARGIN, Weights
from autocoder_tui.values import dataclass

Proof = Literal["echo", "witness", "prefill", "remainder", "guess"]
"""How the place where two parts join was found: the model repeated the lines it was asked
to repeat; it regenerated the text withheld from it; the provider continued our own
assistant message; it sent exactly the rest; or none of these, so the place is a guess."""

Cause = Literal[
    "length",
    "lost connection",
    "silence",
    "error",
    "false stop",
    "unsaid end",
    "by hand",
    "spending cap",
]
"""Why a continuation was needed. "error": the server reported one inside its reply, in the words
of the `RetryScheduled` before. "false stop": the model ended its reply inside a file. "unsaid
end": all files are closed, but nothing said that the reply was complete."""


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a run may cost before it is sent. None where the price is not known.

    Where the count is not `exact` it may be off by the share `margin` either way; `runs` is
    how many runs that is learnt from. `by_server`: the server it goes to counted the prompt.
    """

    prompt_tokens: int
    max_output_tokens: int | None
    exact: bool
    least_usd: Decimal | None
    most_usd: Decimal | None
    margin: Decimal = FIRST_MARGIN
    runs: int = 0
    by_server: bool = False

    @property
    def method(self) -> str:
        """ "exact", "counted by the server", "estimate ±15 %", "estimate ±8 %, from 14 runs"."""
        if self.by_server:
            return "counted by the server"
        if self.exact:
            return "exact"
        learnt = "" if self.runs == 0 else f", from {self.runs} run{'s' * (self.runs != 1)}"
        return f"estimate ±{round(self.margin * 100)} %{learnt}"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """`asked_for`: in which form changes are asked for, "" where that is not to be said."""

    run_id: str
    model: str
    estimate: CostEstimate
    asked_for: str = ""


@dataclass(frozen=True, slots=True)
class RequestStarted:
    """Part `part` (from 1) is asked for; `attempt` (from 1) counts tries at this part."""

    part: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class EditsSentBack:
    """So many changes without a place are asked for again, as request `part`."""

    part: int
    count: int


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class TextRetracted:
    """The join took back the last `count` characters."""

    count: int


@dataclass(frozen=True, slots=True)
class TextHeld:
    """The reply brought `text`, which is held back: nothing of it is in the joined text yet.

    Until the place is known where the part joins, these are all characters of the reply, as
    they came. When it has `joined` they are the end of it, to be appended when its line is
    known. The next `TextDelta` or `TextRetracted` settles what was held.
    """

    text: str
    joined: bool = False


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class PromptRead:
    """How far the server has read the prompt of the open request, in tokens by its own count."""

    processed: int
    total: int


@dataclass(frozen=True, slots=True)
class UsageUpdated:
    """Totals of the run so far, over all its parts. `estimated`: our count, not the provider's.

    `chunks` are those of the streams, empty ones too. `dubious`: the provider gave counts that
    cannot be, which are left out. `cost_reported`: the whole cost is what the provider says it
    charges, not worked out from prices.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_usd: Decimal | None
    estimated: bool
    reasoning_tokens: int = 0
    chunks: int = 0
    dubious: bool = False
    cost_reported: bool = False


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The provider's count of the prompt of one request, next to ours from before it was sent.

    `weights` is the prompt by our vocabulary alone, `counted` what that came to with all that
    was known of the model. `margin` is how far off `counted` was thought to be at most.
    """

    part: int
    weights: Weights
    counted: int
    prompt_tokens: int
    margin: Decimal

    @property
    def error(self) -> Decimal:
        """How far our count was off, as a share of the provider's; positive: too many."""
        return (Decimal(self.counted) - self.prompt_tokens) / self.prompt_tokens

    @property
    def looks_cut(self) -> bool:
        """Whether clearly fewer tokens were read than were sent."""
        # A margin comes from texts seen before; another kind of text is easily a tenth off.
        unsure = max(2 * self.margin, Decimal("0.1")) if self.margin else Decimal(0)
        return self.prompt_tokens < self.counted * (1 - unsure - Decimal("0.05"))

    @property
    def teaches(self) -> bool:
        """Whether the count says how the model counts: not where most likely it was cut, which
        would teach to expect no more than was read."""
        return not self.looks_cut or self.prompt_tokens >= self.counted * Decimal("0.65")


@dataclass(frozen=True, slots=True)
class PartFinished:
    """`finish_reason` is None when the provider never said one (the stream just ended).

    The tokens and the cost are those of this part alone, `cost_usd` None where no price is
    known.
    """

    part: int
    finish_reason: str | None
    completion_tokens: int = 0
    prompt_tokens: int = 0
    cost_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ContinuationStarted:
    """Part `part` will go on from the kept text; `anchor` is what it is asked to repeat, "" where
    the provider itself goes on. `finish_reason` is what the text so far ended with, `resamples`
    as for `seam.PartReader` and `way` the name of the way of asking: with them the joining can
    be done over again.
    """

    part: int
    anchor: str
    cause: Cause = "length"
    finish_reason: str | None = None
    resamples: bool = False
    way: str = ""


@dataclass(frozen=True, slots=True)
class PartJoined:
    """Part `part` was joined at character `offset` of the joined text."""

    part: int
    offset: int
    proof: Proof
    cause: Cause = "length"


@dataclass(frozen=True, slots=True)
class PartWithdrawn:
    """Where part `part` goes on could only be guessed: it is taken back and asked for once more."""

    part: int


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """`attempt` is the number of the try that will come after `delay_seconds`."""

    delay_seconds: float
    reason: str
    attempt: int


@dataclass(frozen=True, slots=True)
class CapReached:
    """A limit the user set stopped the run: `kind` is "parts", "cost" or "output"."""

    kind: str
    spent: str
    limit: str


@dataclass(frozen=True, slots=True)
class FileProposed:
    """One file of the reply. `before` is its text as it was sent, None if it was not an input.

    `complete` is False when the reply ended inside the file or the parse had to guess;
    `remark` then says why, for the review. `versions`: how many different texts of the file the
    reply holds; `after` is the last. `guesses`: how many joins in it were guessed. `named` is the
    path the reply gives it where that leads elsewhere and `path` is taken to be meant, or "".

    `edits` are the blocks where the reply gives changes and no text: `after` is then `before`
    with those of them placed that have a place, as `placed` says, or "" as long as `before` is
    not known. `renamed_from` is the path the file had, or ""; `deletes`: it shall go, and
    `after` is "".
    """

    path: str
    before: str | None
    after: str
    complete: bool
    remark: str = ""
    versions: int = 1
    guesses: int = 0
    named: str = ""
    edits: tuple[EditBlock, ...] = ()
    placed: Placed | None = None
    renamed_from: str = ""
    deletes: bool = False
    saved_tokens: int = 0
    """How many tokens the whole file takes more than its edits did, by our count."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a value: its `kind` (see engine.errors) and the sentence to show."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """`notes` is what the model said outside the files."""

    notes: str = ""


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The text so far is kept; `resumable` says whether a continuation by hand makes sense."""

    error: Failure
    resumable: bool = False


@dataclass(frozen=True, slots=True)
class RunCancelled:
    pass


Event: TypeAlias = (
    RunStarted
    | RequestStarted
    | EditsSentBack
    | TextDelta
    | TextRetracted
    | TextHeld
    | ReasoningDelta
    | PromptRead
    | UsageUpdated
    | UsageReported
    | PartFinished
    | ContinuationStarted
    | PartJoined
    | PartWithdrawn
    | RetryScheduled
    | CapReached
    | FileProposed
    | RunFinished
    | RunFailed
    | RunCancelled
)
