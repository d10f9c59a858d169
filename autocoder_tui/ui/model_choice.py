"""Which model answers: from the command line, the picker, or the first steps without a key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.local import LocalServer
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.errors import AutocoderError
from autocoder_tui.setup import ChosenModel, choose_model
from autocoder_tui.ui.screens.first_steps import DEMO, FirstSteps
from autocoder_tui.ui.screens.model_picker import ModelPicker
from autocoder_tui.ui.widgets.header_line import HeaderLine

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp


class ModelChoice:
    """`chosen` is None only while no model could be chosen at all."""

    def __init__(self, app: AutocoderApp) -> None:
        self._app = app
        self.chosen: ChosenModel | None = None

    def set(self, chosen: ChosenModel) -> None:
        self.chosen = chosen
        model, provider = chosen.model, chosen.endpoint.provider
        keyless = "" if chosen.ready else " (no key)"
        self._app.main.query_one(HeaderLine).model = f"{model.name} · {provider.name}{keyless}"
        self._app.estimator.schedule()
        self._app.weigher.count_for(chosen)

    def learnt(self, request: RunRequest, calibration: Calibration) -> None:
        """A run taught about a model's token counts; the next estimate uses it."""
        chosen = self.chosen
        if chosen is not None and chosen.model == request.model:
            self.chosen = replace(chosen, calibration=calibration)
            self._app.weigher.count_for(self.chosen)

    def choose(self, name: str | None, base_url: str | None = None) -> None:
        """Take the model called `name`; a name or key that does not do is told."""
        try:
            chosen = choose_model(self._app.setup, name, base_url)
        except AutocoderError as error:
            self._app.tell(error.message, severity="error")
            return
        for warning in chosen.warnings:
            self._app.tell(warning, severity="warning")
        self.set(chosen)

    def pick(self) -> None:
        """Let the user choose from the table."""
        self._app.run_worker(self._pick(), exit_on_error=True)

    async def _pick(self) -> None:
        models = list(self._app.setup.catalog.models)
        current = self.chosen.model if self.chosen is not None else None
        if current is not None and current not in models:
            models.insert(0, current)
        ready = frozenset(model.name for model in models if self._is_ready(model))
        picker = ModelPicker(tuple(models), ready, current.name if current else "")
        model = await self._app.push_screen_wait(picker)
        if model is None or model == current:
            return
        self.choose(model.name)
        if self.chosen is not None and not self.chosen.ready:
            self.first_steps()

    def _is_ready(self, model: Model) -> bool:
        if self.chosen is not None and model == self.chosen.model:
            return self.chosen.ready
        return choose_model(replace(self._app.setup, base_url=None), model.name).ready

    def first_steps(self) -> None:
        """Say how to get a key, and offer what needs none."""
        self._app.run_worker(self._first_steps(), exit_on_error=True)

    async def _first_steps(self) -> None:
        if self.chosen is None:
            return
        screen = FirstSteps(self.chosen.endpoint.provider)
        answer = await self._app.push_screen_wait(screen)
        if answer == DEMO:
            self._app.exit(DEMO)
        elif isinstance(answer, LocalServer):
            self.choose(answer.models[0], answer.base_url)
