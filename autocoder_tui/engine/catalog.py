"""Providers and models: where they answer, what they cost, how much they take.

`config.models_file.load_catalog()` reads the packaged table and, over it, the user's
`models.toml`; the form of both is described at the top of `data/models.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from autocoder_tui.engine.base_url import check_base_url, host_of, is_loopback, is_openai
from autocoder_tui.engine.errors import RequestError, UnknownModel
from autocoder_tui.problems import nearest, shortened
from autocoder_tui.safety.redaction import know
from autocoder_tui.values import dataclass

__all__ = [
    "LOCAL_KEY_VARIABLE",
    "OPENAI",
    "Catalog",
    "Endpoint",
    "Model",
    "Provider",
    "Secret",
]

OPENAI = "OpenAI"
"""Name of the provider whose tokens are counted exactly."""

LOCAL_KEY_VARIABLE = "LOCAL_API_KEY"
"""The only key that ever goes to an address given by hand."""


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key. Its repr and str never show it; only `reveal()` does."""

    _value: str

    def __post_init__(self) -> None:
        # Whatever is written down from now on is without it.
        know(self._value)

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
    key_variable: str = LOCAL_KEY_VARIABLE
    key_file: str | None = None
    max_tokens_parameter: str = "max_tokens"

    @property
    def needs_no_key(self) -> bool:
        """Whether it runs on this machine, where servers ask for no key."""
        return is_loopback(self.base_url)


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
    cached_price: Decimal | None = None
    """Price of input the provider had cached; None: as other input."""
    temperature: float | None = None
    """Sampling temperature, where none is given for the run."""
    reasoning_effort: str | None = None
    """"low", "medium" or "high", or another word the provider takes."""
    system_role: bool | None = None
    """False: what the system message says goes into the first user message."""
    edits: bool | None = None
    """Whether it is known to write edits that have a place; None: not known."""
    edit_format: str | None = None
    """"whole" or "edits", where not left to what is measured ("auto")."""
    source: str | None = None
    """Where the prices come from, in a word or two; None: the packaged table."""
    source_of_context: str | None = None
    source_of_max_tokens: str | None = None
    """The same for the two sizes, with the day if there is one."""

    @property
    def price_age(self) -> str:
        """ "as of 2024-12"; what is no date (prices may be said to be fictional) as it is."""
        day = self.priced_on or ""
        return f"as of {day}" if day[:1].isdigit() else day


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A provider with the key that was found for it. `key_source` may be shown, the key not."""

    provider: Provider
    key: Secret | None = None
    key_source: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that is known of providers (by name) and models, in the order of the files."""

    providers: Mapping[str, Provider]
    models: tuple[Model, ...]

    def find(self, name: str, provider: str | None = None) -> Model:
        """The model called `name`; of several with one name the first, or `provider`'s.

        Raises UnknownModel, naming the nearest model that is known.
        """
        for model in self.models:
            if model.name == name and provider in (None, model.provider):
                return model
        raise UnknownModel(self._unknown(name, provider))

    def provider_of(self, model: Model) -> Provider:
        """Where `model` answers. Raises UnknownModel when its provider is not in the catalog."""
        found = self.providers.get(model.provider)
        if found is None:
            raise UnknownModel(
                f'The provider "{shortened(model.provider)}" of {shortened(model.name)} is not '
                "known. Give its base URL, or add it to models.toml."
            )
        return found

    def for_base_url(self, url: str, model_name: str) -> tuple[Model, Provider]:
        """Any model name at an address given by hand.

        An address the catalog has is that provider, with what is known of its models.
        Elsewhere a model of the same name may be another one: its prices and sizes are
        unknown, and only LOCAL_API_KEY belongs to it. Raises RequestError when the URL or
        the name cannot be used.
        """
        base_url = check_base_url(url)
        name = model_name.strip()
        if not name or shortened(name, 200) != name:
            raise RequestError("The model name is empty, too long or holds control characters.")
        known = [item for item in self.providers.values() if item.base_url == base_url]
        provider = known[0] if known else _provider_at(base_url)
        for model in self.models:
            if model.name == name and any(model.provider == item.name for item in known):
                return model, self.providers[model.provider]
        return Model(name, provider.name), provider

    def _unknown(self, name: str, provider: str | None) -> str:
        names = [item.name for item in self.models if provider in (None, item.provider)]
        # People leave out the part before the slash, so compare with both forms.
        forms = {item.rsplit("/", 1)[-1]: item for item in names} | {item: item for item in names}
        like = nearest(name, forms)
        place = f" at {shortened(provider)}" if provider is not None else ""
        hint = (
            f'Did you mean "{forms[like]}"?'
            if like is not None
            else "List the models with --list-models, or give --base-url for another server."
        )
        return f'The model "{shortened(name)}" is not known{place}. {hint}'


def _provider_at(base_url: str) -> Provider:
    if is_openai(base_url):
        return Provider(OPENAI, base_url, "OPENAI_API_KEY", None, "max_completion_tokens")
    return Provider(host_of(base_url), base_url)
