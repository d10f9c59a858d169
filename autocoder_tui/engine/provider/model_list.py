"""What an endpoint says about its models: names, sizes and prices. Asked only on demand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from autocoder_tui.engine.base_url import check_base_url, is_deployment, joined
from autocoder_tui.engine.catalog import Endpoint, Model
from autocoder_tui.engine.errors import NotAReply, ProviderError
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.json_query import ask_json
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

_WINDOW_SECONDS: Final = 5.0
_MOST_MODELS: Final = 5000
_MOST_TOKENS: Final = 1_000_000_000
_MOST_USD_PER_MILLION: Final = Decimal(100_000)

_CONTEXT_FIELDS: Final = (
    "max_model_len",
    "loaded_context_length",
    "context_length",
    "context_window",
    "max_context_length",
    "max_context_window",
)
_OUTPUT_FIELDS: Final = ("max_completion_tokens", "max_output_tokens", "max_output_length")
_NUM_CTX = re.compile(r"^[ \t]*num_ctx[ \t]+(\d{1,10})[ \t\r]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model as its server describes it: untrusted. Prices are US dollars per million tokens;
    None is what the server did not say, or not credibly."""

    name: str
    context_length: int | None = None
    max_tokens: int | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    cached_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ServedWindow:
    """`tokens` is the context window a server gives a model, None where it does not say.

    `could_take` is the most the model itself takes; `cuts`: the server is known to cut a
    longer prompt without a word.
    """

    tokens: int | None = None
    could_take: int | None = None
    cuts: bool = False


async def list_models(endpoint: Endpoint) -> tuple[ListedModel, ...]:
    """The models at `endpoint`, by its /models. Sends the key, and nothing of a project.

    Raises ProviderError saying what is wrong: refused, DNS, TLS, 401, 404, a web page.
    """
    address = Address(endpoint, Model("the list of models", endpoint.provider.name))
    base = check_base_url(endpoint.provider.base_url)
    if is_deployment(base):
        raise NotAReply(
            f"{address.url} is one deployed model and has no list of models. Name the model."
        )
    data = await ask_json(endpoint, joined(base, "/models"), address, what="a list of models")
    entries = data.get("data", data.get("models"))
    if not isinstance(entries, list):
        raise NotAReply(
            f"{address.url} answered, but not with a list of models. Check the base URL, which "
            "often ends in /v1."
        )
    found = [_listed(entry) for entry in entries[:_MOST_MODELS] if isinstance(entry, dict)]
    return tuple(model for model in found if model is not None)


async def served_window(endpoint: Endpoint, model_name: str) -> ServedWindow:
    """The context window a local server gives `model_name` right now.

    Asks vLLM and LM Studio (/v1/models), llama.cpp (/props) and Ollama: what it gives a loaded
    model (/api/ps), or else what the model's own file sets (num_ctx in /api/show). Never
    raises for a server that misbehaves.
    """
    base = check_base_url(endpoint.provider.base_url)
    parts = urlsplit(base)
    root = f"{parts.scheme}://{parts.netloc}"
    address = Address(endpoint, Model(model_name, endpoint.provider.name))

    async def ask(url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            return await ask_json(
                endpoint, url, address, body, what="a list of models", seconds=_WINDOW_SECONDS
            )
        except ProviderError:
            return {}

    props, loaded, shown, listed = await asyncio.gather(
        ask(f"{root}/props"),
        ask(f"{root}/api/ps"),
        ask(f"{root}/api/show", {"model": model_name}),
        ask(joined(base, "/models")),
    )
    settings = props.get("default_generation_settings")
    window = _tokens(settings.get("n_ctx")) if isinstance(settings, dict) else None
    if window is not None:
        return ServedWindow(window)
    if "model_info" in shown or "parameters" in shown or "models" in loaded:
        return _ollama_window(model_name, loaded, shown)
    for entry in _dicts(listed.get("data")):
        if entry.get("id") == model_name:
            return ServedWindow(_first_tokens(entry, _CONTEXT_FIELDS[:2]))
    return ServedWindow()


def _ollama_window(
    model_name: str, loaded: Mapping[str, Any], shown: Mapping[str, Any]
) -> ServedWindow:
    info = shown.get("model_info")
    lengths = info.items() if isinstance(info, dict) else ()
    said = [_tokens(value) for key, value in lengths if key.endswith(".context_length")]
    could_take = next((tokens for tokens in said if tokens is not None), None)
    # A name without a tag is the one with the tag "latest".
    names = (model_name, f"{model_name}:latest")
    for entry in _dicts(loaded.get("models")):
        window = _tokens(entry.get("context_length"))
        if window is not None and (entry.get("name") in names or entry.get("model") in names):
            return ServedWindow(window, could_take, cuts=True)
    parameters = shown.get("parameters")
    given = _NUM_CTX.search(parameters) if isinstance(parameters, str) else None
    # What a model could take is not what it is given.
    return ServedWindow(_tokens(int(given.group(1))) if given else None, could_take, cuts=True)


def _listed(entry: Mapping[str, Any]) -> ListedModel | None:
    name = entry.get("id") or entry.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 200 or visible(name) != name:
        return None
    top = entry.get("top_provider")
    meta = entry.get("meta")
    pricing = entry.get("pricing")
    window = _first_tokens(entry, _CONTEXT_FIELDS)
    if window is None and isinstance(meta, dict):
        window = _tokens(meta.get("n_ctx"))
    output = _first_tokens(entry, _OUTPUT_FIELDS)
    if output is None and isinstance(top, dict):
        output = _first_tokens(top, _OUTPUT_FIELDS)
    prices = _prices(pricing) if isinstance(pricing, dict) else (None, None, None)
    return ListedModel(name, window, output, *prices)


def _prices(pricing: Mapping[str, Any]) -> tuple[Decimal | None, ...]:
    """OpenRouter gives dollars per token, Together dollars per million."""
    if "prompt" in pricing or "completion" in pricing:
        names, scale = ("prompt", "completion", "input_cache_read"), Decimal(1_000_000)
    else:
        names, scale = ("input", "output", "cached_input"), Decimal(1)
    return tuple(_price(pricing.get(name), scale) for name in names)


def _price(value: object, scale: Decimal) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        price = Decimal(str(value)) * scale
    except InvalidOperation:
        return None
    if not price.is_finite() or not 0 <= price <= _MOST_USD_PER_MILLION:
        return None  # OpenRouter says -1 where the price depends
    return price.normalize() if price else Decimal(0)


def _tokens(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 < value <= _MOST_TOKENS else None  # type: ignore[operator,return-value]


def _first_tokens(entry: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((tokens for name in names if (tokens := _tokens(entry.get(name)))), None)


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
