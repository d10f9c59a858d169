"""The fold of a run's events into what a face shows.

Pure: no clock, no I/O. Whoever applies an event passes the time it was seen, in seconds of
any one steady clock. Applying costs the same however long the text has become, so that every
event of a fast stream can be applied as it comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal
from typing import Literal, TypeAlias

from autocoder_tui.engine.events import (
    CapReached,
    ContinuationStarted,
    CostEstimate,
    EditsSentBack,
    Event,
    Failure,
    FileProposed,
    PartFinished,
    PartJoined,
    PromptRead,
    ReasoningDelta,
    RequestStarted,
    RetryScheduled,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    TextRetracted,
    UsageReported,
    UsageUpdated,
)
from autocoder_tui.engine.text_buffer import GrowingText
from autocoder_tui.values import dataclass

StreamStatus: TypeAlias = Literal["initializing", "processing", "completed", "error", "cancelled"]

_CHARACTERS_PER_TOKEN = 4.0
"""Used between two counts of the engine or the provider; typical of code and English."""

_SPEED_SECONDS = 8
"""How many whole seconds the speed history remembers: one column of a sparkline each."""


@dataclass(slots=True)
class StreamStats:
    """What came over the line. Times are seconds of the clock given to `RunState.apply`.

    `chunks` are those of the streams as last counted, empty ones too, and the pieces of text and
    reasoning since then. `characters` counts what
    was generated, reasoning included: a join that takes text back does not lower it.
    """

    started_at: float | None = None
    first_at: float | None = None
    last_at: float | None = None
    ended_at: float | None = None
    chunks: int = 0
    characters: int = 0

    def seconds(self, now: float) -> float:
        """How long the run has taken until `now`, or until its end."""
        if self.started_at is None:
            return 0.0
        return max(0.0, (now if self.ended_at is None else self.ended_at) - self.started_at)


@dataclass(frozen=True, slots=True)
class Extrapolation:
    """What one part came to: characters `begin` to `end` of the joined text, the tokens it
    generated, its cost in US dollars (None where unknown), and why it ended."""

    begin: int
    end: int
    tokens: int
    cost_usd: Decimal | None
    finish_reason: str | None


def reason_at_end(parts: Sequence[Extrapolation], text: str) -> str | None:
    """The finish reason with which `text` ended; None where the last of it came without one."""
    if not parts or parts[-1].end != len(text):
        return None
    return parts[-1].finish_reason


@dataclass(slots=True)
class _SpeedHistory:
    """Characters that came in each of the last whole seconds, oldest first."""

    buckets: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=_SPEED_SECONDS))

    def add(self, characters: int, now: float) -> None:
        second = int(now)
        if self.buckets and self.buckets[-1][0] >= second:
            last, before = self.buckets.pop()
            self.buckets.append((last, before + characters))
        else:
            self.buckets.append((second, characters))

    def per_second(self, now: float) -> tuple[int, ...]:
        """The finished seconds before `now`; a second in which nothing came counts as 0."""
        if not self.buckets:
            return ()
        counts = dict(self.buckets)
        latest = int(now) - 1
        earliest = max(self.buckets[0][0], latest - _SPEED_SECONDS + 1)
        return tuple(counts.get(second, 0) for second in range(earliest, latest + 1))


class RunState:
    """Everything a face shows about one run, after the events applied so far.

    Read the attributes at any time; only `apply` changes them.
    """

    def __init__(self) -> None:
        self.run_id = ""
        self.model = ""
        self.estimate: CostEstimate | None = None
        self.status: StreamStatus = "initializing"
        self.part = 0
        self.attempt = 0
        self.requests = 0
        """Requests sent, over all parts and tries."""
        self.retries = 0
        self.waiting: RetryScheduled | None = None
        """The retry that is being waited for, if any."""
        self.waiting_until: float | None = None
        self.continuation: ContinuationStarted | None = None
        self.usage: UsageUpdated | None = None
        self.prompt_read: PromptRead | None = None
        """How far the server has read the prompt, while it does and says so."""
        self.report: UsageReported | None = None
        """What the provider counted for the first prompt of the run, if it did."""
        self.joins: list[PartJoined] = []
        self.parts: list[PartFinished] = []
        self.extrapolations: list[Extrapolation] = []
        """One for each of `parts`."""
        self.files: list[FileProposed] = []
        self.sent_back = 0
        """Changes without a place that were asked for once more."""
        self.cap: CapReached | None = None
        self.notes = ""
        self.error: Failure | None = None
        self.resumable = False
        self.stats = StreamStats()
        self._text = GrowingText()
        self._reasoning = GrowingText()
        self._speeds = _SpeedHistory()
        self._part_begin = 0
        self._uncounted = 0
        """Characters generated since `usage` was counted."""

    # ------------------------------------------------------------------ what is shown

    @property
    def text(self) -> str:
        """The joined text so far."""
        return str(self._text)

    @property
    def text_length(self) -> int:
        """Characters of `text`, without joining it."""
        return len(self._text)

    @property
    def reasoning(self) -> str:
        return str(self._reasoning)

    @property
    def prompt_percent(self) -> int | None:
        """How much of the prompt the server has read, while it does and says so."""
        read = self.prompt_read
        return None if read is None else read.processed * 100 // read.total

    @property
    def finish_reason(self) -> str | None:
        """As `reason_at_end` of this run."""
        return reason_at_end(self.extrapolations, self.text)

    @property
    def ended(self) -> bool:
        return self.status in ("completed", "error", "cancelled")

    @property
    def completion_tokens(self) -> int:
        """Tokens generated so far: the last count, and an estimate of what came after it."""
        counted = self.usage.completion_tokens if self.usage is not None else 0
        return counted + round(self._uncounted / _CHARACTERS_PER_TOKEN)

    @property
    def tokens_estimated(self) -> bool:
        """Whether `completion_tokens` is anything but the provider's own count."""
        return self.usage is None or self.usage.estimated or self._uncounted > 0

    @property
    def first_token_seconds(self) -> float | None:
        """From the start of the run to its first text or reasoning."""
        if self.stats.first_at is None or self.stats.started_at is None:
            return None
        return self.stats.first_at - self.stats.started_at

    def tokens_per_second(self, now: float) -> float | None:
        """Speed over the last seconds; once the run has ended, over all of its streaming."""
        stats = self.stats
        if stats.first_at is None or stats.last_at is None:
            return None
        if self.ended:
            streaming = stats.last_at - stats.first_at
            return self.completion_tokens / streaming if streaming > 0.2 else None
        recent = self._speeds.per_second(now)
        if not recent:
            streaming = now - stats.first_at
            return self.completion_tokens / streaming if streaming > 0.2 else None
        return self._tokens(sum(recent)) / len(recent)

    def speeds(self, now: float) -> tuple[float, ...]:
        """Tokens in each of the last whole seconds, oldest first: for a sparkline."""
        at = now if self.stats.ended_at is None else self.stats.ended_at
        return tuple(self._tokens(count) for count in self._speeds.per_second(at))

    def _tokens(self, characters: int) -> float:
        """Characters as tokens, at the ratio this run has had so far."""
        generated = self.stats.characters
        if self.usage is None or generated - self._uncounted < 200:
            return characters / _CHARACTERS_PER_TOKEN
        return characters * self.completion_tokens / generated

    # ------------------------------------------------------------------ the fold

    def apply(self, event: Event, now: float) -> None:
        """Take `event` in, seen at `now` seconds."""
        match event:
            case TextDelta(text):
                self._text.append(text)
                self._received(len(text), now)
            case ReasoningDelta(text):
                self._reasoning.append(text)
                self._received(len(text), now)
            case UsageUpdated():
                self.usage = event
                self._uncounted = 0
                self.stats.chunks = event.chunks or self.stats.chunks
            case PromptRead():
                self.prompt_read = event
            case UsageReported():
                self.report = self.report or event
            case TextRetracted(count):
                self._text.retract(count)
            case RequestStarted(part, attempt):
                self.part, self.attempt = part, attempt
                self.requests += 1
                self.prompt_read = None
                self._part_begin = len(self._text)
                self._waiting_over()
            case EditsSentBack(_, count):
                self.sent_back += count
            case RetryScheduled(delay_seconds):
                self.retries += 1
                self.waiting, self.waiting_until = event, now + delay_seconds
                self.prompt_read = None
            case PartFinished():
                self.parts.append(event)
                self._extrapolate(event)
            case ContinuationStarted(part):
                self.continuation, self.part = event, part
            case PartJoined():
                self.joins.append(event)
                self._part_begin = event.offset
            case CapReached():
                self.cap = event
            case FileProposed():
                self.files.append(event)
            case RunStarted(run_id, model, estimate):
                self.run_id, self.model, self.estimate = run_id, model, estimate
                self.stats.started_at = now
            case RunFinished(notes):
                self.notes = notes
                self._end("completed", now)
            case RunFailed(error, resumable):
                self.error, self.resumable = error, resumable
                self._end("error", now)
            case RunCancelled():
                self._end("cancelled", now)

    def _received(self, characters: int, now: float) -> None:
        stats = self.stats
        self.prompt_read = None
        stats.chunks += 1
        stats.characters += characters
        stats.last_at = now
        self._uncounted += characters
        if stats.first_at is None:
            stats.first_at = now
            if self.status == "initializing":
                self.status = "processing"
        self._speeds.add(characters, now)

    def _extrapolate(self, part: PartFinished) -> None:
        end = len(self._text)
        begin = min(self._part_begin, end)
        self.extrapolations.append(
            Extrapolation(begin, end, part.completion_tokens, part.cost_usd, part.finish_reason)
        )

    def _waiting_over(self) -> None:
        self.waiting = self.waiting_until = None

    def _end(self, status: StreamStatus, now: float) -> None:
        self.status = status
        self.stats.ended_at = now
        self.prompt_read = None
        self._waiting_over()
