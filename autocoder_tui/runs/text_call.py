"""A short request beside the runs whose answer is for the program itself to go on with: what a
complaint comes to, what is left to be asked."""

from __future__ import annotations

from collections.abc import Callable

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.supervision import RunListener, RunSupervisor


async def call(
    supervisor: RunSupervisor,
    keeping: RunRecorder,
    make_request: Callable[[], Prepared],
    listener: RunListener,
    state: RunState,
) -> None:
    """Send it and keep it in history, as any run; `keeping` is what `supervisor` writes to. What
    came of it is in `state`. Raises nothing but a cancellation."""
    try:
        await supervisor.run(make_request, state, listener)
    finally:
        await keeping.close(state, delivered=True)
