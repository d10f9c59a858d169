"""A run as history keeps it: what it was given, what came of it, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, cast

from autocoder_tui.engine.events import Failure, FileProposed, PartJoined
from autocoder_tui.engine.run_state import Extrapolation, RunState
from autocoder_tui.store.snapshot import Snapshot
from autocoder_tui.text.plain_data import read_value, value_data
from autocoder_tui.values import dataclass

Status: TypeAlias = Literal["finished", "failed", "cancelled", "interrupted", "running"]
"""How a run ended: "interrupted" by a kill or a crash, "running" in a living process."""

_STATUS: Final[Mapping[str, Status]] = {
    "completed": "finished",
    "error": "failed",
    "cancelled": "cancelled",
}


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run. Times are ISO 8601 in UTC; `cost_usd` is None where no price is known.

    A run that was continued is one run: `reply` is all of its text, tokens and cost are
    summed, `journal_ids` are those of all its journals. `review` is what the full-screen
    program wrote down about its review. `damaged` counts the journal's unreadable lines.
    """

    snapshot: Snapshot
    name: str
    ended: str
    status: Status
    error: Failure | None = None
    reply: str = ""
    reasoning: str = ""
    notes: str = ""
    parts: tuple[Extrapolation, ...] = ()
    joins: tuple[PartJoined, ...] = ()
    files: tuple[FileProposed, ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = None
    requests: int = 0
    journal_ids: tuple[str, ...] = ()
    damaged: int = 0
    review: dict[str, Any] | None = None

    @property
    def run_id(self) -> str:
        return self.snapshot.run_id

    @property
    def started(self) -> str:
        return self.snapshot.started

    @property
    def position(self) -> str:
        """By which runs are put in order: later ones have a greater one."""
        return self.snapshot.position or self.snapshot.started

    def to_data(self) -> dict[str, Any]:
        """As values that JSON has."""
        data: dict[str, Any] = value_data(replace(self, review=None))
        return {**data, "review": self.review}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> KeptRun:
        """What `to_data` gave. Raises ValueError."""
        plain = {name: value for name, value in data.items() if name != "review"}
        review = data.get("review")
        run = cast(KeptRun, read_value(cls, plain))
        return replace(run, review=review if isinstance(review, dict) else None)


def kept_run(
    snapshot: Snapshot,
    state: RunState,
    *,
    status: Status | None = None,
    ended: str | None = None,
    review: dict[str, Any] | None = None,
    damaged: int = 0,
) -> KeptRun:
    """The run `state` is the fold of. Without an end of its own, and where no `status` is
    given, it was interrupted."""
    usage = state.usage
    return KeptRun(
        snapshot=snapshot,
        name=default_name(snapshot.requirements),
        ended=ended or now(),
        status=status or _STATUS.get(state.status, "interrupted"),
        error=state.error,
        # The text a run goes on with is an event only once the request is under way.
        reply=state.text or snapshot.partial,
        reasoning=state.reasoning,
        notes=state.notes,
        parts=tuple(state.extrapolations),
        joins=tuple(state.joins),
        files=tuple(state.files),
        prompt_tokens=0 if usage is None else usage.prompt_tokens,
        completion_tokens=state.completion_tokens if state.requests else 0,
        cost_usd=None if usage is None else usage.cost_usd,
        requests=state.requests,
        journal_ids=(snapshot.journal_id,),
        damaged=damaged,
        review=review,
    )


def _is_refused(run: KeptRun) -> bool:
    """Whether a server was asked and gave nothing, which costs nothing at any price."""
    return run.status == "failed" and not (run.prompt_tokens or run.completion_tokens)


def continued(earlier: KeptRun, later: KeptRun) -> KeptRun:
    """One run of a run and its continuation, which began with the earlier one's text."""
    costs = [run.cost_usd for run in (earlier, later) if run.requests and not _is_refused(run)]
    known = [cost for cost in costs if cost is not None]
    return replace(
        later,
        snapshot=replace(
            later.snapshot, started=earlier.started, position=earlier.snapshot.position
        ),
        name=earlier.name,
        reasoning=earlier.reasoning + later.reasoning,
        parts=earlier.parts + later.parts,
        joins=earlier.joins + later.joins,
        prompt_tokens=earlier.prompt_tokens + later.prompt_tokens,
        completion_tokens=earlier.completion_tokens + later.completion_tokens,
        cost_usd=sum(known, Decimal(0)) if known and len(known) == len(costs) else None,
        requests=earlier.requests + later.requests,
        journal_ids=earlier.journal_ids + later.journal_ids,
        damaged=earlier.damaged + later.damaged,
        review=later.review if later.review is not None else earlier.review,
    )


def default_name(requirements: str) -> str:
    """What a run is called until somebody names it: the first line of its requirements."""
    line = next((line.strip() for line in requirements.splitlines() if line.strip()), "")
    return line if len(line) <= 60 else line[:59] + "…"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def moment(seconds: float) -> str:
    """Seconds since the epoch as a time of this module."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return now()  # a file's time may be set to what no calendar has
