"""A run in the plain mode: what it would cost, its text line by line as it comes, its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    ReasoningDelta,
    RequestStarted,
    RunFinished,
    TextDelta,
    TextRetracted,
)
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.headless.plain.clarify import settled
from autocoder_tui.headless.plain.conversation import question_began, question_ended
from autocoder_tui.headless.plain.desk import Desk
from autocoder_tui.review.review import Review
from autocoder_tui.runs.clarification import weigh_questions
from autocoder_tui.runs.estimate import weigh
from autocoder_tui.runs.event_text import narrate, summary
from autocoder_tui.runs.fitting_turns import left_out_in_words
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.key_scan import keys_in
from autocoder_tui.runs.preparation import Job, Prepared, prepare, prepare_given
from autocoder_tui.runs.proof import note_of
from autocoder_tui.runs.proposal import make_review
from autocoder_tui.runs.review_session import ReviewSession
from autocoder_tui.runs.rework import Complaint, rework
from autocoder_tui.runs.setup import ChosenModel, as_known_now, obstacle
from autocoder_tui.runs.window_probe import ask_beforehand
from autocoder_tui.safety.sanitize import visible

_PERIOD: Final = 10.0
"""Seconds between two words on how far a run is, where its lines are not shown."""


def tell_estimate(desk: Desk, _: str) -> None:
    """Say what a run would send and may cost; nothing is sent."""
    prepared = _prepared(desk)
    if prepared is not None:
        desk.talk.show(weigh(prepared.request).text())


def toggle_lines(desk: Desk, wanted: str) -> None:
    """Show the lines of a reply as they come, or say now and then how far it is."""
    desk.reads_aloud = wanted == "on" if wanted in ("on", "off") else not desk.reads_aloud
    how = "shown as they come" if desk.reads_aloud else "not shown; every ten seconds how many"
    desk.talk.tell(f"Lines of a reply are {how}.")


def run(desk: Desk, _: str) -> None:
    """Send what is set up, after saying what it costs."""
    prepared = _prepared(desk)
    if prepared is None:
        return
    weighed = weigh(prepared.request)
    if desk.mode == "clarify" and desk.chosen is not None:
        asks = (desk.setup, desk.job, desk.chosen, desk.clarification)
        weighed = weigh_questions(weighed, *asks)
    desk.talk.show(weighed.text())
    if weighed.problem is not None:
        desk.talk.tell("So nothing was sent. drop takes files away, model chooses another.")
        return
    for guess in prepared.guesses:
        desk.talk.tell(guess)
    if prepared.request.left_out:
        desk.talk.tell(left_out_in_words(prepared.request.left_out))
    if _may_be_sent(desk, prepared) and _makes_room(desk) and desk.talk.agrees("Send it?"):
        if desk.chosen is not None and not desk.setup.demo:
            prepared = desk.do(ask_beforehand(prepared, desk.chosen, desk.talk.tell))
        if desk.mode == "clarify":
            job = None if desk.chosen is None else settled(desk, desk.job, desk.chosen)
            clarified = None if job is None else _prepared(desk, job)
            if clarified is None:
                return
            prepared = clarified
        _go(desk, prepared)


def go_on(desk: Desk, _: str) -> None:
    """Go on with the text of a run that was stopped or failed."""
    if desk.prepared is None or not desk.resumable:
        desk.talk.tell("There is no text to go on with.")
        return
    chosen = _ready(desk)
    if chosen is None:
        return
    limits, state = _limits(desk, desk.prepared.request.limits), desk.state
    prepared = desk.prepared.going_on(
        chosen, state.text, ended=state.finish_reason, target=desk.job.target, limits=limits
    )
    if _may_be_sent(desk, prepared) and _makes_room(desk):
        _go(desk, prepared)


def send_back(desk: Desk, text: str) -> None:
    """Have the proposal done again, with what is wrong with it or what failed in its check."""
    session, talk, chosen = desk.session, desk.talk, _ready(desk)
    before = None if session is None else session.reviewable.prepared
    if session is None or before is None or chosen is None:
        talk.tell("There is nothing to send back: no proposal is under review.")
        return
    checked, complaint = session.checked, None
    if text or checked is None or checked.result.passed or not session.check_holds:
        text = text or talk.lines("What is wrong with it?")
        complaint = Complaint(text, notes=session.notes)
    else:
        talk.tell("What failed in the check goes back.")
        text = note_of(checked.result)
    if not text.strip():
        talk.tell("Nothing was sent.")
        return
    before = replace(before, request=replace(before.request, partial=""))
    guidance = load_guidance(desk.setup)
    again = rework(before, session.review, text, chosen, complaint, guidance)
    again = again.for_model(chosen, limits=_limits(desk, desk.setup.limits))
    talk.show(weigh(again.request).text())
    if _may_be_sent(desk, again) and talk.agrees("Send it back?"):
        _go(desk, again, session.review)


def take_reply(desk: Desk, reply: str) -> None:
    """Review a reply that came from elsewhere: nothing is sent."""
    _go(desk, prepare_given(desk.job, reply, desk.setup.limits))


def _ready(desk: Desk) -> ChosenModel | None:
    chosen = desk.chosen
    if chosen is None:
        desk.talk.tell("No model is chosen: model NAME chooses one.")
        return None
    problem = obstacle(chosen, desk.setup.limits)
    if problem is not None:
        desk.talk.tell(problem)
        return None
    return as_known_now(desk.setup, chosen)


def _limits(desk: Desk, limits: Limits) -> Limits:
    return replace(limits, session_spent_usd=desk.spent)


def _prepared(desk: Desk, job: Job | None = None) -> Prepared | None:
    setup, chosen = desk.setup, desk.chosen
    if not desk.requirements.strip():
        desk.talk.tell("Say what you want first: ask TEXT, ask alone for several lines, or edit.")
        return None
    if chosen is None:
        desk.talk.tell("No model is chosen: model NAME chooses one.")
        return None
    guidance = load_guidance(setup)
    for problem in guidance.problems:
        desk.talk.tell(problem)
    return prepare(
        job or desk.job,
        as_known_now(setup, chosen),
        _limits(desk, setup.limits),
        temperature=setup.model.temperature,
        edit_format=setup.model.edit_format,
        demo=setup.demo,
        guidance=guidance,
    )


def _may_be_sent(desk: Desk, prepared: Prepared) -> bool:
    """Whether there is a model to send it to, and nothing in it that had better stay here."""
    if _ready(desk) is None:
        return False
    server = prepared.request.endpoint.provider.base_url
    fresh = [
        key
        for key in keys_in(prepared.request)
        if (server, key.path, key.mark) not in desk.may_be_sent
    ]
    for key in fresh:
        desk.talk.tell(f"warning: {key}.")
    if fresh and not desk.talk.agrees("It would be sent to the model with the rest. Send it?"):
        desk.talk.tell("Nothing was sent.")
        return False
    desk.may_be_sent |= {(server, key.path, key.mark) for key in fresh}
    return True


def _makes_room(desk: Desk) -> bool:
    """Whether the review may make room for another."""
    if desk.session is None or not desk.session.unwritten:
        return True
    text = f"{desk.session.unwritten} A new run replaces this review; it stays in the history. Run?"
    return desk.talk.agrees(text)


def _go(desk: Desk, prepared: Prepared, earlier: Review | None = None) -> None:
    """See a run through; `earlier` is the review that it goes on with."""
    listener = _Listener(desk)
    before = (desk.prepared, desk.state) if desk.resumable else None
    desk.prepared, desk.state = prepared, RunState()
    state, is_question = desk.state, prepared.request.purpose == "query"
    if is_question:
        question_began(desk, prepared)
    try:
        desk.do(_listen(desk, prepared, listener))
    finally:
        # However it ended: what it cost is spent.
        if state.usage is not None:
            desk.spent += state.usage.cost_usd or Decimal(0)
        goes_on = bool(prepared.request.partial)
        if before is not None and not state.text and (goes_on or state.status != "error"):
            # It ended before anything came: what was kept can still be gone on with.
            desk.prepared, desk.state = before
    listener.end()
    if state.stats.chunks:
        desk.talk.tell(summary(state))
    if desk.resumable:
        desk.talk.tell("The text so far is kept: more goes on with it.")
    if is_question:
        question_ended(desk, prepared, state)
        return
    if desk.state is not state:
        return
    if earlier is None:
        desk.session = None
    _offer(desk, prepared, earlier)


async def _listen(desk: Desk, prepared: Prepared, listener: _Listener) -> None:
    state = desk.state
    try:
        await desk.supervisor.run(lambda: prepared, state, listener)
    except asyncio.CancelledError:
        # Ctrl+C stops the run and not the program.
        desk.talk.tell("Stopped.")
    finally:
        desk.keeping.ended(state)


def _offer(desk: Desk, prepared: Prepared, earlier: Review | None) -> None:
    """Open the review of what came."""
    if not desk.state.files:
        if desk.state.status == "completed":
            desk.talk.tell("The reply proposes no file.")
        return
    reviewable = make_review(prepared, desk.state.files, earlier)
    desk.session = ReviewSession(reviewable, desk.state.files, earlier)
    desk.keep_review()
    tell_review(desk)


def tell_review(desk: Desk) -> None:
    """Say what is up for review."""
    session = desk.session
    if session is None:
        return
    for path, reason in session.reviewable.refused:
        desk.talk.tell(f"{visible(path)} is not offered: {visible(reason)}")
    files, counts = session.review.files, session.review.counts
    if not files:
        desk.talk.tell("There is nothing to review.")
        return
    several = "s" if len(files) != 1 else ""
    hunks = f"{counts.total} hunk{'s' * (counts.total != 1)}"
    desk.talk.tell(f"Review: {len(files)} file{several}, {hunks}. review goes through them.")


class _Listener:
    """Says what happens. The lines of the reply are shown when they are whole: a line that was
    said can't be taken back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rest = ""
        self._began = False
        self._said = time.monotonic()
        self._thinks = False

    def run_began(self, prepared: Prepared) -> None:
        if prepared.reply is None:
            self._desk.talk.tell("Run begins. Ctrl+C stops it.")

    def run_brought(self, events: Sequence[Event], state: RunState) -> None:
        for event in events:
            self._heard(event)
        now = time.monotonic()
        if not self._desk.reads_aloud and not state.ended and now - self._said >= _PERIOD:
            self._said = now
            tokens = f"{state.completion_tokens:,} tokens"
            self._desk.talk.tell(f"Part {state.part}: {tokens}, {state.text_length:,} characters.")

    def run_told(self, message: str) -> None:
        self._desk.talk.tell(message)

    def run_remarked(self, remark: str) -> None:
        self._desk.talk.tell(remark)

    def run_taught(self, prepared: Prepared, learnt: Calibration) -> None:
        """The next run reads it from the state folder."""

    def _heard(self, event: Event) -> None:
        talk = self._desk.talk
        match event:
            case TextDelta(text):
                self._text(text)
                return
            case TextRetracted(count):
                if count <= len(self._rest):
                    self._rest = self._rest[: len(self._rest) - count]
                else:
                    again = count - len(self._rest)
                    self._rest = ""
                    if self._desk.reads_aloud:
                        talk.tell(f"The last {again:,} characters above are taken back.")
                return
            case ReasoningDelta() if not self._thinks:
                self._thinks = True
                talk.tell("The model is reasoning.")
            case RequestStarted(part) if part > 1:
                talk.tell(f"Part {part} begins.")
            case ContinuationStarted() | RunFinished():
                self.end()
        line = narrate(event)
        if line is not None and line[0] <= self._desk.log.level:
            self._desk.log.write(*line)

    def _text(self, text: str) -> None:
        if not self._desk.reads_aloud:
            return
        if not self._began:
            self._began = True
            self._desk.talk.tell("The reply:")
        whole, newline, rest = (self._rest + text).rpartition("\n")
        self._rest = rest
        if newline:
            self._desk.talk.show(whole)

    def end(self) -> None:
        """Show what has no end of line yet."""
        if self._rest:
            self._desk.talk.show(self._rest)
            self._rest = ""
