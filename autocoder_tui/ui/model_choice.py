"""Which model answers: from the command line, the picker, or the first steps without a key."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.listing import served_window
from autocoder_tui.engine.local import LocalServer
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.errors import AutocoderError
from autocoder_tui.setup import ChosenModel, choose_model
from autocoder_tui.store.usage import last_used
from autocoder_tui.ui.endpoints import add_endpoint, refresh
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
        self._app.session.changed()
        if provider.needs_no_key and model.context_length is None and not self._app.setup.demo:
            self._app.run_worker(
                self._ask_for_window(chosen), group="window", exclusive=True, exit_on_error=False
            )

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
        used = await asyncio.to_thread(last_used, self._app.setup.state_dir)
        name = current.name if current else ""
        wish = await self._app.push_screen_wait(ModelPicker(tuple(models), ready, name, used))
        if wish is None:
            return
        model = wish.model
        if wish.what == "add":
            await add_endpoint(self._app)
        elif model is None:
            return
        elif wish.what == "edit":
            await add_endpoint(self._app, self._app.setup.catalog.providers.get(model.provider))
        elif wish.what == "refresh":
            await refresh(self._app, model)
            self.pick()
        elif model != current:
            self._take(model)

    def _take(self, model: Model) -> None:
        provider = self._app.setup.catalog.providers.get(model.provider)
        self.choose(model.name, None if provider is None else provider.base_url)
        if self.chosen is not None and not self.chosen.ready:
            self.first_steps()

    def _is_ready(self, model: Model) -> bool:
        if self.chosen is not None and model == self.chosen.model:
            return self.chosen.ready
        provider = self._app.setup.catalog.provider_of(model)
        return choose_model(self._app.setup, model.name, provider.base_url).ready

    def update_figures(self) -> None:
        """The catalog was read again: the chosen model may have other figures now."""
        chosen = self.chosen
        for model in self._app.setup.catalog.models:
            if chosen is not None and (model.name, model.provider) == (
                chosen.model.name,
                chosen.model.provider,
            ):
                self.set(replace(chosen, model=model))
                return

    async def _ask_for_window(self, chosen: ChosenModel) -> None:
        """A server on this machine says how much of a prompt it reads, and cuts the rest."""
        endpoint, model = chosen.endpoint, chosen.model
        window = await served_window(endpoint, model.name)
        if self.chosen is not chosen or not self._app.main.is_running:
            return
        if window is None:
            self._app.main.log_line(
                f"{endpoint.provider.name} does not say how large a context window it gives "
                f"{model.name}. Some servers cut a longer prompt silently: Ollama at 4,096 tokens "
                "unless num_ctx is set."
            )
        else:
            self._app.main.log_line(
                f"{endpoint.provider.name} gives {model.name} a context window of {window:,} "
                "tokens."
            )
            self.set(replace(chosen, model=replace(model, context_length=window)))

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
