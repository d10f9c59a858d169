"""Which model answers, and with which key: as the program itself finds them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autocoder_tui.config.api_keys import find_key, missing_key_message
from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Catalog, Endpoint, Model, Secret
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.store.json_file import LISTED_FILE


def known_models(environ: Mapping[str, str] | None = None) -> Catalog:
    """The models of the packaged table and of the person's `models.toml`. Blocking."""
    environ = os.environ if environ is None else environ
    return load_catalog(config_dir(environ) / "models.toml", state_dir(environ) / LISTED_FILE)[0]


def choose(
    name: str,
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    temperature: float | None = None,
    environ: Mapping[str, str] | None = None,
) -> tuple[Model, Endpoint]:
    """The model called `name` at `base_url`, or where the table says it answers. Without
    `api_key` its key is looked for where the program looks. Blocking.

    Raises UnknownModel, RequestError for an address that can't be one or where a key is needed
    and none is found.
    """
    environ = os.environ if environ is None else environ
    catalog = known_models(environ)
    if base_url is None:
        model = catalog.find(name)
        provider = catalog.provider_of(model)
    else:
        model, provider = catalog.for_base_url(base_url, name)
    if temperature is not None:
        model = replace(model, temperature=temperature)
    if api_key:
        return model, Endpoint(provider, Secret(api_key), "api_key")
    found = find_key(provider, Path.cwd(), environ)
    if found.secret is None and not provider.needs_no_key:
        raise RequestError(missing_key_message(provider))
    return model, Endpoint(provider, found.secret, found.source)
