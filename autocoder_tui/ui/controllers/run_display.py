"""Shows what a run brings, in the panes that are for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import (
    Event,
    PartJoined,
    ReasoningDelta,
    RequestStarted,
    RetryScheduled,
    RunStarted,
    TextDelta,
    TextRetracted,
)
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.event_text import narrate, summary
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.restore import KEPT
from autocoder_tui.runs.review_session import STILL_COMING
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.system.malloc import return_holes
from autocoder_tui.ui.controllers.review import (
    review_proposal,
    review_what_came,
    reviewed_before,
)
from autocoder_tui.ui.controllers.review_so_far import ReviewSoFar, is_so_far
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.widgets.before_run import SENT, TO_BE_SENT_AGAIN, BeforeRun
from autocoder_tui.ui.widgets.meters.meters import Meters
from autocoder_tui.ui.widgets.review.empty import COMING, after_failure, why_empty
from autocoder_tui.ui.widgets.review.keys import OF_A_WHOLE_REPLY
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.ui.widgets.stream.pane import StreamPane
from autocoder_tui.ui.widgets.stream.view import StreamView


class RunDisplay:
    """The App's listener to its runs."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._told = ""
        """Why the run tries again, as said last: the next try for that reason is the meters'."""
        self._so_far = ReviewSoFar(app)
        self._is_question = False
        """Whether the newest run answers a question."""
        self._writes: Prepared | None = None
        """The newest run that asks for files."""

    def run_began(self, prepared: Prepared) -> None:
        self._told = ""
        main = self._app.main
        self._app.signs.run_began()
        main.show_failure("")
        main.query_one(BeforeRun).mark_sent(prepared.request)
        main.show_waiting(SENT)
        self._is_question = prepared.request.purpose == "query"
        main.query_one(Meters).left_out = prepared.request.left_out
        if self._is_question:
            main.clear_reasoning()
            self._app.conversation.began(prepared)
            main.show("output")
            self._app.refresh_bindings()
            return
        self._writes = prepared
        request = prepared.request
        texts = {file.path: file.text for file in request.files}
        # Code that names no file is taken for the target, or for the only file that was given.
        target = request.target or (request.files[0].path if len(request.files) == 1 else None)
        main.query_one(StreamView).clear(texts, target)
        main.query_one(StreamPane).begin()
        main.clear_reasoning()
        if reviewed_before(self._app, prepared) is None:
            self._so_far.began(prepared)
            main.query_one(ReviewPane).say_why_empty(COMING)
        main.show_notes("", "")
        main.show("output")
        self._app.refresh_bindings()

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        main = self._app.main
        if isinstance(events[0], RunStarted):
            # From here on the meters look at the state by themselves, until it has ended.
            main.query_one(Meters).show_run(state, time.monotonic())
        for event in events:
            self._show(event)
        if not self._is_question:
            main.query_one(StreamPane).show_tabs()
            self._so_far.brought(state)
        if main.pane == "output":
            main.show_output()

    def run_looked_at(self, state: RunState) -> None:
        if not self._is_question:
            self._so_far.brought(state)

    def _show(self, event: Event) -> None:
        main = self._app.main
        if self._is_question:
            self._app.conversation.heard(event)
        if isinstance(event, (RequestStarted, RetryScheduled)):
            main.show_waiting(SENT if isinstance(event, RequestStarted) else TO_BE_SENT_AGAIN)
        match event:
            case TextDelta() | TextRetracted() | PartJoined() if self._is_question:
                pass
            case TextDelta(text):
                main.query_one(StreamView).append(text)
            case TextRetracted(count):
                main.query_one(StreamView).retract(count)
            case PartJoined():
                label = f"part {event.part}: {event.cause}, {event.proof}"
                main.query_one(StreamView).mark_join(event.offset, label)
            case ReasoningDelta(text):
                main.add_reasoning(text)
            case RetryScheduled(delay, reason, _) if reason != self._told:
                # How often that was, and how long it still takes, is in the meters.
                self._told = reason
                self._app.notify(
                    safe_line(f"{reason} Trying again in {delay:.0f} s."),
                    severity="warning",
                    timeout=max(4, min(delay, 30)),
                    markup=False,
                )
        line = narrate(event)
        if line is not None:
            main.log_line(line[1], line[0])

    def run_told(self, message: str) -> None:
        if self._app.is_running:
            self._app.tell(message, severity="warning")

    def run_remarked(self, remark: str) -> None:
        self.run_told(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        self._app.models.learnt(prepared.request, learnt)

    def run_ended(self, prepared: Prepared | None, state: RunState) -> asyncio.Future[None] | None:
        self._app.spending.ended(state)
        self._so_far.ended(state)
        if not self._app.is_running:
            return None
        for told in (STILL_COMING, *OF_A_WHOLE_REPLY.values()):
            self._app.untell(self._app.with_keys(told))
        self._app.signs.run_ended(state.status)
        main = self._app.main
        main.query_one(Meters).show_run(state, time.monotonic())
        main.query_one(StreamPane).end()
        main.show_waiting("")
        self._app.refresh_bindings()
        if state.stats.chunks:
            main.log_line(summary(state), 1)
        is_question = prepared is not None and prepared.request.purpose == "query"
        if prepared is not None and is_question:
            self._app.conversation.ended(prepared, state)
        elif state.notes or state.status == "completed":
            main.show_notes(state.notes)
        if state.error is not None:
            # The log has it from the event.
            message = safe_line(state.error.message)
            after = self._app.with_keys(after_failure(state))
            main.show_failure(f"{message}\n\n{after}")
            if not main.says_in_place:
                self._app.notify(message, severity="error", timeout=12, markup=False)
            if state.text:
                main.log_line(KEPT.format(run=state.run_id or "last"))
        elif is_question and state.status == "completed":
            pass  # it stands in the conversation
        elif state.status == "completed" and not state.files:
            self._app.tell(
                "The model proposed no file; what it said is in the notes "
                f"({self._app.key('pane.next')})."
            )
            main.offer("notes")
        elif state.status == "cancelled" and state.text:
            go_on = self._app.key("run.continue")
            self._app.tell(f"Stopped. The text so far is kept: {go_on} goes on with it.")
        review: Callable[[], Awaitable[None]] | None = None
        if prepared is not None and not is_question:
            main.query_one(ReviewPane).say_why_empty(why_empty(state))
            review = self._review_of(prepared, state)
        self._app.falling_back.ended(state)
        self._app.estimator.run_ended()
        return None if review is None else self._aside(review)

    def _aside(self, review: Callable[[], Awaitable[None]]) -> asyncio.Future[None]:
        """Compare in a worker; the returned is done when that is over, however it ended."""
        over = asyncio.get_running_loop().create_future()

        async def show() -> None:
            try:
                # The reply has left holes, and the review takes as much again.
                await asyncio.to_thread(return_holes)
                await review()
            finally:
                over.set_result(None)

        self._app.run_worker(show())
        return over

    def _review_of(
        self, prepared: Prepared, state: RunState
    ) -> Callable[[], Awaitable[None]] | None:
        """How to review what came, None where there is nothing to. A run that goes on with a
        review replaces it only when complete."""
        app = self._app
        stays = reviewed_before(app, prepared) is not None
        if stays and (state.status != "completed" or not state.files):
            app.tell("The review is as it was before this run.")
        elif state.files and (app.spending.wants_review or is_so_far(app, prepared)):
            return partial(review_proposal, app, prepared, state.files, self._is_newest)
        elif not state.text and is_so_far(app, prepared):
            # It ended before it brought even the text that it goes on with.
            self._so_far.brought_nothing()
        elif not state.files and (is_so_far(app, prepared) or self._has_whole_files(prepared)):
            return partial(review_what_came, app, prepared, state, self._is_newest)
        return None

    def _is_newest(self, prepared: Prepared) -> bool:
        """Whether no run was begun since that asks for files, too."""
        return self._writes is prepared

    def _has_whole_files(self, prepared: Prepared) -> bool:
        files = self._app.main.query_one(StreamPane).keyboard_view.files
        return not prepared.goes_on and any(span.is_whole for span in files.spans)
