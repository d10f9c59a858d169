"""The one run at a time, owned by the App so that no screen change can end it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from textual.worker import Worker, WorkerError

from autocoder_tui.diagnostics.crash_report import report_of_run
from autocoder_tui.engine.metering.budget import RaiseCap
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import Setup
from autocoder_tui.runs.supervision import RunListener, RunSupervisor
from autocoder_tui.ui.controllers.retry_wait import ask_wait
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp

UNDER_WAY: Final = "A run is under way: wait for it, or stop it ({run.stop}) first."
"""Told where something has to wait for its end; with keys as in `with_keys`."""


class RunView(RunListener, Protocol):
    """Who shows a run, and its end."""

    def run_ended(self, prepared: Prepared | None, state: RunState) -> asyncio.Future[None] | None:
        """Returns what is done as soon as all that the run proposed is on the screen; None where
        nothing is still to come."""

    def run_looked_at(self, state: RunState) -> None: ...


class Runner:
    """Starts, feeds and stops a run; `state` is the newest one's, kept after its end. `begun` says
    whether there was any since the program was started."""

    def __init__(
        self,
        app: TypeAheadApp,
        view: RunView,
        setup: Setup,
        raise_cap: RaiseCap | None = None,
        trace: Trace | None = None,
    ) -> None:
        self._app = app
        self._view = view
        self._worker: Worker[None] | None = None
        self._showing: asyncio.Future[None] | None = None
        self.keeping = RunRecorder(setup)
        self._supervisor = RunSupervisor(
            self.keeping,
            partial(report_of_run, state=setup.places.state, environ=setup.environ),
            raise_cap=raise_cap,
            ask_wait=partial(ask_wait, app),
            trace=trace,
        )
        self.state = RunState()
        self.prepared: Prepared | None = None
        self.begun = False
        self._costs: dict[str, Decimal] = {}
        self._over = asyncio.Event()
        self._over.set()

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    @property
    def resumable(self) -> bool:
        """Whether there is kept text of a run that did not end well."""
        return not self.running and self._kept

    @property
    def _kept(self) -> bool:
        return self.state.status in ("error", "cancelled") and bool(self.state.text)

    def cost_of(self, run_id: str) -> Decimal:
        """What a run of this session has cost, as far as that is known."""
        return self._costs.get(run_id, Decimal(0))

    def start(self, make_request: Callable[[], Prepared]) -> None:
        """Begin a run. `make_request` reads files, so it is called in a thread."""
        if not self.running:
            self.begun = True
            self._over.clear()
            self._worker = self._app.run_worker(
                self._work(make_request), group="run", exit_on_error=False
            )

    def take_up(self, prepared: Prepared, state: RunState) -> None:
        """Stand where a kept run ended: it can be gone on with."""
        if not self.running:
            self.prepared, self.state = prepared, state

    def stop(self) -> None:
        """Close the connection; what has come is kept."""
        if self._worker is not None:
            self._worker.cancel()

    async def ended(self) -> None:
        """Wait until no run is under way."""
        while self.running:
            # One that was stopped before it began announces no end.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), 0.2)

    async def shown(self, seconds: float | None = None) -> bool:
        """Wait until what the newest run proposed is on the screen, at most so many `seconds`;
        whether it is."""
        showing = self._showing
        if showing is not None and not showing.done():
            await asyncio.wait({showing}, timeout=seconds)
        return showing is None or showing.done()

    def looked_at(self) -> None:
        """Something else of the run that is under way is in view by now."""
        if self.running:
            self._view.run_looked_at(self.state)

    async def close(self, *, offered: bool = False) -> None:
        """Stop what is under way, and wait until all that came is kept. With `offered` the next
        start asks about the run."""
        worker = self._worker
        if worker is not None:
            worker.cancel()
            try:
                async with asyncio.timeout(1):
                    with contextlib.suppress(WorkerError):
                        await worker.wait()
            except TimeoutError:
                return  # its journal stays, and the next start finds it
        await self.keeping.settle(offered=offered)

    def forget(self, base_url: str, model: str) -> None:
        """Forget what was learnt about an endpoint."""
        self._supervisor.forget(base_url, model)

    async def _work(self, make_request: Callable[[], Prepared]) -> None:
        before = (self.prepared, self.state) if self._kept else None
        state = self.state = RunState()
        prepared: Prepared | None = None
        over = False

        def make() -> Prepared:
            nonlocal prepared
            prepared = make_request()
            if not over:
                self.prepared = prepared
            return prepared

        try:
            await self._supervisor.run(make, state, self._view)
        finally:
            # Called from within the worker: what asks `running` right now must hear "no".
            self._worker = None
            over = True
            if before is not None and state.status == "cancelled" and not state.text:
                # Stopped before anything came: what was kept can still be gone on with.
                self.prepared, self.state = before
            if prepared is not None and state.usage is not None:
                self._costs[prepared.request.run_id] = state.usage.cost_usd or Decimal(0)
            try:
                self._showing = self._view.run_ended(prepared, state)
            except Exception as error:
                # The worker's own end tells nobody.
                self._view.run_told(self._supervisor.report(error))
            finally:
                self.keeping.ended(state)
                self._over.set()
