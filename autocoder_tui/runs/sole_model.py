"""The model of a server given by its address alone, where it has no more than one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from autocoder_tui.config.api_keys import find_key
from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import shortened
from autocoder_tui.runs.setup import Setup

_MOST_NAMED: Final = 10


def is_unnamed(setup: Setup) -> bool:
    """Whether there is a base URL and no model for it."""
    return bool(setup.model.base_url) and not setup.model.name


async def sole_model(setup: Setup) -> str | None:
    """The name of the one model that the server at the base URL of `setup` lists.

    None where it lists none or does not answer, and where `is_unnamed` is false. Raises
    AutocoderError naming the models where there are several, or for an address that can't be
    one.
    """
    if not setup.model.base_url or setup.model.name:
        return None
    from autocoder_tui.engine.provider.model_list import list_models

    _, provider = setup.catalog.for_base_url(setup.model.base_url, "any")
    found = find_key(provider, setup.root, setup.environ)
    try:
        listed = await list_models(Endpoint(provider, found.secret, found.source))
    except ProviderError:
        return None
    names = list(dict.fromkeys(model.name for model in listed))
    if len(names) < 2:
        return names[0] if names else None
    more = len(names) - _MOST_NAMED
    named = ", ".join(shortened(name) for name in names[:_MOST_NAMED])
    raise AutocoderError(
        f"The server has {len(names)} models: add -m NAME with one of them. It lists {named}"
        + (f" and {more} more." if more > 0 else ".")
    )


async def served_model(setup: Setup, say: Callable[[str], object]) -> str | None:
    """`sole_model`, of which `say` is told."""
    name = await sole_model(setup)
    if name is not None:
        say(f"Using {name}, the one model the server lists.")
    return name
