"""What is kept of a run when it has ended: what it used and cost, and what its counts taught."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.store.calibration import learn
from autocoder_tui.store.usage import UsageRecord, append_usage


class NotBooked(AutocoderError):
    kind = "not_booked"


def book_run(state_dir: Path, prepared: Prepared, state: RunState) -> Calibration | None:
    """Keep an ended run's usage, and learn from it; returns what is known now if it taught
    anything. A run that sent nothing leaves nothing. Blocking.

    Raises NotBooked when the state folder can't be written.
    """
    if state.requests == 0 or prepared.demo:
        return None
    request = prepared.request
    try:
        append_usage(state_dir, _record(prepared, state))
        if state.report is None or not state.report.teaches:
            return None
        return learn(state_dir, request.endpoint, request.model, state.report)
    except OSError as error:
        raise NotBooked(
            f"The usage of this run could not be kept in {state_dir}: "
            f"{error.strerror or 'unknown error'}. "
            "Make room or set AUTOCODER_TUI_STATE_DIR to another folder."
        ) from error


def _record(prepared: Prepared, state: RunState) -> UsageRecord:
    request, usage = prepared.request, state.usage
    stats = state.stats
    seconds = 0.0 if stats.ended_at is None else stats.seconds(stats.ended_at)
    return UsageRecord(
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        run_id=request.run_id,
        project=str(prepared.root),
        model=request.model.name,
        provider=request.endpoint.provider.name,
        status=state.status,
        prompt_tokens=usage.prompt_tokens if usage is not None else 0,
        completion_tokens=state.completion_tokens,
        cached_tokens=usage.cached_tokens if usage is not None else 0,
        reasoning_tokens=usage.reasoning_tokens if usage is not None else 0,
        cost_usd=usage.cost_usd if usage is not None else None,
        estimated=state.tokens_estimated,
        seconds=round(seconds, 3),
        requests=state.requests,
        retries=state.retries,
        parts=tuple(state.extrapolations),
    )
