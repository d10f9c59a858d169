"""Feedback: a complaint about a proposal becomes an instruction, and that a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from textual.widgets import TextArea

from autocoder_tui.engine.metering.money import format_tokens, format_usd
from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.returned import RejectedChange, rejected_changes
from autocoder_tui.review.review import Review
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.refinement import (
    instruction_of,
    known_instruction,
    refinement,
    refines,
)
from autocoder_tui.runs.rework import Complaint, rework
from autocoder_tui.runs.rounds import rounds_of
from autocoder_tui.runs.setup import ChosenModel
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.controllers.send_again import send_again
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.instruction import AS_TYPED, InstructionDialog
from autocoder_tui.ui.screens.dialogs.rounds import RoundsScreen
from autocoder_tui.ui.widgets.review.pane import ReviewPane
from autocoder_tui.values import dataclass

_TITLE: Final = "What the model is told"
NOTHING_YET: Final = (
    "There is no proposal to give feedback on yet: run first ({mode.next} goes to another mode), "
    "or open a run from the history ({history.show})."
)


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is complained of: a run, and how its proposal stands."""

    prepared: Prepared
    review: Review
    notes: Mapping[RejectedChange, str] = field(default_factory=dict)


class FeedbackRounds:
    """The App's mode of feedback. `about` is the file that the next complaint is about, "" for
    the whole proposal."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._skipped = self._refining = False
        self._made: tuple[RunRequest, str] | None = None
        self._offered = ""
        """The instruction that was shown last, as it was then."""
        self.about = ""

    # ------------------------------------------------------------------ what it is about

    def _subject(self) -> _Subject | None:
        app, session = self._app, self._app.review_session
        if session is not None and session.reviewable.prepared is not None:
            return _Subject(session.reviewable.prepared, session.review, session.notes)
        prepared, state = app.runner.prepared, app.runner.state
        if session is not None or prepared is None or state.status != "completed":
            return None
        return _Subject(prepared, Review(())) if writes_files(prepared.request.purpose) else None

    def _complaint(self, subject: _Subject) -> Complaint:
        """What stands in the editor. Where that is nothing, what was said of rejected hunks."""
        text = self._app.main.query_one("#requirements", TextArea).text.strip()
        rejected = rejected_changes(subject.review, subject.notes)
        if not text:
            text = "\n".join(change.note for change in rejected if change.note)
        names = {file.path for file in subject.review.files}
        return Complaint(text, self.about if self.about in names else "", subject.notes)

    def next_scope(self) -> None:
        """Complain of the whole proposal, or of the file that is on show in the review."""
        file = self._app.main.query_one(ReviewPane).file
        self.about = "" if self.about or file is None else file.path
        self.show_scope()
        self._app.estimator.schedule()

    def show_scope(self, aside_tokens: int | None = None) -> None:
        """Say what the complaint is about, and what it takes to make an instruction of it."""
        subject = self._subject()
        if subject is None:
            self._app.main.show_about("no proposal to give feedback on yet", "")
            return
        count = subject.review.counts.rejected
        said = rejected_changes(subject.review, subject.notes)
        notes = sum(bool(change.note) for change in said)
        words = f"about {visible(self._complaint(subject).about) or 'all of it'}"
        if count:
            words += f" · {count} rejected" + (f", {notes} noted" if notes else "")
        cost = ""
        if aside_tokens is not None:
            tokens = format_tokens(aside_tokens)
            without = self._app.key("feedback.as_is")
            cost = f"an instruction first, ~{tokens} tokens ({without}: without)"
        self._app.main.show_about(words, cost)

    # ------------------------------------------------------------------ what it would cost

    def estimated(self) -> Callable[[], tuple[Prepared, Prepared | None]] | None:
        """Makes the run that would follow, and the request before it that makes an instruction,
        None where there is none; None where nothing is to complain of. What is returned blocks,
        for it reads files, and raises WorkspaceError."""
        setup, subject, chosen = self._app.setup, self._subject(), self._app.chosen
        if subject is None or chosen is None:
            return None
        complaint, refines = self._complaint(subject), self._refines(subject.prepared)
        before, review = subject.prepared, subject.review

        def make() -> tuple[Prepared, Prepared | None]:
            told = load_guidance(setup)
            run = rework(before, review, complaint.text, chosen, complaint, told)
            if not refines:
                return run, None
            limits = before.request.limits
            return run, refinement(before, review, complaint, chosen, limits, told)

        return make

    def given(self) -> Callable[[], Prepared] | None:
        """Makes the run that would follow, to be answered by a reply from elsewhere: the complaint
        goes as it was typed. Blocking and raising as for `estimated`."""
        make = self.estimated()
        return None if make is None else lambda: make()[0]

    def _refines(self, prepared: Prepared) -> bool:
        return refines(self._app.setup, prepared)

    # ------------------------------------------------------------------ earlier rounds

    async def list_rounds(self) -> None:
        """Show every proposal up to the one under review, with its cost, and open the one that is
        chosen. Must be called from a worker."""
        app, session = self._app, self._app.review_session
        prepared = None if session is None else session.reviewable.prepared
        if prepared is None:
            app.tell(app.with_keys(NOTHING_YET))
            return
        history = app.runner.keeping.history
        now, thread = prepared.request.run_id, prepared.thread or prepared.request.run_id
        try:
            rounds = await asyncio.to_thread(rounds_of, history, thread)
            chosen = await app.push_screen_wait(RoundsScreen(rounds, now))
            if chosen and chosen != now:
                run = await asyncio.to_thread(history.get, chosen)
                if await may_replace_review(app, undecided=False):
                    await app.recovery.open_run(run)
        except AutocoderError as error:
            app.tell(error.message, severity="error", timeout=12)

    # ------------------------------------------------------------------ sending

    async def send(self, *, as_typed: bool = False) -> None:
        """Make an instruction of what stands in the editor, show it, and run with what it became;
        with `as_typed` run at once with the complaint itself. Must be called from a worker."""
        app = self._app
        if app.text_calls.running:
            if self._refining:
                self._skip()
            else:
                app.tell(
                    "A request is under way: wait for it, or stop it "
                    f"({app.key('run.stop')}) first."
                )
            return
        if app.runner.running:
            return
        subject, chosen = self._subject(), app.chosen
        if subject is None:
            app.tell(app.with_keys(NOTHING_YET), severity="warning")
            return
        complaint = self._complaint(subject)
        if not complaint.text:
            app.tell("Say what is wrong first: the feedback is empty.", severity="warning")
            app.main.show("requirements")
            return
        if chosen is None:
            app.models.pick()
            return
        if not chosen.ready:
            app.models.first_steps()
            return
        # Whatever ends the program while it waits: what was typed is there again.
        await app.session.save()
        instruction: str | None = complaint.text
        self._offered = ""
        if not as_typed and self._refines(subject.prepared):
            instruction = await self._refined(subject, complaint, chosen)
        if instruction is None:
            return
        now = self._subject()
        if now is None or now.prepared.request.run_id != subject.prepared.request.run_id:
            self._keep_edited(instruction)
            app.tell(
                "Another proposal is under review by now, so nothing was sent. Send it "
                "again if it is meant for this one.",
                severity="warning",
            )
            return
        limits = app.spending.limits(now.prepared.request.limits)
        if await send_again(
            app, app.review_session, now.prepared, now.review, instruction, limits, complaint
        ):
            app.prompting.sent(complaint.text)
            self.about = ""
        else:
            self._keep_edited(instruction)

    def _keep_edited(self, instruction: str) -> None:
        """Have an instruction there again that a person changed and that was not sent."""
        if self._offered and instruction != self._offered:
            self._app.dialog_drafts.keep(_TITLE, self._offered, instruction)

    def _skip(self) -> None:
        """Don't wait for the instruction: the complaint goes as it was typed."""
        self._skipped = True
        self._app.text_calls.stop()

    async def _refined(
        self, subject: _Subject, complaint: Complaint, chosen: ChosenModel
    ) -> str | None:
        """The instruction as the person left it; None where nothing is to be sent."""
        app = self._app
        limits = app.spending.limits(subject.prepared.request.limits)
        guidance = await asyncio.to_thread(load_guidance, app.setup)
        asked = refinement(subject.prepared, subject.review, complaint, chosen, limits, guidance)
        history = app.runner.keeping.history
        known = (
            "" if self._made is None or not _same(self._made[0], asked.request) else self._made[1]
        )
        known = known or await asyncio.to_thread(
            known_instruction, history, asked.request, asked.thread, asked.parent
        )
        if known:
            said = "It was made of the same feedback before, so the model was not asked again."
            return await self._shown(known, complaint, said)
        if not await app.spending.may_run(chosen.model, limits):
            return None
        if (await app.keys_asked_about.decide(app, asked.request))[0] != "send":
            return None
        self._skipped = False
        app.main.log_line(
            "Asking the model to make an instruction of your feedback; "
            f"{app.key('feedback.as_is')} skips that."
        )
        self._refining = True
        try:
            state = await app.text_calls.ask(lambda: asked)
        finally:
            self._refining = False
        if state.status == "completed":
            made = instruction_of(state.text)
            self._made = asked.request, made
            said = _cost_in_words(state)
            return await self._shown(made or complaint.text, complaint, said)
        if self._skipped:
            return complaint.text
        if state.status == "cancelled":
            app.tell("Stopped: nothing was sent. What you typed is as it was.")
            return None
        said = "The model made no instruction of your feedback, so this is what you typed."
        return await self._shown(complaint.text, complaint, said)

    async def _shown(self, instruction: str, complaint: Complaint, said: str) -> str | None:
        """Have it looked at and changed."""
        app, self._offered = self._app, instruction
        hint = f"{said} You typed: {' '.join(complaint.text.split())}"
        if len(hint) > 300:
            hint = f"{hint[:299]}…"
        dialogs = app.dialog_drafts
        text, way = await dialogs.ask_which(InstructionDialog, _TITLE, hint, instruction)
        if way == AS_TYPED:
            return complaint.text
        return text.strip() or None if text is not None else None


def _same(one: RunRequest, other: RunRequest) -> bool:
    parts = ((each.requirements, each.turns, each.preferences) for each in (one, other))
    return len(set(parts)) == 1


def _cost_in_words(state: RunState) -> str:
    usage = state.usage
    if usage is None:
        return "Made of your feedback; change it as you like."
    cost = f", {format_usd(usage.cost_usd)}" if usage.cost_usd is not None else ""
    sent, came = format_tokens(usage.prompt_tokens), format_tokens(usage.completion_tokens)
    tokens = f"{sent} tokens in, {came} out"
    return f"Made of your feedback ({tokens}{cost}); change it as you like."
