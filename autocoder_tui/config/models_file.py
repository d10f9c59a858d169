"""Reading models.toml: the packaged one, and the user's over it.

    [providers.NAME]           base_url, key_variable, key_file, max_tokens_parameter
    [[models]]                 name, provider, input_price, output_price, cached_price,
                               context_length, max_tokens, priced_on, source,
                               source_of_context, source_of_max_tokens,
                               temperature, reasoning_effort, system_role,
                               edits, edit_format

An entry of the user's replaces single fields of the packaged entry of the same name. One
exception: a provider that gets a new base_url keeps no key of the packaged one, so that a
key never goes to an address it was not meant for unless the file names its variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from autocoder_tui.config.toml_file import TomlFile, read_toml
from autocoder_tui.engine.base_url import check_base_url
from autocoder_tui.engine.catalog import Catalog, Model, Provider
from autocoder_tui.engine.edit_format import EDIT_FORMATS
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.problems import Problem, shortened, unknown_name
from autocoder_tui.safety.sanitize import visible

PACKAGED_FILE = Path(__file__).parent.parent / "data" / "models.toml"

_MOST_USD_PER_MILLION = Decimal(100_000)
_MOST_TOKENS = 1_000_000_000
_EMPTY = Catalog({}, ())
_WHEN = re.compile(r"\d{4}-\d{2}(-\d{2})?|version [\w.+-]{1,40}")
"""When a price was read; of a table without a day, its version."""


def load_catalog(
    user_file: Path | None = None, listed_file: Path | None = None
) -> tuple[Catalog, tuple[Problem, ...]]:
    """The packaged catalog with what was refreshed and the user's `models.toml` over it.

    A missing file is no problem. An entry that is not as expected is left out and reported;
    a file that is not TOML is left out as a whole.
    """
    catalog, problems = _read_over(_EMPTY, PACKAGED_FILE)
    own = _providers_of(user_file)
    if own is not None and listed_file is not None:
        # The addresses of the user's own providers come first: what was refreshed is theirs.
        catalog = replace(catalog, providers={**catalog.providers, **own})
        catalog, more = _read_over(catalog, listed_file, missing_ok=True)
        problems += more
    if user_file is not None:
        catalog, more = _read_over(catalog, user_file, missing_ok=True)
        problems += more
    return catalog, problems


def _providers_of(user_file: Path | None) -> Mapping[str, Provider] | None:
    if user_file is None:
        return None
    packaged, _ = _read_over(_EMPTY, PACKAGED_FILE)
    return _read_over(packaged, user_file, missing_ok=True)[0].providers


def _read_over(
    base: Catalog, path: Path, *, missing_ok: bool = False
) -> tuple[Catalog, tuple[Problem, ...]]:
    file = read_toml(path, missing_ok=missing_ok)
    if isinstance(file, Problem):
        return base, (file,)
    reading = _Reading(file, base)
    return reading.catalog(), tuple(reading.problems)


class _ExpectedError(Exception):
    """A value that cannot be used; the text says what was expected instead."""


class _Reading:
    """One file being laid over `base`."""

    def __init__(self, file: TomlFile, base: Catalog) -> None:
        self.file = file
        self.base = base
        self.problems: list[Problem] = []

    def catalog(self) -> Catalog:
        data = self.file.data
        for name in data:
            if name not in ("providers", "models"):
                self._report([name], unknown_name(name, ("providers", "models")))
        providers = dict(self.base.providers)
        for name, table in self._tables("providers").items():
            provider = self._provider(name, table)
            if provider is not None:
                providers[name] = provider
        models = {(model.provider, model.name): model for model in self.base.models}
        for index, table in enumerate(self._array("models")):
            model = self._model(index, table, providers)
            if model is not None:
                models[model.provider, model.name] = model
        return Catalog(providers, tuple(models.values()))

    def _provider(self, name: str, table: dict[str, Any]) -> Provider | None:
        keys = ("providers", name)
        known = self.base.providers.get(name)
        if name != shortened(name) or not name.strip():
            self._report(keys, "expected a short name without control characters")
            return None
        values = self._values(keys, table, _PROVIDER_FIELDS)
        if values is None:
            return None
        if known is not None and values.get("base_url", known.base_url) == known.base_url:
            return replace(known, **values)
        if "base_url" not in values:
            self._report(keys, "expected a base_url such as http://127.0.0.1:8080/v1")
            return None
        return Provider(name, **values)

    def _model(
        self, index: int, table: dict[str, Any], providers: Mapping[str, Provider]
    ) -> Model | None:
        keys = ("models", index)
        values = self._values(keys, table, _MODEL_FIELDS)
        if values is None:
            return None
        if "name" not in values:
            self._report(keys, "expected a name for the model")
            return None
        same_name = [model for model in self.base.models if model.name == values["name"]]
        if "provider" not in values and same_name:
            values["provider"] = same_name[0].provider
        provider = values.get("provider")
        if provider not in providers:
            found = unknown_name(provider, providers) if provider else "found none"
            self._report((*keys, "provider"), f"expected the name of a provider, {found}")
            return None
        if self.file.path != PACKAGED_FILE and not _PRICES.isdisjoint(values):
            values.setdefault("source", self.file.path.name)
            # The day of another figure is not this one's.
            values.setdefault("priced_on", None)
        for size, source in _SIZES.items():
            if self.file.path != PACKAGED_FILE and size in values:
                values.setdefault(source, self.file.path.name)
        for model in same_name:
            if model.provider == provider:
                return replace(model, **values)
        return Model(**values)

    def _values(
        self,
        keys: tuple[str | int, ...],
        table: dict[str, Any],
        fields: Mapping[str, Callable[[Any], Any]],
    ) -> dict[str, Any] | None:
        """The checked fields of one entry, None when any of them cannot be used."""
        values: dict[str, Any] = {}
        usable = True
        for name, value in table.items():
            if name not in fields:
                self._report((*keys, name), unknown_name(name, fields))
                continue
            try:
                values[name] = fields[name](value)
            except _ExpectedError as expected:
                found = f"found {shortened(repr(value))}"
                self._report((*keys, name), f"expected {expected} for {name}, {found}")
                usable = False
            except RequestError as error:
                self._report((*keys, name), error.message)
                usable = False
        return values if usable else None

    def _tables(self, name: str) -> dict[str, dict[str, Any]]:
        value = self.file.data.get(name, {})
        if isinstance(value, dict) and all(isinstance(item, dict) for item in value.values()):
            return value
        self._report([name], f"expected tables such as [{name}.NAME]")
        return {}

    def _array(self, name: str) -> list[dict[str, Any]]:
        value = self.file.data.get(name, [])
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        self._report([name], f"expected tables such as [[{name}]]")
        return []

    def _report(self, keys: list[str] | tuple[str | int, ...], message: str) -> None:
        self.problems.append(self.file.problem(keys, message))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200:
        raise _ExpectedError("a text of at most 200 characters")
    if visible(value) != value:
        raise _ExpectedError("a text without control characters")
    return value.strip()


def _base_url(value: Any) -> str:
    return check_base_url(_text(value))


def _variable(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", value):
        raise _ExpectedError("the name of an environment variable, never the key itself,")
    return value


def _file_name(value: Any) -> str:
    name = _text(value)
    if name in (".", "..") or "/" in name or "\\" in name:
        raise _ExpectedError("a file name without a folder")
    return name


def _parameter(value: Any) -> str:
    if value not in ("max_tokens", "max_completion_tokens"):
        raise _ExpectedError('"max_tokens" or "max_completion_tokens"')
    return str(value)


def _price(value: Any) -> Decimal:
    expected = _ExpectedError('US dollars per million tokens such as "0.15"')
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise expected
    try:
        price = Decimal(value)
    except InvalidOperation:
        raise expected from None
    if not price.is_finite() or price < 0 or price > _MOST_USD_PER_MILLION:
        raise expected
    return price


def _tokens(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _MOST_TOKENS:
        raise _ExpectedError("a number of tokens such as 32768")
    return value


def _temperature(value: Any) -> float:
    usable = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not usable or not 0 <= value <= 2:
        raise _ExpectedError("a number from 0 to 2")
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _ExpectedError("true or false")
    return value


def _edit_format(value: Any) -> str:
    if value not in EDIT_FORMATS:
        raise _ExpectedError('"auto", "whole" or "edits"')
    return str(value)


def _month(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str) or not _WHEN.fullmatch(value):
        raise _ExpectedError('a month or day such as "2024-12"')
    return value


_PROVIDER_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "base_url": _base_url,
    "key_variable": _variable,
    "key_file": _file_name,
    "max_tokens_parameter": _parameter,
}
_MODEL_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "name": _text,
    "provider": _text,
    "input_price": _price,
    "output_price": _price,
    "cached_price": _price,
    "context_length": _tokens,
    "max_tokens": _tokens,
    "priced_on": _month,
    "temperature": _temperature,
    "reasoning_effort": _text,
    "system_role": _flag,
    "edits": _flag,
    "edit_format": _edit_format,
    "source": _text,
    "source_of_context": _text,
    "source_of_max_tokens": _text,
}
_PRICES = frozenset({"input_price", "output_price", "cached_price"})
_SIZES = {"context_length": "source_of_context", "max_tokens": "source_of_max_tokens"}
"""Where each size of a model comes from is kept beside it."""
