"""Runs of one event loop that end at about the same time go into history in one go: each write to
it waits for the disk several times."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from autocoder_tui.config.setting_sections import HistorySettings
from autocoder_tui.runs.restore import Ended, end_journals
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import KeptRun

_MOST: Final = 50
"""Runs in one write; others wait for it."""


class EndedTogether:
    """Puts ended runs into the history of the state folder `state`."""

    def __init__(self, state: Path, settings: HistorySettings) -> None:
        self.history = History(state)
        self._settings = settings
        self._waiting: list[tuple[Ended, asyncio.Future[KeptRun]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def end(self, ended: Ended) -> KeptRun:
        """Put a run into history and remove its journal. Raises as `end_journals`."""
        kept: asyncio.Future[KeptRun] = asyncio.get_running_loop().create_future()
        self._waiting.append((ended, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await asyncio.shield(kept)

    async def _write(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                runs = [ended for ended, _ in some]
                work = asyncio.to_thread(end_journals, self.history, runs, self._settings)
                results = await asyncio.gather(work, return_exceptions=True)
                self._tell(some, results[0])
        finally:
            self._writing = None

    def _tell(
        self,
        some: list[tuple[Ended, asyncio.Future[KeptRun]]],
        result: list[KeptRun] | BaseException,
    ) -> None:
        if isinstance(result, BaseException):
            for _, kept in some:
                if not kept.done():
                    kept.set_exception(result)
                    kept.exception()  # whoever waited may be gone
            return
        for (_, kept), run in zip(some, result, strict=True):
            if not kept.done():
                kept.set_result(run)
