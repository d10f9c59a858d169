"""Adding and editing endpoints, and refreshing what is known of their models: only when asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

from autocoder_tui.config.api_keys import find_key
from autocoder_tui.config.models_edit import save_endpoint, save_listed
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.provider.model_list import list_models
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.refresh_models import NO_PRICES, as_models, unpriced, with_package_prices
from autocoder_tui.store.json_file import LISTED_FILE
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.endpoint_form import EndpointForm


async def add_endpoint(app: Program, provider: Provider | None = None) -> None:
    """Ask for a server, keep it in models.toml, and use the model that was chosen."""
    new = await app.push_screen_wait(EndpointForm(app.setup, provider))
    if new is None:
        return
    # The name alone: figures in models.toml are the user's own, and win over fresher ones.
    model = Model(new.model.name, new.provider.name)
    fresh = as_models(new.listed, new.provider, date.today())
    try:
        save_endpoint(app.setup.places.config / "models.toml", new.provider, [model])
        if fresh:
            save_listed(app.setup.places.state / LISTED_FILE, fresh)
    except AutocoderError as error:
        app.tell(error.message, severity="error")
        return
    load_again(app)
    app.models.choose(model.name, new.provider.base_url)


async def refresh(app: Program, provider: Provider) -> str:
    """Ask `provider` what its models take and cost now; returns a sentence to show.

    Raises AutocoderError.
    """
    found = find_key(provider, app.setup.root, app.setup.environ)
    app.models.warn(found.warnings)
    listed = await list_models(Endpoint(provider, found.secret, found.source))
    fresh = as_models(listed, provider, date.today())
    if not fresh:
        return f"{provider.name} lists no models."
    said = f"{provider.name} lists {len(listed)} model{'s' * (len(listed) != 1)}."
    if unpriced(fresh):
        try:
            fresh = await asyncio.to_thread(with_package_prices, fresh, provider)
        except ImportError:
            said += f" {NO_PRICES}" if unpriced(fresh) == len(fresh) else ""
    save_listed(app.setup.places.state / LISTED_FILE, fresh)
    load_again(app)
    without = unpriced([one for one in app.setup.catalog.models if one.provider == provider.name])
    return said if not without else f"{said} {without} without a known price."


def load_again(app: Program) -> None:
    """Read the catalog again, and the chosen model's figures with it."""
    setup = app.setup
    catalog, problems = load_catalog(
        setup.places.config / "models.toml", setup.places.state / LISTED_FILE
    )
    app.models.warn(str(problem) for problem in problems)
    app.setup = replace(setup, catalog=catalog)
    app.models.update_figures()
