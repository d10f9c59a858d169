"""What a crash, a kill or a plain end left behind, brought back to the screen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from autocoder_tui.engine.events import FileProposed
from autocoder_tui.engine.given_reply import NOBODY
from autocoder_tui.errors import AutocoderError
from autocoder_tui.review.review import Review
from autocoder_tui.runs.export import local_time
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.reopen_review import Reopened
from autocoder_tui.runs.restore import model_as_sent, model_of, prepared_of
from autocoder_tui.runs.review_record import (
    is_unfinished,
    kept_notes,
    proposals_of,
    reopen_run,
)
from autocoder_tui.runs.rounds import proposal_before
from autocoder_tui.runs.standing import standing_of, state_of
from autocoder_tui.store.history.history import History, RunSummary, UnknownRun
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.journal.recovery import Recovery, RecoveryProgress, recover_runs
from autocoder_tui.ui.controllers.earlier_picks import fill_in_run, pickable
from autocoder_tui.ui.controllers.review_display import show_figures, show_review, tell_dropped
from autocoder_tui.ui.controllers.runner import UNDER_WAY
from autocoder_tui.ui.controllers.send import go_on_after_asking
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.screens.prompts import Prompt, first_line
from autocoder_tui.ui.screens.recovered import Offer, RecoveredRuns
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.header_line import HeaderLine
from autocoder_tui.ui.widgets.stream.pane import StreamPane
from autocoder_tui.workspace.output_path import is_folder

_MOST_OFFERED = 20
_MOST_PROMPTS = 500
_OVERTAKEN = "Another run was begun or opened meanwhile, so this one was not opened."


class RunRecovery:
    """The App's way back to runs it did not see through. Its coroutines belong in workers."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.done = False
        """Whether everything that was left has been brought back, or asked about."""

    @property
    def history(self) -> History:
        return self._app.runner.keeping.history

    # ------------------------------------------------------------------ starting

    async def start(self) -> None:
        """Once, when the screen stands: fold what was left into history, and offer it."""
        if not self._app.setup.demo:
            await self._start()
        self.done = True
        self._app.session.changed()

    async def _start(self) -> None:
        app = self._app
        recovery = await self._fold()
        if not app.is_running:
            return
        for message in recovery.messages:
            app.tell(message, severity="warning", timeout=12)
        try:
            await self.know_prompts()
            wanted = app.setup.task.resume
            if wanted is not None:
                await self.resume(wanted)
                return
            shown = await self._reopen_conversation()
            offers = await asyncio.to_thread(self._offers, recovery.offered)
            offers = [offer for offer in offers if offer.run.run_id != shown]
            await self._reopen_left({offer.run.run_id for offer in offers})
            await self._ask(offers)
        except AutocoderError as error:
            if error.message not in " ".join(recovery.messages):
                app.tell(error.message, severity="warning", timeout=12)

    async def _fold(self) -> Recovery:
        """Put what was left into history. Long journals take their time, so it is said how far
        that is; when the program is left meanwhile, they are as they were for the next start."""
        loop, left = asyncio.get_running_loop(), threading.Event()
        header = self._app.main.query_one(HeaderLine)
        done: asyncio.Future[Recovery] = loop.create_future()

        def show(folding: RecoveryProgress) -> None:
            if not left.is_set():
                header.notice = str(folding)

        def tell(folding: RecoveryProgress) -> None:
            if left.is_set():
                raise asyncio.CancelledError
            loop.call_soon_threadsafe(show, folding)

        def end(recovery: Recovery) -> None:
            if not done.done():
                done.set_result(recovery)

        def fold() -> None:
            # What is raised when nobody waits any more has nobody to be told.
            with suppress(asyncio.CancelledError, RuntimeError):
                loop.call_soon_threadsafe(end, recover_runs(self.history, tell))

        # The end of the program does not wait for such a thread, as it would for a worker's.
        threading.Thread(target=fold, name="fold journals", daemon=True).start()
        try:
            return await done
        finally:
            left.set()
            header.notice = ""

    async def know_prompts(self) -> None:
        sent = await asyncio.to_thread(self.history.prompts, _MOST_PROMPTS)
        self._app.prompting.know(Prompt(text, local_time(when)) for text, when in sent)

    def _offers(self, offered: Sequence[RunSummary]) -> list[Offer]:
        """Those of the runs of this project that there is something to do about. Blocking."""
        offers: list[Offer] = []
        for summary in offered:
            if summary.project != str(self._app.root) or len(offers) == _MOST_OFFERED:
                continue
            try:
                run = self.history.get(summary.run_id)
            except AutocoderError:
                continue
            prepared = prepared_of(run, model_as_sent(run))
            if is_unfinished(run, prepared) or (run.reply and run.status != "finished"):
                offers.append(Offer(run, standing_of(run, prepared)))
            else:
                self.history.settled(run.run_id)
        return offers

    async def _reopen_left(self, offered: set[str]) -> None:
        """The review that was open when the program was left is open again, unasked."""
        left = self._app.session.left.review
        if not left or left in offered:
            return
        try:
            run = await asyncio.to_thread(self.history.get, left)
        except UnknownRun:
            self._app.main.log_line(
                "The review of last time is gone: its run was deleted from the history."
            )
            return
        await self._app.until_nobody_types()
        if self._app.runner.begun:
            self._app.main.log_line(
                "A new run has replaced the review of last time; "
                f"{self._app.key('history.show')} opens it again."
            )
        elif await self.open_run(run):
            self._app.tell(f"The review of last time is open again: {first_line(run.name)}")

    async def _reopen_conversation(self) -> str:
        """The conversation that was open is open again, unasked. The run whose answer was cut off,
        where that is on the screen; "" if none is."""
        app, left = self._app, self._app.session.left
        if not left.conversation or app.runner.begun:
            return ""
        cut = await app.conversation.take_up(left.conversation, left.asked_last)
        if not cut or app.modes.mode != "query":
            return ""
        run = await asyncio.to_thread(self.history.get, cut)
        if app.runner.begun or not run.reply or app.conversation.now.end != cut:
            return ""
        self._take_up(run)
        await asyncio.to_thread(self.history.settled, cut)
        app.main.show("output", focus=False)
        said = f"The last answer is not complete: {app.key('run.continue')} goes on with it."
        app.tell(said, timeout=12)
        return cut

    def _take_up(self, run: KeptRun) -> None:
        """Stand where a run ended, so that it can be gone on with."""
        app = self._app
        app.runner.take_up(prepared_of(run, app.chosen or model_as_sent(run)), state_of(run))
        app.refresh_bindings()

    async def _open_question(self, run: KeptRun) -> bool:
        """Put the conversation that a run belongs to on the screen, up to it."""
        app = self._app
        picks, missing = await asyncio.to_thread(pickable, app.root, run.snapshot.picks)
        if not await app.conversation.open(run.snapshot.thread or run.run_id, run.run_id):
            return False
        app.modes.choose("query")
        self._take_up(run)
        picker = app.main.query_one(FilePicker)
        if not picker.picks:
            picker.set_picks(picks)
            for message in missing:
                app.tell(message, severity="warning")
        app.main.show("output")
        return True

    async def _ask(self, offers: list[Offer]) -> None:
        app = self._app
        while offers:
            answer = await app.ask_unbidden(RecoveredRuns(offers))
            if answer is None:
                app.tell(
                    f"Kept: the next start asks again; {app.key('history.show')} lists every run.",
                    timeout=3,
                )
                return
            what, offer = answer
            if what == "discard":
                if not await self._really_discard(offer):
                    continue
                await asyncio.to_thread(self.history.settled, offer.run.run_id)
                offers = [other for other in offers if other is not offer]
                continue
            # What is typed next is meant for what this opens.
            with app.keys_wait():
                # Until it has gone on, it is offered again.
                await (self.go_on_with if what == "continue" else self._review)(offer.run)
            return

    async def _review(self, run: KeptRun) -> None:
        """Open a run; it is offered no more once the session knows what is open."""
        if await self.open_run(run):
            await self._app.session.save()
            await asyncio.to_thread(self.history.settled, run.run_id)
            if self._app.runner.resumable:
                self._app.tell(f"{self._app.key('run.continue')} goes on with the text.")

    async def _really_discard(self, offer: Offer) -> bool:
        question = Question(
            "Discard it?",
            f"{first_line(offer.run.name)}\nThe next start does not offer it again. It stays in "
            f"the history ({self._app.key('history.show')}) until you delete it there.",
            # Not the key that led here: pressed twice it must not be an answer.
            (Answer("discard", "Discard", "y"), Answer("back", "Back", "b", harmless=True)),
            start=1,
        )
        return await self._app.push_screen_wait(question) == "discard"

    # ------------------------------------------------------------------ opening

    async def resume(self, reference: str) -> None:
        """Open the run called `reference`, as the command line asked."""
        run = await asyncio.to_thread(self.history.get, reference)
        if await asyncio.to_thread(_is_gone, run):
            # The folder was named beside the run: that is where the project is now.
            run = replace(run, snapshot=replace(run.snapshot, project=str(self._app.root)))
        await self._review(run)

    async def go_on_with(self, run: KeptRun) -> None:
        """Open a run and go on with its text at once."""
        if await self.open_run(run, review=False):
            if self._app.chosen is not None and not self._app.chosen.ready:
                self._app.models.first_steps()
            else:
                await go_on_after_asking(self._app)

    async def open_run(self, run: KeptRun, *, review: bool = True) -> bool:
        """Put a kept run on the screen: text, notes, review. Returns whether that could be."""
        app = self._app
        if not await self.same_project(run):
            return False
        if app.runner.running:
            app.tell(app.with_keys(UNDER_WAY), severity="warning")
            return False
        self._take_model(run)
        if run.snapshot.purpose == "query":
            return await self._open_question(run)
        if app.modes.mode == "query":
            app.modes.choose(run.snapshot.mode)  # where a review is, and no conversation
        model, stands = app.chosen or model_as_sent(run), self._stands()
        prepared = await asyncio.to_thread(prepared_of, run, model)
        opened, proposed, before = await asyncio.to_thread(_open, app, run, prepared)
        picks = await asyncio.to_thread(pickable, app.root, run.snapshot.picks)
        if self._is_overtaken(stands):
            return False
        app.runner.take_up(prepared, state_of(run))
        stands = self._stands()
        fill_in_run(app, run, *picks, only_empty=True)
        stream = app.main.query_one(StreamPane)
        stream.begin()
        view = stream.keyboard_view
        view.clear()
        await stream.append_whole(run.reply)
        if self._is_overtaken(stands):
            return False
        for join in run.joins:
            view.mark_join(join.offset, f"part {join.part}: {join.cause}, {join.proof}")
        app.main.show_notes(run.notes)
        app.main.show("output")
        app.refresh_bindings()
        reviewable = opened.reviewable
        stream.end()
        # What was decided while the reply came goes on with it.
        decided = run.review is not None and not run.review.get("written")
        if (review or decided) and (reviewable.review.files or reviewable.refused):
            show_review(app, reviewable, proposed, before, kept_notes(run))
            show_figures(app, reviewable, proposed)
        if review and (reviewable.review.files or reviewable.refused):
            app.main.show("review")
            if opened.changed:
                names = ", ".join(opened.changed)
                app.tell(
                    f"Changed on disk since: {names}. The diff is against what is there now; "
                    "verdicts stay where the lines did.",
                    severity="warning",
                    timeout=12,
                )
        await tell_dropped(app, opened.dropped)
        return True

    def _stands(self) -> tuple[object, ...]:
        """What is another object as soon as a run is begun or opened, or a review."""
        return self._app.runner.running, self._app.runner.state, self._app.review_session

    def _is_overtaken(self, stood: tuple[object, ...]) -> bool:
        """Whether that is so since it `stood` as said; it is told."""
        overtaken = any(now is not then for now, then in zip(self._stands(), stood, strict=True))
        if overtaken:
            self._app.tell(_OVERTAKEN, severity="warning")
        return overtaken

    async def same_project(self, run: KeptRun) -> bool:
        """Whether the run belongs to the project that is open; if not, that is told."""
        there = run.snapshot.project
        if there == str(self._app.root):
            return True
        if await asyncio.to_thread(_is_gone, run):
            said = (
                f"The project of this run, {there}, is gone; its text can be viewed, copied and "
                "exported here. If the folder has moved, name the new one: autocoder-tui resume "
                f"{run.run_id} FOLDER"
            )
        else:
            said = f"This run belongs to another project. Open it there: autocoder-tui {there}"
        self._app.tell(
            said,
            severity="warning",
            timeout=12,
        )
        return False

    async def ask_again(self, run: KeptRun) -> None:
        """Fill in what a run was given, ready to be changed and run."""
        self._take_model(run)
        if run.snapshot.purpose == "query" and await self._open_question(run):
            self._app.conversation.ask_again(run.run_id)
            return
        self._app.modes.choose(run.snapshot.mode)
        if self._app.modes.mode == "feedback":
            self._app.modes.choose("generate")
        picks = await asyncio.to_thread(pickable, self._app.root, run.snapshot.picks)
        fill_in_run(self._app, run, *picks)
        self._app.main.show("requirements")
        runs = self._app.key("run.start")
        self._app.tell(f"Filled in as it was then: {runs} runs it.{self._take_system_prompt(run)}")

    def _take_system_prompt(self, run: KeptRun) -> str:
        """Have the system prompt the run had, which no pane shows; what to say of it."""
        app, theirs = self._app, run.snapshot.system_prompt
        if theirs == app.setup.task.system_prompt:
            return ""
        app.setup = replace(app.setup, task=replace(app.setup.task, system_prompt=theirs))
        return f" Its own system prompt holds now{'' if theirs else ': it had none'}."

    def _take_model(self, run: KeptRun) -> None:
        """Go on with the model the run had, unless another was asked for or it is no more."""
        app = self._app
        if run.snapshot.model == NOBODY.name:
            return  # its reply came from elsewhere
        try:
            chosen = model_of(app.setup, run)
        except AutocoderError as error:
            app.tell(f"The model of this run: {error.message}", severity="warning")
            return
        if app.chosen is None or chosen.model.name != app.chosen.model.name:
            app.models.set(chosen)


def _open(
    app: Program, run: KeptRun, prepared: Prepared
) -> tuple[Reopened, Sequence[FileProposed], Review | None]:
    before = proposal_before(app.recovery.history, prepared)
    return reopen_run(app.root, run, prepared, before), proposals_of(run, prepared), before


def _is_gone(run: KeptRun) -> bool:
    return not is_folder(Path(run.snapshot.project))
