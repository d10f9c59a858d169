"""What a run that is kept means for its job."""

from __future__ import annotations

from autocoder_tui.batch.job import JobResult
from autocoder_tui.engine.reply.parse import reply_end
from autocoder_tui.engine.seam import next_step
from autocoder_tui.store.history.kept_run import KeptRun


def is_whole(kept: KeptRun) -> bool:
    """Whether the text has all that was asked for, and only its end was not written down."""
    if kept.status not in ("interrupted", "cancelled"):
        return False
    expected = 1 if kept.snapshot.target is not None else None
    if kept.parts and kept.parts[-1].end >= len(kept.reply):
        reason = kept.parts[-1].finish_reason
        return next_step(kept.reply, reason, files_expected=expected) == "done"
    ended = reply_end(kept.reply)
    if expected is None or not ended.framed or ended.state != "closed":
        return False
    return next_step(kept.reply, "stop", files_expected=expected) == "done"


def result_of(kept: KeptRun, status: str, seconds: float = 0.0) -> JobResult:
    """The figures of a run as those of its job, which took `seconds`."""
    return JobResult(
        status=status,  # type: ignore[arg-type]
        requests=kept.requests,
        parts=len(kept.parts),
        prompt_tokens=kept.prompt_tokens,
        completion_tokens=kept.completion_tokens,
        cost_usd=kept.cost_usd,
        seconds=seconds,
        files=tuple(file.path for file in kept.files),
    )
