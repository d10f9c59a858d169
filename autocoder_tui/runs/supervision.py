"""One run from its request to its end: what every face does around `engine.run`.

What is known of the endpoint goes in and is kept, every event is written down before it is
shown, what was used is booked, and whatever goes wrong ends the run as failed: nobody is left
waiting for one that is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import Event, Failure, RunCancelled, RunFailed
from autocoder_tui.engine.given_reply import given_reply
from autocoder_tui.engine.metering.budget import RaiseCap
from autocoder_tui.engine.pace import Pace
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.request_body import left_out
from autocoder_tui.engine.provider.stored_replies import StoredReplies
from autocoder_tui.engine.retry import AskWait
from autocoder_tui.engine.run import run
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.engine.trace import Trace
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.bookkeeping import book_run
from autocoder_tui.runs.event_batches import FramesPerSecond, pump
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.store.capabilities import CapabilityStore

Engine: TypeAlias = Callable[[Prepared, Capabilities], AsyncIterator[Event]]
"""Makes the events of a run as `engine.run` does, and adds to what is known of the endpoint."""


class RunListener(Protocol):
    """Who shows a run. All of it is called in the event loop."""

    def run_began(self, prepared: Prepared) -> None:
        """The files are read; the first request comes next."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        """A batch, written down and in `state` already."""

    def run_told(self, message: str) -> None:
        """A sentence about what could not be kept."""

    def run_remarked(self, remark: str) -> None:
        """A sentence about what the model was not sent; each is said once."""

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """What is known of the model's token counts, now that the run has ended."""


class RunSupervisor:
    """Sees runs through, one at a time, with what `keeping` writes down.

    `report` writes a report of an error that nobody foresaw and returns the sentence for it.
    `raise_cap`, `ask_wait` and `trace` are as for `engine.run`. `pace_of` gives the pace that the
    runs to a base URL share. `engine` makes the events of a run where they are not made here.
    `frames_per_second` is how often a listener hears of what came, at most.
    """

    def __init__(
        self,
        keeping: RunRecorder,
        report: Callable[[Exception], str],
        *,
        raise_cap: RaiseCap | None = None,
        ask_wait: AskWait | None = None,
        trace: Trace | None = None,
        pace_of: Callable[[str], Pace] | None = None,
        engine: Engine | None = None,
        frames_per_second: FramesPerSecond = 30,
    ) -> None:
        self._keeping = keeping
        self.report = report
        self._raise_cap = raise_cap
        self._ask_wait = ask_wait
        self._trace = trace
        self._pace_of = pace_of
        self._engine = engine
        self._frames_per_second = frames_per_second
        self._capabilities = CapabilityStore(keeping.history.state)
        self._remarked: set[str] = set()

    def forget(self, base_url: str, model: str) -> None:
        """Forget what was learnt about an endpoint."""
        self._capabilities.forget(base_url, model)

    async def run(
        self, make_request: Callable[[], Prepared], state: RunState, listener: RunListener
    ) -> None:
        """Make the request, in a thread, and run it; `state` has ended when this returns.

        The journal stays open: putting the run into history is the face's, which knows when
        the result is delivered or decided on. Raises nothing but a cancellation, which ends the
        run as stopped.
        """
        prepared: Prepared | None = None
        try:
            prepared = await asyncio.to_thread(make_request)
            await self._keeping.begin(prepared, listener.run_told)
            listener.run_began(prepared)
            await self._listen(prepared, state, listener)
        except asyncio.CancelledError:
            if not state.ended:
                state.apply(RunCancelled(), time.monotonic())
                self._keeping.keep([RunCancelled()])
            raise
        except AutocoderError as error:
            self._fail(Failure(error.kind, error.message), state, listener)
        except Exception as error:
            self._fail(Failure("internal", self.report(error)), state, listener)
        finally:
            if prepared is not None:
                await self._book(prepared, state, listener)

    async def _listen(self, prepared: Prepared, state: RunState, listener: RunListener) -> None:
        if prepared.reply is not None:
            await self._pump(given_reply(prepared.request, prepared.reply), state, listener)
            return
        request, answers = prepared.request, prepared.answers
        if answers is not None:
            session = StoredReplies(answers.find, self._trace)
            events = run(request, capabilities=answers.capabilities, session=session)
            await self._pump(events, state, listener)
            return
        place = (request.endpoint.provider.base_url, request.model.name)
        known = self._capabilities.of(*place)
        try:
            await self._pump(self._events(prepared, known), state, listener)
        finally:
            if state.usage is not None and state.usage.reasoning_tokens:
                known.reasons = True
            if not prepared.demo:
                self._capabilities.keep(*place)
            remark = left_out(request.model, request.temperature, known)
            if remark is not None and remark not in self._remarked:
                self._remarked.add(remark)
                listener.run_remarked(remark)

    def _events(self, prepared: Prepared, known: Capabilities) -> AsyncIterator[Event]:
        request, pace_of = prepared.request, self._pace_of
        if self._engine is not None:
            return self._engine(prepared, known)
        return run(
            request,
            capabilities=known,
            raise_cap=self._raise_cap,
            ask_wait=self._ask_wait,
            trace=self._trace,
            pace=None if pace_of is None else pace_of(request.endpoint.provider.base_url),
        )

    async def _pump(
        self, events: AsyncIterator[Event], state: RunState, listener: RunListener
    ) -> None:
        await pump(
            events,
            lambda batch: listener.run_brought(batch, state),
            frames_per_second=self._frames_per_second,
            seen=lambda event: state.apply(event, time.monotonic()),
            keep=self._keeping.keep,
        )

    def _fail(self, failure: Failure, state: RunState, listener: RunListener) -> None:
        failed = RunFailed(failure)
        state.apply(failed, time.monotonic())
        self._keeping.keep([failed])
        try:
            listener.run_brought([failed], state)
        except Exception:
            # Where it is the listener that fails, the face still has the state and its words.
            with suppress(Exception):
                listener.run_told(failure.message)

    async def _book(self, prepared: Prepared, state: RunState, listener: RunListener) -> None:
        if not self._keeping.keeps:
            return
        # In a thread: other runs of the loop need not wait for the disk.
        work = asyncio.to_thread(book_run, self._keeping.history.state, prepared, state)
        booking = asyncio.ensure_future(work)
        try:
            learnt = await asyncio.shield(booking)
        except asyncio.CancelledError:
            # Cancelled, or once more: what was spent is booked all the same.
            await asyncio.wait({booking})
            raise
        except AutocoderError as error:
            listener.run_told(error.message)
            return
        if learnt is not None:
            listener.run_taught(prepared, learnt)
