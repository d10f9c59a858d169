"""One run for one client: what it brings is fetched as fast as the client takes it."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final

from autocoder_tui.diagnostics.crash_report import report_of_run
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import (
    Event,
    ReasoningDelta,
    TextDelta,
)
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.shared_session import SharedSessions
from autocoder_tui.engine.run import run
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.ended_together import EndedTogether
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recorder import RunRecorder
from autocoder_tui.runs.setup import Setup
from autocoder_tui.runs.supervision import RunSupervisor

_MOST_WAITING: Final = 65_536
"""Characters that a client has not taken yet, before the model's server is left to wait, too."""
_METER_PERIOD: Final = 2.0
"""Seconds: nobody looks at a meter here, and to count tokens takes time."""
_FASTEST, _SLOWEST = 1000.0, 20.0
"""Batches a second at most for each run, where few are under way and where many are: each batch is
written down and sent by itself."""
_MOST_BATCHES: Final = 1000.0
"""A second, of all runs."""


class RunsTogether:
    """What the runs of one event loop share."""

    def __init__(self, setup: Setup) -> None:
        self.sessions = SharedSessions()
        self.endings = EndedTogether(setup.places.state, setup.settings.history)
        self.under_way = 0

    def frames_per_second(self) -> float:
        """How often each run is written down and sent, at most."""
        return max(_SLOWEST, min(_FASTEST, _MOST_BATCHES / max(1, self.under_way)))


class ServedRun:
    """Runs `make_request` with all that goes with a run: it is written down as it comes, kept in
    history, booked and learnt from. Iterate it for the batches of events; `state` is their fold.

    Leaving the iteration, or cancelling whoever does, ends the run and its upstream request.
    """

    def __init__(
        self,
        setup: Setup,
        make_request: Callable[[], Prepared],
        say: Callable[[str], object],
        together: RunsTogether,
    ) -> None:
        self.state = RunState()
        self._together = together
        self._make = make_request
        self._say = say
        self._keeping = RunRecorder(setup, together.endings)
        self._supervisor = RunSupervisor(
            self._keeping,
            partial(report_of_run, state=setup.places.state, environ=setup.environ),
            engine=self._gated,
            frames_per_second=self._frames_per_second,
        )
        self._came: list[Event] = []
        self._news = asyncio.Event()
        self._over = False
        self._has_text = False
        self._waiting = 0
        self._taken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def batches(self, quiet: float | None = None) -> AsyncIterator[Sequence[Event]]:
        """What comes, until the run has ended: all that is there at once. Nothing, where nothing
        has come for `quiet` seconds."""
        self._task = asyncio.create_task(self._run())
        try:
            while not self._over or self._came:
                if not self._came and await self._is_silent(quiet):
                    yield ()
                    continue
                came, self._came = self._came, []
                self._waiting = 0
                self._taken.set()
                if came:
                    yield came
        finally:
            await self.close()

    def _frames_per_second(self) -> float:
        """The first word waits for nothing."""
        return self._together.frames_per_second() if self._has_text else math.inf

    async def _is_silent(self, seconds: float | None) -> bool:
        """Whether nothing comes for so long."""
        self._news.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        """End the run, and wait until what came of it is kept."""
        task, self._task = self._task, None
        if task is None:
            return
        if not task.done():
            task.cancel()
        # Whoever waits here may be cancelled as well: keeping what came goes on.
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(asyncio.gather(task, return_exceptions=True))

    async def _run(self) -> None:
        self._together.under_way += 1
        try:
            await self._supervisor.run(self._make, self.state, self)
        finally:
            self._together.under_way -= 1
            try:
                await self._keeping.close(self.state, delivered=True)
            finally:
                self._over = True
                self._news.set()

    async def _gated(self, prepared: Prepared, known: Capabilities) -> AsyncIterator[Event]:
        """The events of the run; the next one is asked for when the client has room for it."""
        request = prepared.request
        running = run(
            request,
            capabilities=known,
            session=self._together.sessions.of(request.endpoint, request.limits),
            meter_period=_METER_PERIOD,
        )
        async with contextlib.aclosing(running) as events:  # type: ignore[type-var]
            async for event in events:
                yield event
                while self._waiting > _MOST_WAITING:
                    self._taken.clear()
                    await self._taken.wait()

    def run_began(self, prepared: Prepared) -> None:
        """Nothing has to make room."""

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        self._waiting += _size(events)
        self._came += events
        self._has_text = self._has_text or any(
            isinstance(one, TextDelta | ReasoningDelta) for one in events
        )
        self._news.set()

    def run_told(self, message: str) -> None:
        self._say(message)

    def run_remarked(self, remark: str) -> None:
        self._say(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next run reads it from the state folder."""


def _size(events: Sequence[Event]) -> int:
    return sum(len(event.text) for event in events if isinstance(event, TextDelta | ReasoningDelta))
