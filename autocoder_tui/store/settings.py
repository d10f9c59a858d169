"""config.toml: what can be set, what it means, and what happens when it is wrong.

A setting that is not as expected keeps its default and becomes a Problem; the file itself
is changed only by `save_setting` (store/settings_file.py), and never when it is corrupt.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autocoder_tui.display import visible
from autocoder_tui.engine.request import Limits
from autocoder_tui.problems import Problem, shortened, unknown_name
from autocoder_tui.tomlfile import TomlFile, read_toml

DIFF_LAYOUTS = ("auto", "side-by-side", "unified")
DEFAULT_MODEL = "Qwen/Qwen2.5-Coder-32B-Instruct"
DEFAULT_THEME = "autocoder-dark"

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a setting may be: words for messages, and the check. `check` returns the value
    in its own type, or None when it is not acceptable."""

    words: str
    check: Callable[[Any], Any]


def _number(value: Any, least: float, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = float(value)
    return number if math.isfinite(number) and least <= number <= most else None


def _seconds(value: Any) -> float | None:
    number = _number(value, 0, 1e7)
    return number or None


def _whole(most: int) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return value if is_whole and 1 <= value <= most else None

    return check


def _text(value: Any) -> str | None:
    usable = isinstance(value, str) and 0 < len(value.strip()) <= 200 and visible(value) == value
    return value.strip() if usable else None


def _dollars(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        amount = Decimal(str(value).strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount <= 1_000_000 else None


_SECONDS = {"expected": Expected("a number of seconds above 0", _seconds)}
_COUNT = {"expected": Expected("a whole number from 1 to 1000", _whole(1000))}
_TEXT = {"expected": Expected("a text", _text)}


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    connect_timeout: float = field(default=_LIMITS.connect_timeout, metadata=_SECONDS)
    """Longest wait for a connection, in seconds."""
    first_byte_timeout: float = field(default=_LIMITS.first_byte_timeout, metadata=_SECONDS)
    """Longest wait from the request to the first byte of the reply, in seconds."""
    idle_timeout: float = field(default=_LIMITS.idle_timeout, metadata=_SECONDS)
    """Longest pause without new content within a reply, in seconds."""
    total_timeout: float = field(default=_LIMITS.total_timeout, metadata=_SECONDS)
    """Longest a whole run may take, continuations included, in seconds."""
    max_attempts: int = field(default=_LIMITS.max_attempts, metadata=_COUNT)
    """Tries of one request before its error ends the run."""
    max_parts: int = field(default=_LIMITS.max_parts, metadata=_COUNT)
    """Model replies one run may be joined from."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    default: str = field(default=DEFAULT_MODEL, metadata=_TEXT)
    """Name of the model used when none is chosen."""
    temperature: float | None = field(
        default=None,
        metadata={"expected": Expected("a number from 0 to 2", lambda v: _number(v, 0, 2))},
    )
    """Sampling temperature, 0 to 2. Unset: the provider's own default."""
    max_output_tokens: int | None = field(
        default=None, metadata={"expected": Expected("a whole number above 0", _whole(10_000_000))}
    )
    """Most tokens asked for in one reply. Unset: all the model has."""


@dataclass(frozen=True, slots=True)
class UiSettings:
    theme: str = field(default=DEFAULT_THEME, metadata=_TEXT)
    """Name of the colour theme, packaged or from themes/ in the configuration folder."""
    diff_layout: str = field(
        default="auto",
        metadata={
            "expected": Expected(
                '"auto", "side-by-side" or "unified"', lambda v: v if v in DIFF_LAYOUTS else None
            )
        },
    )
    """How the review shows changes: "side-by-side", "unified", or "auto", by the width."""


@dataclass(frozen=True, slots=True)
class CostSettings:
    max_cost: Decimal | None = field(
        default=None,
        metadata={"expected": Expected('US dollars above 0 such as "0.50"', _dollars)},
    )
    """Most US dollars one run may cost; it stops before the request that would pass it."""


@dataclass(frozen=True, slots=True)
class Settings:
    network: NetworkSettings = NetworkSettings()
    model: ModelSettings = ModelSettings()
    ui: UiSettings = UiSettings()
    cost: CostSettings = CostSettings()
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Keys that replace the built-in ones: binding id, such as "run.start", to key, such as
    "f5" or "f5,ctrl+r"."""

    def limits(self) -> Limits:
        """These settings as the limits of one run."""
        network = {item.name: getattr(self.network, item.name) for item in fields(self.network)}
        return Limits(
            **network,
            max_output_tokens=self.model.max_output_tokens,
            max_cost_usd=self.cost.max_cost,
        )


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings with what was wrong in the file; each problem's setting has its default."""

    settings: Settings
    problems: tuple[Problem, ...] = ()


SECTIONS = ("network", "model", "ui", "cost")


def load_settings(file: Path) -> LoadedSettings:
    """Read config.toml. A missing file is all defaults and no problem."""
    parsed = read_toml(file, missing_ok=True)
    if isinstance(parsed, Problem):
        return LoadedSettings(Settings(), (parsed,))
    problems: list[Problem] = []
    settings = Settings()
    for name, table in parsed.data.items():
        if name not in (*SECTIONS, "keys"):
            message = unknown_name(name, (*SECTIONS, "keys"))
            problems.append(parsed.problem([name], message))
        elif not isinstance(table, dict):
            problems.append(parsed.problem([name], f"expected a table [{name}]"))
        elif name == "keys":
            settings = replace(settings, keys=_keys(parsed, table, problems))
        else:
            section = _section(parsed, name, table, getattr(settings, name), problems)
            settings = replace(settings, **{name: section})
    return LoadedSettings(settings, tuple(problems))


def expected_of(section: str, name: str) -> Expected:
    """What the setting may be. Raises KeyError for a section or name that does not exist."""
    if section == "keys":
        return _TEXT["expected"]
    if section in SECTIONS:
        for item in fields(getattr(Settings(), section)):
            if item.name == name:
                return item.metadata["expected"]  # type: ignore[no-any-return]
    raise KeyError(f"{section}.{name}")


def _section(
    file: TomlFile, section: str, table: dict[str, Any], current: Any, problems: list[Problem]
) -> Any:
    names = [item.name for item in fields(current)]
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in names:
            problems.append(file.problem([section, name], unknown_name(name, names)))
            continue
        expected = expected_of(section, name)
        checked = expected.check(value)
        if checked is None:
            message = f"expected {expected.words} for {name}, found {_found(value)}"
            problems.append(file.problem([section, name], message))
        else:
            values[name] = checked
    return replace(current, **values)


def _keys(file: TomlFile, table: dict[str, Any], problems: list[Problem]) -> Mapping[str, str]:
    keys: dict[str, str] = {}
    for name, value in _flat(table):
        checked = _text(value)
        if checked is None:
            message = f'expected a key such as "f5" for {shortened(name)}, found {_found(value)}'
            problems.append(file.problem(["keys", name], message))
        else:
            keys[name] = checked
    return MappingProxyType(keys)


def _flat(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """`run.start = "f5"` unquoted is a nested table to TOML; both forms mean one binding id."""
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += _flat(value, f"{prefix}{name}.")
        else:
            pairs.append((prefix + name, value))
    return pairs


def _found(value: Any) -> str:
    return shortened(str(value) if isinstance(value, Decimal) else repr(value))
