"""Fresh figures for models: from the endpoint's own list, and from genai-prices if installed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from autocoder_tui.engine.base_url import host_of
from autocoder_tui.engine.catalog import Model, Provider
from autocoder_tui.engine.provider.model_list import ListedModel

NO_PRICES = (
    "The endpoint gives no prices, and genai-prices is not installed. "
    "Install it with: pip install 'autocoder-tui[prices]'."
)


def as_models(listed: Iterable[ListedModel], provider: Provider, today: date) -> list[Model]:
    """What an endpoint lists as models of `provider`, dated and with the endpoint as source."""
    source = f"{host_of(provider.base_url)}/models"
    dated = f"{source}, {today.isoformat()}"
    return [
        Model(
            name=item.name,
            provider=provider.name,
            input_price=item.input_price,
            output_price=item.output_price,
            cached_price=item.cached_price,
            context_length=item.context_length,
            max_tokens=item.max_tokens,
            # What the endpoint says now is as of now; nothing it leaves out gets a date.
            priced_on=today.isoformat() if item.input_price is not None else None,
            source=source if item.input_price is not None else None,
            source_of_context=dated if item.context_length is not None else None,
            source_of_max_tokens=dated if item.max_tokens is not None else None,
        )
        for item in listed
    ]


def was_listed(source: str | None) -> bool:
    """Whether a size comes from an endpoint's list of models."""
    return source is not None and "/models, " in source


def unpriced(models: Sequence[Model]) -> int:
    """How many of `models` have no price."""
    return sum(model.input_price is None for model in models)


def with_package_prices(models: Sequence[Model], provider: Provider) -> list[Model]:
    """`models` with the prices genai-prices knows where they have none. Asks no server.

    Takes a moment the first time: call it in a thread. Raises ImportError when the package
    is not installed.
    """
    import genai_prices

    version = f"version {genai_prices.__version__}"
    return [
        model if model.input_price is not None else _priced(model, provider, version)
        for model in models
    ]


def _priced(model: Model, provider: Provider, version: str) -> Model:
    from genai_prices import Usage, calc_price

    # A thousand tokens, for some prices rise with the length of the prompt.
    try:
        priced = calc_price(
            Usage(input_tokens=1000, output_tokens=1000),
            model.name,
            provider_api_url=provider.base_url,
        )
    except (LookupError, ValueError):
        return model
    cached = _cached_price(model.name, provider)
    if model.context_length is None and priced.model.context_window is not None:
        model = replace(
            model,
            context_length=priced.model.context_window,
            source_of_context=f"genai-prices, {version}",
        )
    return replace(
        model,
        input_price=Decimal(priced.input_price) * 1000,
        output_price=Decimal(priced.output_price) * 1000,
        cached_price=cached,
        # Its table carries no day: it is as old as the installed version.
        priced_on=version,
        source="genai-prices",
    )


def _cached_price(name: str, provider: Provider) -> Decimal | None:
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=1000, cache_read_tokens=1000, output_tokens=0)
    try:
        priced = calc_price(usage, name, provider_api_url=provider.base_url)
    except (LookupError, ValueError):
        return None
    return Decimal(priced.input_price) * 1000
