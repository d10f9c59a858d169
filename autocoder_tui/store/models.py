"""Changing models.toml: an endpoint of the user's, and figures that were refreshed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli_w

from autocoder_tui.engine.catalog import Model, Provider
from autocoder_tui.problems import Problem
from autocoder_tui.store.durable import why_not_written, write_atomically
from autocoder_tui.store.errors import SettingsNotSaved
from autocoder_tui.store.memory import put_aside
from autocoder_tui.tomlfile import TomlFile, parse_toml, read_toml


def save_endpoint(file: Path, provider: Provider, models: Iterable[Model]) -> None:
    """Put `provider` and `models` into models.toml; what is known as None is left out.

    New entries go to the end of the file, so its comments and order stay. An entry that is
    there already is replaced, which keeps the values of the file but not its comments.
    Raises SettingsNotSaved; a file that is not TOML is left as it is.
    """
    current = read_toml(file, missing_ok=True)
    if isinstance(current, Problem):
        raise SettingsNotSaved(f"{current} The endpoint was not saved; correct the file first.")
    tables = {"base_url": provider.base_url, "key_variable": provider.key_variable}
    added: dict[str, Any] = {"providers": {provider.name: tables}}
    added["models"] = [_table(model) for model in models]
    wanted = _merged(current, added)
    text = _appended(current, added)
    parsed = parse_toml(file, text)
    if isinstance(parsed, Problem) or parsed.data != wanted:
        text = tomli_w.dumps(wanted)
    _write(file, text, "The endpoint was not saved")


def save_listed(file: Path, models: Iterable[Model]) -> None:
    """Keep refreshed figures; those of other providers in the file stay.

    Raises SettingsNotSaved. A damaged file is put aside, see memory.py.
    """
    fresh = list(models)
    current = read_toml(file, missing_ok=True)
    kept = [] if isinstance(current, Problem) else _entries(current.data)
    replaced = {model.provider for model in fresh}
    tables = [table for table in kept if table.get("provider") not in replaced]
    text = tomli_w.dumps({"models": [*tables, *(_table(model) for model in fresh)]})
    _write(file, text, "The refreshed figures were not saved", damaged=current)


def _write(file: Path, text: str, what: str, damaged: object = None) -> None:
    try:
        if isinstance(damaged, Problem):
            put_aside(damaged)
        write_atomically(file, text)
    except OSError as error:
        raise SettingsNotSaved(f"{what}: {why_not_written(file, error)}") from error


def _table(model: Model) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for item in fields(model):
        value = getattr(model, item.name)
        if value is not None:
            table[item.name] = f"{value:f}" if isinstance(value, Decimal) else value
    return table


def _entries(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    models = data.get("models", [])
    return (
        [table for table in models if isinstance(table, dict)] if isinstance(models, list) else []
    )


def _merged(current: TomlFile, added: Mapping[str, Any]) -> dict[str, Any]:
    """The file's data with `added` over it, entry by entry and field by field."""
    wanted = dict(current.data)
    providers = dict(wanted.get("providers", {}))
    for name, table in added["providers"].items():
        providers[name] = {**providers.get(name, {}), **table}
    wanted["providers"] = providers
    models = [dict(table) for table in _entries(wanted)]
    for table in added["models"]:
        same = (
            one
            for one in models
            if (one.get("name"), one.get("provider")) == (table["name"], table["provider"])
        )
        found = next(same, None)
        if found is None:
            models.append(table)
        else:
            found.update(table)
    if models:
        wanted["models"] = models
    return wanted


def _appended(current: TomlFile, added: Mapping[str, Any]) -> str:
    text = current.text
    if text and not text.endswith("\n"):
        text += "\n"
    for name, table in added["providers"].items():
        if name not in current.data.get("providers", {}):
            text += "\n" * bool(text) + tomli_w.dumps({"providers": {name: table}})
    for table in added["models"]:
        lines = tomli_w.dumps(table)
        text += f"\n[[models]]\n{lines}"
    return text
