"""Changing config.toml and the like: one value at a time, everything else kept.

The value is changed in the text, so that comments and order stay. That text is believed only
if it parses to exactly the wanted values; otherwise the file is written anew from the values.
"""

from __future__ import annotations

import copy
from collections.abc import MutableMapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli_w

from autocoder_tui.config.errors import SettingsNotSaved
from autocoder_tui.config.settings import SECTIONS, Settings, expected_of
from autocoder_tui.config.toml_file import TomlFile, parse_toml, read_toml
from autocoder_tui.problems import Problem, unknown_name
from autocoder_tui.system.atomic_write import why_not_written, write_atomically


def save_setting(file: Path, section: str, name: str, value: Any) -> None:
    """Set `[section] name = value` in config.toml, atomically; None takes the setting out.

    Raises SettingsNotSaved when the file is corrupt (it is then left as it is), cannot be
    written, or the value is not one the setting takes.
    """
    if value is not None:
        value = _checked(section, name, value)
    current = read_toml(file, missing_ok=True)
    if isinstance(current, Problem):
        raise SettingsNotSaved(f"{current} The setting was not saved; correct the file first.")
    wanted = _with_value(current.data, section, name, value)
    if wanted is None:
        where = current.problem([section], f"expected a table [{section}]")
        raise SettingsNotSaved(f"{where} The setting was not saved; correct the file first.")
    if wanted == current.data:
        return
    text = _edited(current, section, name, value)
    parsed = parse_toml(file, text)
    if isinstance(parsed, Problem) or parsed.data != wanted:
        text = tomli_w.dumps(wanted)
    try:
        write_atomically(file, text)
    except OSError as error:
        raise SettingsNotSaved(
            f"The setting was not saved: {why_not_written(file, error)}"
        ) from error


def _checked(section: str, name: str, value: Any) -> Any:
    try:
        expected = expected_of(section, name)
    except KeyError:
        message = unknown_name(name, _names(section)) if section in SECTIONS else "no such section"
        raise SettingsNotSaved(f"The setting was not saved: {message}.") from None
    checked = expected.check(value)
    if checked is None:
        raise SettingsNotSaved(f"The setting was not saved: {expected.message(name, value)}.")
    if isinstance(checked, Decimal):
        return str(checked)  # money: exact in every reader
    if isinstance(checked, tuple):
        return list(checked)  # as it is read back
    return Decimal(repr(checked)) if isinstance(checked, float) else checked


def _names(section: str) -> list[str]:
    return list(type(getattr(Settings(), section)).__dataclass_fields__)


def _with_value(data: dict[str, Any], section: str, name: str, value: Any) -> dict[str, Any] | None:
    """`data` with the value set; None when `section` is not a table."""
    wanted = copy.deepcopy(data)
    table = wanted.setdefault(section, {})
    if not isinstance(table, dict):
        return None
    place, key = _place(table, name)
    if value is None:
        place.pop(key, None)
        if not table and section not in data:
            del wanted[section]
    else:
        place[key] = value
    return wanted


def _edited(file: TomlFile, section: str, name: str, value: Any) -> str:
    """The text with one value changed, added or taken out; not yet known to be right."""
    # Only needed here, and slow to load.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(file.text)
        table, key = _place(document.setdefault(section, tomlkit.table()), name)
        if value is None:
            table.pop(key, None)
        else:
            # Written by the one who writes whole files: money and times look the same in both.
            table[key] = tomlkit.value(tomli_w.dumps({"x": value}).strip()[4:])
        text = tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError, KeyError, ValueError):
        return ""
    if "\r\n" in file.text:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text


def _place(table: MutableMapping[str, Any], name: str) -> tuple[MutableMapping[str, Any], str]:
    """Where the value called `name` stands, or is to stand: a binding's name has dots in it,
    and may be written as a table in a table."""
    if name not in table:
        head, _, rest = name.partition(".")
        inner = table.get(head)
        if rest and isinstance(inner, MutableMapping):
            return _place(inner, rest)
    return table, name
