"""The one run at a time, owned by the App so that no screen change can end it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from textual.worker import Worker, WorkerError

from autocoder_tui.diagnostics.crash_report import run_sentence, write_report
from autocoder_tui.engine.events import Event, Failure, RunCancelled, RunFailed
from autocoder_tui.engine.metering.budget import RaiseCap
from autocoder_tui.engine.provider.request_body import left_out
from autocoder_tui.engine.run import run
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.event_batches import pump
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunKeeping
from autocoder_tui.store.capabilities import CapabilityStore
from autocoder_tui.ui.controllers.retry_wait import ask_wait
from autocoder_tui.ui.terminal.key_queue import TypeAheadApp


class RunListener(Protocol):
    """Who shows a run."""

    def run_began(self, prepared: Prepared) -> None: ...

    def run_brought(self, events: Sequence[Event], state: RunState) -> None: ...

    def run_told(self, message: str) -> None: ...

    def run_ended(self, prepared: Prepared | None, state: RunState) -> None: ...


class Runner:
    """Starts, feeds and stops a run; `state` is the newest one's, kept after its end. `begun` says
    whether there was any since the program was started."""

    def __init__(
        self,
        app: TypeAheadApp,
        listener: RunListener,
        keeping: RunKeeping,
        raise_cap: RaiseCap | None = None,
        trace: Trace | None = None,
    ) -> None:
        self._app = app
        self._listener = listener
        self._raise_cap = raise_cap
        self._trace = trace
        self._worker: Worker[None] | None = None
        self.keeping = keeping
        self._told: set[str] = set()
        self._capabilities = CapabilityStore(keeping.history.state)
        self.state = RunState()
        self.prepared: Prepared | None = None
        self.begun = False

    @property
    def running(self) -> bool:
        return self._worker is not None and not self._worker.is_finished

    @property
    def resumable(self) -> bool:
        """Whether there is kept text of a run that did not end well."""
        ended_badly = self.state.status in ("error", "cancelled")
        return not self.running and ended_badly and bool(self.state.text)

    def start(self, make_request: Callable[[], Prepared]) -> None:
        """Begin a run. `make_request` reads files, so it is called in a thread."""
        if not self.running:
            self.begun = True
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
        self._capabilities.forget(base_url, model)

    async def _work(self, make_request: Callable[[], Prepared]) -> None:
        state = self.state = RunState()
        prepared: Prepared | None = None
        try:
            prepared = await asyncio.to_thread(make_request)
            self.prepared = prepared
            await self.keeping.begin(prepared, self._listener.run_told)
            self._listener.run_began(prepared)
            request = prepared.request
            place = (request.endpoint.provider.base_url, request.model.name)
            known, raise_cap = self._capabilities.of(*place), self._raise_cap
            wait = partial(ask_wait, self._app)
            try:
                await pump(
                    run(
                        request,
                        capabilities=known,
                        raise_cap=raise_cap,
                        ask_wait=wait,
                        trace=self._trace,
                    ),
                    lambda events: self._listener.run_brought(events, state),
                    seen=lambda event: state.apply(event, time.monotonic()),
                    keep=self.keeping.keep,
                )
            finally:
                if not prepared.demo:
                    self._capabilities.keep(*place)
                remark = left_out(request.model, request.temperature, known)
                if remark is not None and remark not in self._told:
                    self._told.add(remark)
                    self._listener.run_told(remark)
        except AutocoderError as error:
            failed = RunFailed(Failure(error.kind, error.message))
            state.apply(failed, time.monotonic())
            self.keeping.keep([failed])
            self._listener.run_brought([failed], state)
        except Exception as error:
            # Nobody else would hear of it, and the screen would wait for ever.
            written = write_report(self.keeping.history.state, error, os.environ)
            failed = RunFailed(Failure("internal", run_sentence(error, written)))
            state.apply(failed, time.monotonic())
            self.keeping.keep([failed])
            self._listener.run_brought([failed], state)
        except asyncio.CancelledError:
            if state.status not in ("completed", "error", "cancelled"):
                state.apply(RunCancelled(), time.monotonic())
                self.keeping.keep([RunCancelled()])
            raise
        finally:
            # Called from within the worker: what asks `running` right now must hear "no".
            self._worker = None
            self._listener.run_ended(prepared, state)
            self.keeping.ended(state)
