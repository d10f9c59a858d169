"""What the next run would cost, kept current while a person picks and types.

Files are counted once per content and only the requirements again as they change; all of it
in a thread, and only after a pause in the changes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from textual.timer import Timer

from autocoder_tui.engine.metering.money import format_tokens
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.meters.meters import Meters

if TYPE_CHECKING:
    from autocoder_tui.config.preferences import Preferences
    from autocoder_tui.engine.metering.server_tokenizer import ServerCounts
    from autocoder_tui.runs.estimate import Weighed
    from autocoder_tui.runs.preparation import Job, Prepared

PAUSE = 0.25
"""Seconds without a change before it is counted."""

SERVER_PAUSE = 0.3
"""Seconds a server that can count is waited for before the estimate is shown."""


class Estimator:
    def __init__(self, app: Program) -> None:
        self._app = app
        self._timer: Timer | None = None
        self._warned = 0
        self._sent: tuple[Job, str, str] | None = None

    @cached_property
    def counts(self) -> ServerCounts:
        """What the model's server counted, where it can."""
        from autocoder_tui.engine.metering.server_tokenizer import ServerCounts

        return ServerCounts()

    def schedule(self) -> None:
        """Something changed that the estimate depends on."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(PAUSE, self._start)

    def sent(self, job: Job, chosen: ChosenModel) -> None:
        """A run of this begins. What it comes to is what the meters show until another run is
        described: that a pane is filled or looked at again says nothing of the next."""
        self._sent = _described(job, chosen)

    def run_ended(self) -> None:
        """Who described the next run while this one went on wants its figures now. A question
        leaves an empty editor behind, which describes none: what the answer came to stays."""
        job, chosen = self._app.job(), self._app.chosen
        if chosen is not None and job.purpose == "query" and not job.requirements.strip():
            self.sent(job, chosen)
        self.schedule()

    def files_changed(self) -> None:
        """What was written has been taken back, or again written: the same run has another size."""
        self._sent = None
        self.schedule()

    def _start(self) -> None:
        if not self._app.main.query("#target"):
            return  # the panes are gone: the program is closing down
        if self._app.chosen is not None and not self._app.runs_now:
            self._app.run_worker(
                self._count_described(), group="estimate", exclusive=True, exit_on_error=False
            )

    async def _count_described(self) -> None:
        # Not before the first of them, and not while somebody types into what has just been begun.
        await asyncio.to_thread(_load)
        chosen = self._app.chosen
        if chosen is not None and self._app.main.query("#target"):
            await self._count(self._app.job(), chosen)

    async def _count(self, job: Job, chosen: ChosenModel) -> None:
        from autocoder_tui.runs.estimate import counted, weigh
        from autocoder_tui.runs.guidance import load_guidance
        from autocoder_tui.runs.preparation import prepare

        setup = self._app.setup

        again = self._app.feedback.estimated() if job.mode == "feedback" else None

        def make() -> tuple[Prepared, Prepared | None] | None:
            if job.mode == "feedback":
                return None if again is None else again()
            told, wanted = load_guidance(setup), setup.model.edit_format
            return prepare(job, chosen, setup.limits, edit_format=wanted, guidance=told), None

        try:
            await self._tell_preferences(chosen)
            found = await asyncio.to_thread(make)
            if found is None:
                self._app.feedback.show_scope()
                self._app.main.show_next_run(None)
                return
            prepared, before = found
            weighed = await asyncio.to_thread(self._weigh, prepared, job, chosen)
            weighed_before = None
            if before is not None:
                weighed_before = await asyncio.to_thread(weigh, before.request)
        except AutocoderError as error:
            self._app.main.log_line(error.message)
            return
        if self._app.setup.demo:
            self._show(job, chosen, weighed)
            return
        asking = asyncio.ensure_future(counted(prepared, self.counts))
        try:
            # A server that answers at once spares a look at the estimate.
            await asyncio.wait({asking}, timeout=SERVER_PAUSE)
            if not asking.done():
                self._show(job, chosen, weighed, for_now=True)
            request = (await asking).request
        finally:
            asking.cancel()
        if request.counted_tokens is not None:
            exact = replace(prepared, request=request)
            weighed = await asyncio.to_thread(self._weigh, exact, job, chosen)
        if job.mode == "feedback":
            aside = None if weighed_before is None else weighed_before.estimate
            self._app.feedback.show_scope(None if aside is None else aside.prompt_tokens)
            weighed = weighed if aside is None else weighed.with_request_before(aside)
        self._show(job, chosen, weighed)

    async def _tell_preferences(self, chosen: ChosenModel) -> None:
        """Show what of every prompt is the person's preferences."""
        from autocoder_tui.engine.metering.tokens import load_counter
        from autocoder_tui.runs.guidance import load_guidance

        app = self._app

        def count() -> tuple[tuple[Preferences, ...], int]:
            told = load_guidance(app.setup)
            counter = load_counter(chosen.model, chosen.calibration)
            return told.liked, counter.count(told.preferences) if told.preferences else 0

        app.main.show_preferences(*await asyncio.to_thread(count))

    def _weigh(self, prepared: Prepared, job: Job, chosen: ChosenModel) -> Weighed:
        """With the questions that are asked before, where there are such. Blocking."""
        from autocoder_tui.runs.clarification import weigh_questions
        from autocoder_tui.runs.estimate import weigh

        weighed, app = weigh(prepared.request), self._app
        if job.mode != "clarify" or app.setup.demo:
            return weighed
        return weigh_questions(weighed, app.setup, job, chosen, app.clarifying.kept)

    def _show(
        self, job: Job, chosen: ChosenModel, weighed: Weighed, *, for_now: bool = False
    ) -> None:
        """`for_now`: a better count is under way, so nothing is warned of yet."""
        if not self._app.runs_now and not self._is_past(job, chosen):
            meters = self._app.main.query_one(Meters)
            meters.left_out = weighed.request.left_out
            meters.cap_usd = self._app.spending.left(self._app.setup.limits)
            self._app.main.show_next_run(weighed)
            meters.show_estimate(
                weighed.estimate, weighed.request.model, fits=weighed.problem is None
            )
            if not for_now:
                self._warn(weighed)

    def _is_past(self, job: Job, chosen: ChosenModel) -> bool:
        """Whether this is not, or not any more, what the next run would be."""
        now = self._app.chosen
        described = _described(job, chosen)
        if now is None or described != _described(self._app.job(), now):
            return True
        return described == self._sent and self._app.main.query_one(Meters).shows_run

    def _warn(self, weighed: Weighed) -> None:
        """Say once that much of the window is taken, and again when it has become more."""
        settings, share = self._app.setup.settings.cost, weighed.share
        level, words = 0, ""
        if share is not None and share >= settings.context_warning:
            level, words = 1, "Models get worse as it fills."
        if share is not None and share >= settings.context_alarm:
            level, words = 2, "Expect mistakes; send less."
        if weighed.problem is not None:
            level, words = 3, "That is too much: nothing can be sent."
        if level > self._warned and share is not None:
            weighs = _heaviest(weighed)
            text = f"The input takes {share * 100:.0f} % of the context window. {words}{weighs}"
            self._app.tell(text, severity="warning")
        self._warned = level


def _heaviest(weighed: Weighed) -> str:
    """What to leave out, or to shorten."""
    written = weighed.estimate.prompt_tokens - sum(weighed.weights.values())
    parts = [("what you write, and how to answer", written), *weighed.weights.items()]
    ranked = sorted(parts, key=lambda part: -part[1])[:3]
    return (
        f" Heaviest: {', '.join(f'{name} ({format_tokens(tokens)})' for name, tokens in ranked)}."
    )


def _described(job: Job, chosen: ChosenModel) -> tuple[Job, str, str]:
    return job, chosen.model.name, chosen.endpoint.provider.base_url


def _load() -> None:
    """What it takes to count: most of the engine."""
    import autocoder_tui.engine.metering.server_tokenizer
    import autocoder_tui.runs.clarification
    import autocoder_tui.runs.estimate  # noqa: F401
