"""How a kept run stands: as a state to go on from, and in words."""

from __future__ import annotations

import time

from autocoder_tui.engine.events import RunCancelled, RunFinished, TextDelta
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.review_record import review_as_left
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun


def state_of(run: KeptRun) -> RunState:
    """A run's state as it is after its end, as far as going on needs it."""
    state, now = RunState(), time.monotonic()
    if run.reply:
        state.apply(TextDelta(run.reply), now)
    state.apply(RunFinished(run.notes) if run.status == "finished" else RunCancelled(), now)
    return state


def standing_of(run: KeptRun, prepared: Prepared) -> str:
    """How the run stands, in words. Blocking: diffs."""
    lines = run.reply.count("\n")
    text = f"{len(run.reply):,} characters ({lines:,} lines)"
    kept = review_as_left(run, prepared)
    if kept is not None:
        return f"{text}, {kept[0].counts}, not written"
    if run.status == "finished":
        return f"{text}, complete, not decided on"
    return f"{visible(run.status)} after {text}"
