"""Models that could be used at once, for their providers' keys are there."""

from __future__ import annotations

from autocoder_tui.config.control_file import server_allowed
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model


def models_with_keys(setup: Setup) -> list[ChosenModel]:
    """The first model of each provider that may be used and whose key is there. Blocking."""
    found = []
    for name, provider in setup.catalog.providers.items():
        model = next((model for model in setup.catalog.models if model.provider == name), None)
        if model is None or not server_allowed(
            provider.base_url, setup.settings.network.allowed_servers
        ):
            continue
        chosen = choose_model(setup, model.name, provider.base_url)
        if chosen.endpoint.key is not None:
            found.append(chosen)
    return found
