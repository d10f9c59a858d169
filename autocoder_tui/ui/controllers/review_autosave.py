"""Writes every verdict down with its run, so that whatever ends the program ends no review."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from autocoder_tui.errors import AutocoderError
from autocoder_tui.ui.program import Program

if TYPE_CHECKING:
    from autocoder_tui.review.review import Review


class ReviewAutosave:
    """A review of the newest run goes into its journal, at once; one of an earlier run, whose
    journal is no more, into history, in a thread."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._waiting: dict[str, dict[str, Any]] = {}
        self._writer: asyncio.Task[None] | None = None
        self._last: tuple[str, Review, str, bool] | None = None
        self._told = False

    def changed(self) -> None:
        """The review on the screen may stand differently now."""
        app, session = self._app, self._app.review_session
        if session is None or (run_id := session.run_id) is None:
            return
        now = (run_id, session.review, session.written, session.coming is None)
        if now == self._last:
            return
        self._last = now
        from autocoder_tui.runs.review_record import review_to_keep

        data = review_to_keep(session)
        if app.runner.keeping.run_id == run_id:
            app.runner.keeping.keep_review(data)
            return
        self._waiting[run_id] = data
        if self._writer is None or self._writer.done():
            self._writer = asyncio.ensure_future(self._write())

    async def settle(self) -> None:
        """Wait until everything is written."""
        if self._writer is not None:
            await self._writer

    async def _write(self) -> None:
        keeping = self._app.runner.keeping
        history = keeping.history
        while self._waiting:
            await keeping.settled()
            run_id, data = self._waiting.popitem()
            try:
                await asyncio.to_thread(history.keep_review, run_id, data)
            except AutocoderError as error:
                if not self._told and self._app.is_running:
                    self._told = True
                    self._app.tell(f"{error.message} Verdicts are not kept.", severity="warning")
