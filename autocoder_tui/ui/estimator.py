"""What the next run would cost, kept current while a person picks and types.

Files are counted once per content and only the requirements again as they change; all of it
in a thread, and only after a pause in the changes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.timer import Timer

from autocoder_tui.engine.cost import estimate
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.tokens import TokenCounter, load_counter
from autocoder_tui.errors import AutocoderError
from autocoder_tui.job import Job, prepare
from autocoder_tui.setup import ChosenModel
from autocoder_tui.ui.widgets.meters import Meters

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp

PAUSE = 0.25
"""Seconds without a change before it is counted."""


class Estimator:
    def __init__(self, app: AutocoderApp) -> None:
        self._app = app
        self._timer: Timer | None = None

    def schedule(self) -> None:
        """Something changed that the estimate depends on."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(PAUSE, self._start)

    def _start(self) -> None:
        if not self._app.main.query("#target"):
            return  # the panes are gone: the program is closing down
        if self._app.chosen is not None and not self._app.runner.running:
            self._app.run_worker(
                self._count(self._app.job(), self._app.chosen),
                group="estimate",
                exclusive=True,
                exit_on_error=False,
            )

    async def _count(self, job: Job, chosen: ChosenModel) -> None:
        try:
            figure = await asyncio.to_thread(self._figure, job, chosen)
        except AutocoderError as error:
            self._app.main.log_line(error.message)
            return
        if not self._app.runner.running:
            self._app.main.query_one(Meters).show_estimate(figure, chosen.model)

    def _figure(self, job: Job, chosen: ChosenModel) -> CostEstimate:
        limits = self._app.setup.limits
        prepared = prepare(job, chosen, limits)
        counter: TokenCounter = load_counter(chosen.model)
        return estimate(
            chosen.model,
            counter.count_messages(first_messages(prepared.request)),
            limits.max_output_tokens,
            limits.max_parts,
            counter.exact,
        )
