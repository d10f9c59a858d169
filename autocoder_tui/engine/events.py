"""Everything that can happen in a run.

Past tense, plain values with units in the name, equality by value: a test is a list of
events, and a run can be replayed from them. `TextDelta` and `TextRetracted` carry the
*joined* text, what a reader should see: applying them in order gives the reply as one
uninterrupted model would have sent it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

Proof = Literal["echo", "witness", "prefill", "remainder", "guess"]
"""How the place where two parts join was found: the model repeated the lines it was asked
to repeat; it regenerated the text withheld from it; the provider continued our own
assistant message; it sent exactly the rest; or none of these, so the place is a guess."""

Cause = Literal["length", "lost connection", "false stop", "by hand"]
"""Why a continuation was needed."""


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a run may cost before it is sent. None where the price is not known."""

    prompt_tokens: int
    max_output_tokens: int | None
    exact: bool
    least_usd: Decimal | None
    most_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class RunStarted:
    run_id: str
    model: str
    estimate: CostEstimate


@dataclass(frozen=True, slots=True)
class RequestStarted:
    """Part `part` (from 1) is asked for; `attempt` (from 1) counts tries at this part."""

    part: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class TextRetracted:
    """The join took back the last `count` characters."""

    count: int


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class UsageUpdated:
    """Totals of the run so far, over all its parts. `estimated`: our count, not the provider's."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_usd: Decimal | None
    estimated: bool


@dataclass(frozen=True, slots=True)
class PartFinished:
    """`finish_reason` is None when the provider never said one (the stream just ended).

    `completion_tokens` is what this part alone generated.
    """

    part: int
    finish_reason: str | None
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ContinuationStarted:
    """Part `part` will go on from the kept text; `anchor` is what it is asked to repeat."""

    part: int
    anchor: str
    cause: Cause = "length"


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
    `remark` then says why, for the review.
    """

    path: str
    before: str | None
    after: str
    complete: bool
    remark: str = ""


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
    | TextDelta
    | TextRetracted
    | ReasoningDelta
    | UsageUpdated
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
