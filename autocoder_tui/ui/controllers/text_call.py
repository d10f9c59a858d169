"""Short requests beside the runs, whose answer the program goes on with by itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial

from autocoder_tui.diagnostics.crash_report import report_of_run
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event, RunStarted
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.runs.event_text import narrate
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.supervision import RunListener, RunSupervisor
from autocoder_tui.runs.text_call import call
from autocoder_tui.ui.controllers.retry_wait import ask_wait
from autocoder_tui.ui.controllers.step_display import StepDisplay
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp
from autocoder_tui.ui.widgets.meters.meters import Meters


class TextCalls:
    """One at a time. The meters show it, the log tells of it, Esc stops it, and what it cost is
    the session's; the panes stay as they are."""

    def __init__(self, app: Program, queue: TypeAheadApp, trace: Trace | None = None) -> None:
        self._app = app
        self._queue = queue
        self._trace = trace
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self._task is not None

    def stop(self) -> None:
        """End what is under way; what it cost is booked."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """End what is under way, and wait until it is written down."""
        task = self._task
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(asyncio.shield(task), 1)

    async def ask(
        self,
        make_request: Callable[[], Prepared],
        state: RunState | None = None,
        *,
        streams: bool = False,
    ) -> RunState:
        """Send it and wait for its end: "completed", with the text; "cancelled" by Esc, or
        "error", which was told. `make_request` reads files, so it is called in a thread. What
        comes of it is in `state`, where that is given. `streams`: it is shown as it comes."""
        app, state = self._app, RunState() if state is None else state
        shown: RunListener = StepDisplay(app, self) if streams else self
        setup = app.setup
        keeping = RunRecorder(setup)
        supervisor = RunSupervisor(
            keeping,
            partial(report_of_run, state=setup.places.state, environ=setup.environ),
            raise_cap=app.spending.raise_cap,
            ask_wait=partial(ask_wait, self._queue),
            trace=self._trace,
        )
        self._task = asyncio.ensure_future(call(supervisor, keeping, make_request, shown, state))
        app.refresh_bindings()
        try:
            # Esc ends it as a run is ended, and is no end of who waits for it.
            await asyncio.wait({self._task})
        except asyncio.CancelledError:
            self._task.cancel()
            raise
        finally:
            self._task = None
            self._ended(state)
        return state

    def _ended(self, state: RunState) -> None:
        app = self._app
        app.spending.ended(state)
        if not app.is_running:
            return
        app.main.query_one(Meters).show_run(state, time.monotonic())
        app.refresh_bindings()
        if state.error is not None:
            app.tell(state.error.message, severity="error", timeout=12)

    def run_began(self, prepared: Prepared) -> None:
        """No pane has to make room."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        if isinstance(events[0], RunStarted):
            self._app.main.query_one(Meters).show_run(state, time.monotonic())
        for event in events:
            line = narrate(event)
            if line is not None:
                self._app.main.log_line(line[1], line[0])

    def run_told(self, message: str) -> None:
        if self._app.is_running:
            self._app.tell(message, severity="warning")

    def run_remarked(self, remark: str) -> None:
        self.run_told(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        self._app.models.learnt(prepared.request, learnt)
