"""Adding and editing endpoints, and refreshing what is known of their models: only when asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from autocoder_tui.engine.catalog import Endpoint, Model, Provider, load_catalog
from autocoder_tui.engine.listing import list_models
from autocoder_tui.errors import AutocoderError
from autocoder_tui.refreshing import NO_PRICES, as_models, with_package_prices, without_price
from autocoder_tui.store.keys import find_key
from autocoder_tui.store.memory import LISTED_FILE
from autocoder_tui.store.models import save_endpoint, save_listed
from autocoder_tui.ui.screens.endpoint_form import EndpointForm

if TYPE_CHECKING:
    from autocoder_tui.ui.app import AutocoderApp


async def add_endpoint(app: AutocoderApp, provider: Provider | None = None) -> None:
    """Ask for a server, keep it in models.toml, and use the model that was chosen."""
    new = await app.push_screen_wait(EndpointForm(app.setup, provider))
    if new is None:
        return
    (model,) = as_models([new.model], new.provider, date.today())
    try:
        save_endpoint(app.setup.config_dir / "models.toml", new.provider, [model])
    except AutocoderError as error:
        app.tell(error.message, severity="error")
        return
    load_again(app)
    app.models.choose(model.name, new.provider.base_url)


async def refresh(app: AutocoderApp, model: Model) -> None:
    """Ask the endpoint of `model` what its models take and cost now."""
    provider = app.setup.catalog.providers.get(model.provider)
    if provider is None:
        app.tell(f"{model.provider} is not in the catalog; add it as an endpoint first.")
        return
    found = find_key(provider, app.setup.root, app.setup.environ)
    app.models.warn(found.warnings)
    app.tell(f"Asking {provider.name} for its models…")
    try:
        listed = await list_models(Endpoint(provider, found.secret, found.source))
        fresh = as_models(listed, provider, date.today())
        if without_price(fresh):
            fresh = await _priced(app, fresh, provider)
        save_listed(app.setup.state_dir / LISTED_FILE, fresh)
    except AutocoderError as error:
        app.tell(error.message, severity="error", timeout=12)
        return
    load_again(app)
    app.tell(f"{provider.name} lists {len(listed)} model{'s' * (len(listed) != 1)}.")


async def _priced(app: AutocoderApp, models: list[Model], provider: Provider) -> list[Model]:
    try:
        return await asyncio.to_thread(with_package_prices, models, provider)
    except ImportError:
        app.tell(NO_PRICES)
        return models


def load_again(app: AutocoderApp) -> None:
    """Read the catalog again, and the chosen model's figures with it."""
    setup = app.setup
    catalog, problems = load_catalog(
        setup.config_dir / "models.toml", setup.state_dir / LISTED_FILE
    )
    for problem in problems:
        app.tell(str(problem), severity="warning")
    app.setup = replace(setup, catalog=catalog)
    app.models.update_figures()
