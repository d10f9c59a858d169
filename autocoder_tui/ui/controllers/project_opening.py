"""From a folder to a run of steps in it: which steps, which prompt, whether it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from textual.widgets import TextArea

from autocoder_tui.engine.metering.money import cap_problem
from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import ChosenModel, as_known_now
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.configuration import (
    DEFAULT,
    Configuration,
    load_configurations,
    named,
)
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.face import ProjectFace
from autocoder_tui.steps.opening import begin_session, resume_session
from autocoder_tui.steps.progress import ProjectProgress, StepProgress
from autocoder_tui.steps.project import LAST, Project
from autocoder_tui.steps.project_demo import demo_steps
from autocoder_tui.steps.registry import known_steps
from autocoder_tui.steps.session import ProjectSession
from autocoder_tui.ui.controllers.project_wish import Wish
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.choice import Choice
from autocoder_tui.ui.screens.dialogs.question import Answer
from autocoder_tui.ui.screens.dialogs.unbidden import UnbiddenQuestion
from autocoder_tui.ui.widgets.files.picker import FilePicker
from autocoder_tui.ui.widgets.plain_area import keeps
from autocoder_tui.values import dataclass

_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
_PROMPT_TITLE = "What you want"
_PROMPT_HINT = (
    "In a sentence or a page: what the steps go from. It stands in .autocoder/prompt. "
    "{text.done} keeps it."
)


@dataclass(frozen=True, slots=True)
class Planned:
    """Steps that nothing was begun of yet."""

    configuration: Configuration
    progress: ProjectProgress


class ProjectOpening:
    """Opens the project of the folder. All that waits must be called from a worker, for it may
    ask; and raises AutocoderError."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.wish: Wish | None = None

    @property
    def project(self) -> Project:
        return Project(self._app.root)

    # ------------------------------------------------------------------ a run of it

    async def open(self, face: ProjectFace) -> ProjectSession | Planned:
        """The newest run of the project, or the steps that are about to begin."""
        wish = self.wish or Wish()
        requirements = self._app.setup.task.requirements
        if self.wish is not None and requirements.strip():
            await asyncio.to_thread(self.project.write_prompt, requirements)
        newest = await asyncio.to_thread(self.project.newest)
        if newest is not None and (wish.resume or not wish.steps):
            run = await asyncio.to_thread(self.project.run_called, wish.run or LAST)
            return await resume_session(self._app.setup, face, self._model, run)
        if wish.resume:
            self._app.tell("There is no run to go on with: r begins one.", severity="warning")
        steps = demo_steps() if self._app.setup.demo and not wish.steps else wish.steps
        return await self._planned(steps)

    async def begin(self, planned: Planned, face: ProjectFace) -> ProjectSession:
        """Begin the steps."""
        picks = self._app.main.query_one(FilePicker).picks
        setup = self._app.setup
        return await begin_session(setup, face, self._model, planned.configuration, picks)

    async def reopen(self, session: ProjectSession, face: ProjectFace) -> ProjectSession:
        """The same run with the prompt as it is now."""
        session.close()
        run = session.place.run
        return await resume_session(self._app.setup, face, self._model, run)

    async def goes_on(self, progress: ProjectProgress) -> bool:
        """Whether a run that was cut short goes on at once."""
        if self.wish is not None and self.wish.resume:
            return not progress.ended
        states = [step.state for step in progress.steps]
        if progress.ended or not {"stopped", "done"} & {*states}:
            return False
        cut = next(step for step in progress.steps if step.state not in ("done", "skipped"))
        question = UnbiddenQuestion(
            "Go on where it stopped?",
            f"The run of {visible(progress.run)} stopped at the step {visible(cut.name)}. Nothing "
            "that was done is paid for again.",
            (Answer("go", "Go on", "g"), Answer("look", "Look first", "l", harmless=True)),
        )
        return await self._app.ask_unbidden(question) == "go"

    def _model(self) -> ChosenModel:
        chosen = self._app.chosen
        if chosen is None:
            raise ProjectUnusable(
                f"No model is chosen yet: {self._app.key('model.choose')} chooses one."
            )
        return as_known_now(self._app.setup, chosen)

    # ------------------------------------------------------------------ which steps

    async def choose(self, now: ProjectProgress | None) -> Planned | None:
        """Steps that the person chooses, nothing of which is begun; None where they choose none."""
        configurations = await self._configurations()
        choices = [
            Answer(each.name, _described(each), key)
            for each, key in zip(configurations.values(), _KEYS, strict=False)
        ]
        begun = now is not None and any(step.state != "waiting" for step in now.steps)
        kept = " (the run so far stays in the logs)" if begun else ""
        details = {each.name: _in_full(each) for each in configurations.values()}
        choice = Choice(f"Which steps?{kept}", choices, details)
        chosen = await self._app.push_screen_wait(choice)
        return await self._planned(chosen) if chosen else None

    async def _planned(self, name: str) -> Planned:
        """The steps of a configuration, `default` where no name is given."""
        configurations = await self._configurations()
        if not name:
            name = DEFAULT if DEFAULT in configurations else next(iter(configurations), DEFAULT)
        configuration = named(name, configurations)
        state = self._app.setup.places.state
        known = await asyncio.to_thread(known_steps, self.project.root, state)
        summaries = {name: step.summary for name, step in known.steps.items()}
        steps = [StepProgress(n, summaries.get(n, ""), "waiting") for n in configuration.steps]
        cap = self._app.setup.limits.max_cost_usd
        return Planned(configuration, ProjectProgress("", name, tuple(steps), cap_usd=cap))

    async def _configurations(self) -> Mapping[str, Configuration]:
        config = self._app.setup.places.config
        found, problems = await asyncio.to_thread(load_configurations, self.project.root, config)
        for problem in problems:
            self._app.tell(f"Not used: {problem}", severity="warning", timeout=15)
        return found

    # ------------------------------------------------------------------ what is missing

    async def edit_prompt(self) -> bool:
        """Let the person write what they want; whether that is another text now."""
        app, project = self._app, self.project
        before = await asyncio.to_thread(project.prompt)
        begin = before
        if not before.strip():
            begin = app.main.query_one("#requirements", TextArea).text
        if not keeps(begin):
            # Prose has no use for more than one kind of newline.
            begin = before = "\n".join(begin.splitlines())
        text = await app.dialog_drafts.ask(
            _PROMPT_TITLE, app.with_keys(_PROMPT_HINT), begin, prose=True
        )
        if text is None or not text.strip() or text.strip() == before.strip():
            return False
        try:
            await asyncio.to_thread(project.write_prompt, text)
        except AutocoderError:
            app.dialog_drafts.keep(_PROMPT_TITLE, begin, text)
            raise
        return True

    async def limits(self) -> Limits | None:
        """What the steps may cost. Where no cap can hold, for the price is not known, the person
        is asked: without one after a yes, None after a no."""
        app, limits = self._app, self._app.setup.limits
        model = self._model().model
        if cap_problem(model, limits) is None:
            return limits
        if not await app.spending.may_run(model, limits):
            return None
        return replace(limits, max_cost_usd=None, max_session_cost_usd=None)

    async def ready(self) -> bool:
        """Whether there is all that a run needs; what is missing is asked for."""
        app = self._app
        if app.chosen is None:
            app.models.pick()
            return False
        if not app.chosen.ready:
            app.models.first_steps()
            return False
        if (await asyncio.to_thread(self.project.prompt)).strip():
            return True
        return await self.edit_prompt()


def _in_full(configuration: Configuration) -> str:
    return f"{configuration.summary} Steps: {', '.join(configuration.steps)}."


def _described(configuration: Configuration) -> str:
    whose = {"shipped": "", "user": " (yours)", "project": " (the project's)"}
    return f"{configuration.name}{whose[configuration.origin]}: {configuration.summary}"
