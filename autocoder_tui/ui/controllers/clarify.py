"""Being asked before files are written: the rounds, kept over every end of the program."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from autocoder_tui.engine.clarification import Clarification
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.clarification import after_reply, prepare_question, writing_job
from autocoder_tui.runs.guidance import load_guidance
from autocoder_tui.runs.preparation import Job, Prepared
from autocoder_tui.runs.setup import ChosenModel, as_known_now
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.clarification import ClarificationScreen
from autocoder_tui.ui.screens.dialogs.question import Answer, Question

_SENT_TITLE = "Requirements with your answers"
_SENT_HINT = "This is sent. It can be changed here; {text.done} sends it, {text.cancel} goes back."


class ClarifyRounds:
    """Owns what was asked and answered. `kept` is the newest, also once it is sent."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.kept: Clarification | None = None
        self.limit = app.setup.task.clarify_limit
        self._job: Job | None = None
        self._chosen: ChosenModel | None = None
        self._stopped = False

    @property
    def clarification(self) -> Clarification:
        return self.kept or Clarification("")

    def restore(self, left: Clarification | None) -> None:
        """Stand where an earlier start of the program was left, and say so."""
        self.kept = left
        if left is not None and left.rounds and not left.sent:
            self._app.tell(
                f"The questions asked before writing are kept ({_counted(left)}): in the mode "
                f"Clarify, {self._app.key('run.start')} goes on with them."
            )

    async def settle(self, job: Job, chosen: ChosenModel) -> Job | None:
        """Have `job` asked about until nothing is left; the job with all that was settled, None
        where the person goes back. Must be called from a worker."""
        app = self._app
        if app.setup.demo:
            app.tell("The demo has no questions to ask, so the run starts at once.")
            return job
        begun = await self._begin(job.requirements)
        if begun is None:
            return None
        self._job, self._chosen = job, chosen
        self.limit = app.setup.task.clarify_limit
        self.change(begun)
        while await app.push_screen_wait(ClarificationScreen(self)):
            text = await app.dialog_drafts.ask(
                _SENT_TITLE, self._app.with_keys(_SENT_HINT), self.clarification.text(), prose=True
            )
            if text is not None and text.strip():
                if text != self.clarification.text():
                    # Until it is sent it is there again.
                    app.dialog_drafts.keep(_SENT_TITLE, self.clarification.text(), text)
                return writing_job(job, self.clarification, text)
        return None

    def sent(self) -> None:
        """Files are asked for with what was settled."""
        self._app.dialog_drafts.forget(_SENT_TITLE, self.clarification.text())
        if self.kept is not None:
            self.change(replace(self.kept, sent=True))

    # ------------------------------------------------------------------ for the screen

    def change(self, clarification: Clarification) -> None:
        """It stands like this now."""
        self.kept = clarification
        self._app.session.changed()

    def stop(self) -> None:
        """End the request that is under way."""
        self._stopped = True
        self._app.text_calls.stop()

    async def ask(self) -> bool:
        """Ask for the next question; whether that could be. What could not was told."""
        app, chosen, job = self._app, self._chosen, self._job
        self._stopped = False
        if chosen is None or job is None:
            return False
        limits = app.spending.limits(app.setup.limits)

        def make() -> Prepared:
            return prepare_question(
                job,
                self.clarification,
                as_known_now(app.setup, chosen),
                limits,
                temperature=app.setup.model.temperature,
                guidance=load_guidance(app.setup),
            )

        try:
            request = (await asyncio.to_thread(make)).request
        except AutocoderError as error:
            app.tell(error.message, severity="error", timeout=12)
            return False
        decision, _ = await app.keys_asked_about.decide(app, request)
        if decision != "send" or not await app.spending.may_run(chosen.model, limits):
            return False
        if self._stopped:
            return False
        # The answer that leads to the next question is not to be asked for again either.
        await app.session.save()
        state = await app.text_calls.ask(make)
        ended = self.clarification.ended
        made = after_reply(self.clarification, state)
        # Said to be enough while it was asked, it is.
        self.change(made.stopped() if ended and not made.ended else made)
        # Once it is seen it is not to be asked again, however the program ends.
        await app.session.save()
        return state.status == "completed"

    async def _begin(self, requirements: str) -> Clarification | None:
        """What to go on with; None where the person goes back."""
        kept = self.kept
        if kept is None or not kept.rounds:
            return Clarification(requirements)
        if kept.requirements.strip() == requirements.strip():
            return kept
        if kept.sent:
            return Clarification(requirements)
        answer = await self._app.push_screen_wait(
            Question(
                "The requirements have changed",
                "The questions so far were about the requirements as they were before "
                f"({_counted(kept)}).",
                (
                    Answer("keep", "Keep the answers", "g"),
                    Answer("anew", "Ask from the start", "a"),
                    Answer("back", "Back", "b", harmless=True),
                ),
            )
        )
        if answer == "keep":
            return replace(kept, requirements=requirements, ended="")
        return Clarification(requirements) if answer == "anew" else None


def _counted(kept: Clarification) -> str:
    settled, count = len(kept.turns), len(kept.rounds)
    return f"{count} question{'s' * (count != 1)}, {settled} settled"
