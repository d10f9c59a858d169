"""Which model answers: from the command line, the picker, or the first steps without a key."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from autocoder_tui.engine.base_url import check_base_url
from autocoder_tui.engine.calibration import Calibration
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import ChosenModel, choose_model
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.terminal.key_queue import ASKS
from autocoder_tui.ui.widgets.header_line import HeaderLine

if TYPE_CHECKING:
    from textual.worker import Worker

    from autocoder_tui.runs.window_probe import AskedWindow
    from autocoder_tui.ui.screens.model_picker import Known, Listing


class ModelChoice:
    """`chosen` is None only while no model could be chosen at all."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self.chosen: ChosenModel | None = None
        self.asked: AskedWindow | None = None
        """What the chosen model's server last said of its window."""
        self._warned: set[str] = set()
        self._served: Worker[None] | None = None

    def set(self, chosen: ChosenModel) -> None:
        self.chosen = chosen
        self._app.main.query_one(HeaderLine).model = _named(chosen)
        self._app.estimator.schedule()
        self._app.weigher.count_for(chosen)
        self._app.session.changed()
        if chosen.endpoint.provider.needs_no_key and not self._app.setup.demo:
            self._app.run_worker(
                self._ask_for_window(chosen), group="window", exclusive=True, exit_on_error=False
            )

    def learnt(self, request: RunRequest, calibration: Calibration) -> None:
        """A run taught about a model's token counts; the next estimate uses it."""
        chosen = self.chosen
        if chosen is not None and chosen.model == request.model:
            self.chosen = replace(chosen, calibration=calibration)
            self._app.weigher.count_for(self.chosen)

    def choose(
        self, name: str | None, base_url: str | None = None, listed: Model | None = None
    ) -> None:
        """Take the model called `name`; a name or key that does not do is told.

        `listed` is what its server says of it, used where nothing else is known.
        """
        try:
            chosen = choose_model(self._app.setup, name, base_url)
        except AutocoderError as error:
            self._app.tell(error.message, severity="error")
            return
        if listed is not None and chosen.model == Model(listed.name, listed.provider):
            chosen = replace(chosen, model=listed)
        self.warn(chosen.warnings)
        self.set(chosen)

    def choose_served(self) -> None:
        """Take the model of the server given by its address alone, once it says which it has."""
        self._app.main.query_one(HeaderLine).model = "asking the server for its model…"
        self._served = self._app.run_worker(
            self._choose_served(), group="served", exclusive=True, exit_on_error=True
        )

    @property
    def is_asking(self) -> bool:
        """Whether a server has yet to say which model it has."""
        return self._served is not None and not self._served.is_finished

    async def _choose_served(self) -> None:
        from autocoder_tui.runs.sole_model import sole_model

        name, problem, before = None, None, self._place
        try:
            name = await sole_model(self._app.setup)
        except AutocoderError as error:
            problem = error.message
        if self._place != before or not self._app.main.is_running:
            return  # another one was picked while the server was asked
        chosen = self.chosen
        self._app.main.query_one(HeaderLine).model = "" if chosen is None else _named(chosen)
        if problem is not None:
            self._app.tell(problem, severity="error")
            return
        self.choose(name)
        if self.is_keyless:
            self.first_steps(unasked=True)

    @property
    def _place(self) -> tuple[str, str] | None:
        """Which model is chosen, whatever is learnt of it."""
        chosen = self.chosen
        return None if chosen is None else (chosen.model.name, chosen.endpoint.provider.base_url)

    @property
    def is_keyless(self) -> bool:
        """Whether a model is chosen that can't be asked without a key."""
        return self.chosen is not None and not self.chosen.ready

    def warn(self, warnings: Iterable[str]) -> None:
        """Tell what was found with a key, each once: it is the same until something changes."""
        for warning in warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self._app.tell(warning, severity="warning")

    def pick(self) -> None:
        """Let the user choose from the table."""
        self._app.run_worker(self._pick(), group=ASKS, exit_on_error=True)

    async def _pick(self) -> None:
        from autocoder_tui.store.usage import last_used
        from autocoder_tui.ui.controllers.endpoints import add_endpoint
        from autocoder_tui.ui.screens.model_picker import ModelPicker

        current = self.chosen.model if self.chosen is not None else None
        used = await asyncio.to_thread(last_used, self._app.setup.places.state)
        at = None if current is None else (current.provider, current.name)
        picker = ModelPicker(self._known(), at, used, self._refresh, self._listing())
        wish = await self._app.push_screen_wait(picker)
        if wish is None:
            return
        model = wish.model
        if wish.what == "add":
            await add_endpoint(self._app)
        elif model is None:
            return
        elif wish.what == "edit":
            await add_endpoint(self._app, self._app.setup.catalog.providers.get(model.provider))
        elif model != current:
            self._take(model)

    def _known(self) -> Known:
        """What the picker shows: the catalog, and the chosen model though it may not be there."""
        from autocoder_tui.ui.screens.model_picker import Known

        models = list(self._app.setup.catalog.models)
        chosen = self.chosen
        if chosen is not None and chosen.model not in models:
            model = chosen.model
            same = [
                one for one in models if (one.name, one.provider) == (model.name, model.provider)
            ]
            models = [model, *(one for one in models if one not in same)]
        ready = frozenset((one.provider, one.name) for one in models if self._is_ready(one))
        variables = {
            one.name: one.key_variable for one in self._app.setup.catalog.providers.values()
        }
        if chosen is not None:
            provider = chosen.endpoint.provider
            variables[provider.name] = provider.key_variable
        return Known(tuple(models), ready, variables)

    async def _refresh(self, model: Model) -> tuple[str, Known]:
        from autocoder_tui.ui.controllers.endpoints import refresh

        provider = self._app.setup.catalog.providers.get(model.provider)
        if provider is None:
            return (
                f"{model.provider} is not in models.toml: add it with "
                f"{self._app.key('picker.add')} first.",
                self._known(),
            )
        said = await refresh(self._app, provider)
        return said, self._known()

    def _listing(self) -> Listing | None:
        """Lists the models at the address the user gave by hand, if there is one."""
        chosen = self.chosen
        if chosen is None or self._app.setup.demo:
            return None
        provider, named = chosen.endpoint.provider, self._app.setup.model.base_url
        is_named = named is not None and check_base_url(named) == provider.base_url
        if provider.name in self._app.setup.catalog.providers and not is_named:
            return None

        from autocoder_tui.engine.provider.model_list import list_models
        from autocoder_tui.runs.refresh_models import as_models

        async def listing() -> list[Model]:
            return as_models(await list_models(chosen.endpoint), provider, date.today())

        return listing

    def _take(self, model: Model) -> None:
        provider = self._app.setup.catalog.providers.get(model.provider)
        if provider is None and self.chosen is not None:
            provider = self.chosen.endpoint.provider
        self.choose(model.name, None if provider is None else provider.base_url, model)
        if self.is_keyless:
            from autocoder_tui.ui.screens.first_steps import MODEL

            self.first_steps(at=MODEL)

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
        needs_asking, ask_window = await asyncio.to_thread(_window_probe)
        if not needs_asking(chosen):
            return
        asked = await ask_window(chosen)
        if self.chosen is not chosen or not self._app.main.is_running:
            return
        self.asked = asked
        self._app.main.log_line(asked.said)
        if asked.window.tokens is not None:
            self.set(asked.chosen)

    def first_steps(self, *, unasked: bool = False, at: str | None = None) -> None:
        """Say how to get a key, and offer what needs none; `at` is the choice to begin with.

        `unasked` says that no key has led here: whoever types is waited for, and whoever has
        opened something meanwhile is asked at the first run instead.
        """
        self._app.run_worker(
            self._first_steps(unasked, at), group="first-steps", exit_on_error=True
        )

    async def _first_steps(self, unasked: bool, at: str | None) -> None:
        if self.chosen is None:
            return
        from autocoder_tui.engine.provider.local_servers import LocalServer
        from autocoder_tui.runs.keyed_models import models_with_keys
        from autocoder_tui.ui.screens.first_steps import ADD, DEMO, MODEL, FirstSteps

        keyed = await asyncio.to_thread(models_with_keys, self._app.setup)
        if unasked:
            await self._app.until_nobody_types()
            if self._app.screen is not self._app.main or not self.is_keyless:
                return
        screen = FirstSteps(self.chosen.endpoint.provider, keyed, at)
        answer = await self._app.push_screen_wait(screen)
        if answer == DEMO:
            self._app.exit(DEMO)
        elif answer == ADD:
            from autocoder_tui.ui.controllers.endpoints import add_endpoint

            await add_endpoint(self._app)
        elif answer == MODEL:
            self.pick()
        elif isinstance(answer, LocalServer):
            self.choose(answer.models[0], answer.base_url)
        elif isinstance(answer, ChosenModel):
            self.choose(answer.model.name, answer.endpoint.provider.base_url)


def _window_probe() -> tuple[Callable[[ChosenModel], bool], Callable[..., Awaitable[AskedWindow]]]:
    """What asks a server for its window: loaded in a thread, for the start does not wait for it."""
    from autocoder_tui.runs.window_probe import ask_window, needs_asking

    return needs_asking, ask_window


def _named(chosen: ChosenModel) -> str:
    keyless = "" if chosen.ready else " (no key)"
    return f"{chosen.model.name} · {chosen.endpoint.provider.name}{keyless}"
