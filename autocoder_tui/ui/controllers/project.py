"""The project whose steps are on the screen: opened, run on, changed, stopped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from textual.worker import Worker, WorkerError

from autocoder_tui.diagnostics.crash_report import report_of_run
from autocoder_tui.errors import AutocoderError
from autocoder_tui.steps.progress import ProjectProgress
from autocoder_tui.steps.session import ProjectSession
from autocoder_tui.ui.controllers.edit import edit_here, edit_outside, keep_edit
from autocoder_tui.ui.controllers.project_face import ScreenFace
from autocoder_tui.ui.controllers.project_opening import Planned, ProjectOpening
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.controllers.runner import UNDER_WAY
from autocoder_tui.ui.controllers.step_conversation import show_conversation
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.terminal.key_queue import ASKS
from autocoder_tui.ui.widgets.steps.pane import StepList, StepsPane

_CLOSE_SECONDS = 3


class ProjectActions:
    """The App's side of the panel of steps; it owns what is run."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.face = ScreenFace(app, self)
        self.opening = ProjectOpening(app)
        self.session: ProjectSession | None = None
        """What is run, or was; None where nothing is begun."""
        self.planned: Planned | None = None
        """What begins then."""
        self._worker: Worker[None] | None = None
        self._pauses = False

    @property
    def running(self) -> bool:
        """Whether a step is under way, or waits for somebody."""
        return self._worker is not None and not self._worker.is_finished

    @property
    def stoppable(self) -> bool:
        """Whether Esc is about the step: not where something else is decided on."""
        asked = self._app.text_calls.running or self._app.main.pane in ("steps", "output")
        return self.running and asked

    def review_changed(self, *, entered: bool = False) -> None:
        """The review on the screen may stand differently now."""
        self.face.review.review_changed(entered=entered)

    # ------------------------------------------------------------------ showing

    def open(self) -> None:
        """Show the steps of this project."""
        self._app.run_worker(self._open(), group=ASKS, exit_on_error=True)

    async def _open(self) -> None:
        self._app.main.show("steps")
        if self.session is None and self.planned is None:
            await self._try(self._open_newest())

    def wanted(self, wish: Wish) -> None:
        """The program is started for this project."""
        self.opening.wish = wish

    async def begin(self) -> None:
        """All else of the program has begun. Where it was started for this project, open it, and
        offer to go on with a run that was cut short. Must be called from a worker."""
        if self.opening.wish is None:
            return
        await self._open()
        session = self.session
        if session is not None and await self.opening.goes_on(session.progress):
            await self._run(pause=False)

    async def _open_newest(self) -> None:
        opened = await self.opening.open(self.face)
        if self.session is not None or self.planned is not None:
            # Opened or begun meanwhile: that goes on.
            if not isinstance(opened, Planned):
                opened.close()
        elif isinstance(opened, Planned):
            self._plan(opened)
        else:
            self._take(opened)

    def _plan(self, planned: Planned) -> None:
        self._let_go()
        self.planned = planned
        self.show()

    def _take(self, session: ProjectSession) -> None:
        self._let_go()
        self.session = session
        self.show()

    def _let_go(self) -> None:
        """Another program may work in the project now."""
        if self.session is not None:
            self.session.close()
        self.session = self.planned = None
        self.face.begins()

    @property
    def progress(self) -> ProjectProgress | None:
        """How far it is."""
        if self.session is not None:
            return self.session.progress
        return None if self.planned is None else self.planned.progress

    def show(self, progress: ProjectProgress | None = None) -> None:
        """Show how far it is."""
        app = self._app
        progress = self.progress if progress is None else progress
        if progress is None or not app.is_running:
            return
        for pane in app.main.query(StepsPane):
            pane.show(progress, waits=self._waits(progress), says=self.face.says)
        left = sum(step.state not in ("done", "skipped") for step in progress.steps)
        app.main.mark("steps", f" {left or '✓'}")

    def _waits(self, progress: ProjectProgress) -> str:
        """Why it does not run on by itself."""
        if self.running:
            return self.face.waits and "waits for you"
        states = {step.state for step in progress.steps}
        runs = self._app.key("steps.run")
        if "failed" in states:
            return f"failed: {runs} tries again"
        if states & {"stopped", "running"}:
            return f"stopped: {runs} goes on"
        return f"{runs} runs on" if states & {"done", "skipped", "stale"} else f"{runs} runs"

    # ------------------------------------------------------------------ running

    def start(self, *, pause: bool = False) -> None:
        """Run on from the first step that is not done; with `pause` one step only."""
        session = self.session
        if session is None or self.running:
            return
        self._pauses = pause
        self._worker = self._app.run_worker(
            self._work(session, pause=pause), group="project", exit_on_error=False
        )
        self._app.refresh_bindings()

    async def _work(self, session: ProjectSession, *, pause: bool) -> None:
        app, setup = self._app, self._app.setup
        try:
            await session.run(pause=pause)
        except AutocoderError as error:
            app.tell(error.message, severity="error", timeout=12)
        except Exception as error:
            said = report_of_run(error, state=setup.places.state, environ=setup.environ)
            app.tell(said, severity="error", timeout=12)
        finally:
            self._worker = None
            if app.is_running:
                self._ended(session)

    def _ended(self, session: ProjectSession) -> None:
        self._app.refresh_bindings()
        self.show()
        progress = session.progress
        failed = next((step for step in progress.steps if step.state == "failed"), None)
        if progress.ended:
            self._app.tell("All steps are done.")
        elif failed is not None:
            said = f"The step {failed.name} failed: {failed.detail}"
            self._app.tell(said, severity="error", timeout=12)

    def stop(self) -> None:
        """Stop the step that runs; what it did is kept, and r goes on with it."""
        if self._worker is not None:
            self._worker.cancel()

    async def _stopped(self) -> None:
        """Stop, and wait until that is written down."""
        worker = self._worker
        if worker is not None:
            worker.cancel()
            with contextlib.suppress(TimeoutError, WorkerError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await worker.wait()

    async def close(self) -> None:
        """The program ends: stop, and keep all that came."""
        await self._stopped()
        if self.session is not None:
            self.session.close()

    # ------------------------------------------------------------------ what is wanted

    async def do(self, wanted: StepList.Wanted) -> None:
        """Do what the panel asked for. Must be called from a worker."""
        if self.progress is None:
            await self._open()
        match wanted.deed:
            case "configure":
                await self._try(self._configure())
            case "prompt":
                await self._try(self._edit_prompt())
            case "run" | "one":
                await self._try(self._run(pause=wanted.deed == "one"))
            case deed if self.session is None:
                self._app.tell("Nothing is begun yet: r runs the steps.")
            case deed if wanted.index is not None:
                await self._try(self._deeds[deed](self, self.session, wanted.index))
        self.show()

    async def _try(self, work: Awaitable[object]) -> None:
        try:
            await work
        except AutocoderError as error:
            self._app.tell(error.message, severity="error", timeout=12)

    async def _run(self, *, pause: bool) -> None:
        app, progress = self._app, self.progress
        if self.running:
            app.tell(f"It runs already: {app.key('run.stop')} stops it.")
        elif app.text_calls.running or app.runner.running:
            app.tell(app.with_keys(UNDER_WAY))
        elif progress is not None and progress.ended:
            again = app.key("steps.again")
            app.tell(f"All steps are done: {again} runs them again from the one under the cursor.")
        elif await self.opening.ready() and (limits := await self.opening.limits()):
            if self.session is None and (planned := self.planned) is not None:
                begun = await self.opening.begin(planned, self.face)
                if self.session is not None or self.planned is not planned:
                    begun.close()
                    app.tell("Other steps were begun or chosen meanwhile.", severity="warning")
                    return
                self._take(begun)
            if self.session is not None and not self.running:
                self.session.place.limits = limits
            self.start(pause=pause)

    async def _configure(self) -> None:
        if self.running:
            self._app.tell(f"A step is under way: stop it ({self._app.key('run.stop')}) first.")
            return
        planned = await self.opening.choose(self.progress)
        if planned is not None and self.running:
            self._app.tell(f"A step is under way: stop it ({self._app.key('run.stop')}) first.")
        elif planned is not None:
            self._plan(planned)

    async def _edit_prompt(self) -> None:
        if self.running:
            self._app.tell(f"A step is under way: stop it ({self._app.key('run.stop')}) first.")
            return
        if await self.opening.edit_prompt() and self.session is not None and not self.running:
            session, self.session = self.session, None
            self.session = await self.opening.reopen(session, self.face)
            self._app.tell("Steps that are done had the prompt as it was: a runs them again.")

    async def _skip(self, session: ProjectSession, index: int) -> None:
        goes_on = self.running and not self._pauses
        await self._stopped()
        await session.skip(index)
        if goes_on:
            self.start()

    async def _again(self, session: ProjectSession, index: int) -> None:
        await self._stopped()
        await session.again_from(index)
        await self._run(pause=False)

    async def _open_conversation(self, session: ProjectSession, index: int) -> None:
        await show_conversation(self._app, session.progress.steps[index])

    async def _edit(self, session: ProjectSession, index: int) -> None:
        step = session.progress.steps[index]
        if self._editable(session, index):
            hint = "What the steps after this one see of it. Those that are done become stale."
            text = session.output_text(index)
            title = f"Output of {step.name}"
            await self._take_output(
                session, index, await edit_here(self._app, title, hint, text, 0)
            )

    async def _edit_outside(self, session: ProjectSession, index: int) -> None:
        if self._editable(session, index):
            name = f"{session.progress.steps[index].name}.md"
            text = await edit_outside(self._app, session.output_text(index), name, 0)
            await self._take_output(session, index, text)

    def _editable(self, session: ProjectSession, index: int) -> bool:
        step = session.progress.steps[index]
        if self.running and session.progress.at == index:
            self._app.tell(f"This step is under way: stop it ({self._app.key('run.stop')}) first.")
            return False
        if not session.output_text(index):
            self._app.tell(f"{step.name} has no output yet.")
            return False
        return True

    async def _take_output(self, session: ProjectSession, index: int, text: str | None) -> None:
        if text is None or text == session.output_text(index):
            self._app.tell("Nothing was changed.")
            return
        try:
            await session.edit(index, text)
        except AutocoderError:
            await keep_edit(self._app, text)
            raise

    _deeds: dict[str, Callable[[ProjectActions, ProjectSession, int], Awaitable[None]]] = {
        "skip": _skip,
        "again": _again,
        "open": _open_conversation,
        "edit": _edit,
        "edit outside": _edit_outside,
    }
