"""Writing the runs of a face down: a journal as they go, history at their end.

In the full-screen program the journal of a run stays open after its end, for what is decided
in its review: whoever kills the program then finds the proposal and the verdicts at the next
start. It is settled when the next run begins, when the review is over, or when the program
is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from autocoder_tui.engine.events import Event
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.ended_together import EndedTogether
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.recent_actions import note_events
from autocoder_tui.runs.restore import (
    Ended,
    begin_journal,
    end_journal,
    end_journals,
    settle_journal,
)
from autocoder_tui.runs.setup import Setup
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.journal.journal import Journal


class RunRecorder:
    """`history` may be used from any thread; everything else belongs to the event loop. `keeps`
    says whether anything can be kept at all. `endings` puts runs into history where several may
    end at once."""

    def __init__(self, setup: Setup, endings: EndedTogether | None = None) -> None:
        self._endings = endings
        self.history = History(setup.places.state) if endings is None else endings.history
        self._settings = setup.settings.history
        self.keeps = setup.places.keeps
        self._journal: Journal | None = None
        self._ending: asyncio.Future[bool] | None = None
        self._settling: asyncio.Future[bool] | None = None
        self._tell: Callable[[str], object] = print
        self.kept: KeptRun | None = None
        """The run that was closed last as it is kept, with all that came before it."""

    @property
    def run_id(self) -> str | None:
        """The run whose journal is open: the one under way, or the one under review."""
        return None if self._journal is None else self._journal.snapshot.run_id

    @property
    def complete(self) -> bool:
        """Whether all that the newest run brought is written down."""
        return self._journal is None or self._journal.complete

    async def begin(self, prepared: Prepared, tell: Callable[[str], object]) -> None:
        """Begin the journal of a run that is about to start; settles the one before it."""
        await self.settle()
        self._tell = tell
        if not self.keeps:
            return  # said at the start
        loop = asyncio.get_running_loop()

        def say(message: str) -> None:
            loop.call_soon_threadsafe(tell, message)

        self._journal = await asyncio.to_thread(begin_journal, self.history, prepared, say)

    def keep(self, events: Sequence[Event]) -> None:
        """Write a batch of the run down."""
        note_events(events)
        if self._journal is not None:
            self._journal.append(events)

    def keep_review(self, data: dict[str, Any]) -> None:
        """Write down how the review of the newest run stands: values that JSON has."""
        if self._journal is not None:
            self._journal.keep_review(data)

    def ended(self, state: RunState) -> None:
        """The run is over: put it into history, in a thread. Its journal stays open."""
        journal = self._journal
        if journal is None:
            return

        def end() -> None:
            end_journal(self.history, journal, state, self._settings, keep_open=True)

        self._ending = asyncio.ensure_future(self._told(asyncio.to_thread(end)))

    async def settle(self, *, offered: bool = False) -> None:
        """The review of the newest run is over, or left: keep how it stands and remove the
        journal. With `offered` the next start of the program asks about it."""
        if self._ending is not None:
            await self._ending
            self._ending = None
        elif self._journal is not None:
            return  # the run is under way: its text is nowhere else
        journal, self._journal = self._journal, None
        if journal is not None:
            work = asyncio.to_thread(settle_journal, self.history, journal, offered=offered)
            self._settling = asyncio.ensure_future(self._told(work))
            await self._settling

    async def settled(self) -> None:
        """Wait until history has how the review stood that was settled last: what is decided on it
        from then on is kept there, and not written over."""
        if self._settling is not None:
            await asyncio.wait({self._settling})

    async def filed(self) -> None:
        """Wait until history has the run that ended last, or it is known that it can't have it."""
        if self._ending is not None:
            await asyncio.wait({self._ending})

    async def close(self, state: RunState, *, delivered: bool) -> bool:
        """The run is over and nobody will decide on it: put it into history and remove its
        journal. Returns whether what it brought is kept."""
        journal, self._journal = self._journal, None
        if journal is None:
            return False

        ended = Ended(journal, state, delivered)

        async def end() -> None:
            if self._endings is not None:
                self.kept = await self._endings.end(ended)
                return
            work = asyncio.to_thread(end_journals, self.history, [ended], self._settings)
            (self.kept,) = await work

        return await self._told(end()) or journal.complete

    async def _told(self, work: Awaitable[object]) -> bool:
        try:
            await work
        except AutocoderError as error:
            self._tell(f"{error.message} The run stays in its journal until then.")
            return False
        finally:
            for message in self.history.messages():
                self._tell(message)
        return True
