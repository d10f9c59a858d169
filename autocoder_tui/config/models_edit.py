"""Changing models.toml: an endpoint of the user's, and figures that were refreshed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from autocoder_tui.config.errors import SettingsNotSaved
from autocoder_tui.config.toml_file import TomlFile, parse_toml, read_toml
from autocoder_tui.engine.catalog import Model, Provider
from autocoder_tui.problems import Problem, shortened
from autocoder_tui.system.atomic_write import why_not_written, write_atomically
from autocoder_tui.system.damaged_file import put_aside

if TYPE_CHECKING:
    import tomlkit


def save_endpoint(file: Path, provider: Provider, models: Iterable[Model]) -> None:
    """Put `provider` and `models` into models.toml; what is known as None is left out.

    Only the values of these entries change: comments, other entries and fields that mean
    nothing to this program stay as the user wrote them, though tables of one kind that stood
    apart may be brought together. Raises SettingsNotSaved; a file
    that is not TOML, or can't be changed without loss, is left as it is.
    """
    current = read_toml(file, missing_ok=True)
    if isinstance(current, Problem):
        raise SettingsNotSaved(f"{current} The endpoint was not saved; correct the file first.")
    tables = {"base_url": provider.base_url, "key_variable": provider.key_variable}
    added: dict[str, Any] = {"providers": {provider.name: tables}}
    added["models"] = [_table(model) for model in models]
    wanted = _merged(current, added)
    if wanted == current.data:
        return
    text = _edited(current, added)
    parsed = parse_toml(file, text)
    if isinstance(parsed, Problem) or parsed.data != wanted:
        raise SettingsNotSaved(
            f"{shortened(file)} is written in a form that can't be changed without loss, so the "
            f"endpoint was not saved. Add [providers.{provider.name}] to it by hand."
        )
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


def _edited(current: TomlFile, added: Mapping[str, Any]) -> str:
    """The file's own text with the values of `added` in it; new entries go to its end."""
    # Only needed here, and slow to load.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(current.text)
        new = _changed(document, added)
        text = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError):
        return ""
    for entry in new:
        text += "\n" * bool(text and not text.endswith("\n"))
        text += "\n" * bool(text) + entry
    return text


def _changed(document: tomlkit.TOMLDocument, added: Mapping[str, Any]) -> list[str]:
    """Set what `document` has entries for; returns the entries it lacks, each as TOML."""
    new: list[str] = []
    for name, values in added["providers"].items():
        if name in document.get("providers", {}):
            _set(document["providers"][name], values)
        else:
            new.append(tomli_w.dumps({"providers": {name: values}}))
    for values in added["models"]:
        wanted = (values["name"], values["provider"])
        entries = document.get("models", [])
        same = [one for one in entries if (one.get("name"), one.get("provider")) == wanted]
        if same:
            _set(same[0], values)
        else:
            new.append(f"[[models]]\n{tomli_w.dumps(values)}")
    return new


def _set(entry: MutableMapping[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if entry.get(name) != value:
            entry[name] = value
