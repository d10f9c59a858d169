"""Providers and models: where they answer, what they cost, how much they take.

CONTRACT ONLY, TO BE FILLED: load_catalog().
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key. Its repr and str never show it; only `reveal()` does."""

    _value: str

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenAI-compatible service. `key_variable` names the environment variable of its key."""

    name: str
    base_url: str
    key_variable: str = "LOCAL_API_KEY"
    key_file: str | None = None
    max_tokens_parameter: str = "max_tokens"


@dataclass(frozen=True, slots=True)
class Model:
    """Prices are USD per million tokens, None where unknown; sizes are tokens."""

    name: str
    provider: str
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    context_length: int | None = None
    max_tokens: int | None = None
    priced_on: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A provider with the key that was found for it. `key_source` may be shown, the key not."""

    provider: Provider
    key: Secret | None = None
    key_source: str | None = None
