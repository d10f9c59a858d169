"""config.toml: what can be set, what it means, and what happens when it is wrong.

A setting that is not as expected keeps its default and becomes a Problem; the file itself
is changed only by `save_setting` (config/settings_edit.py), and never when it is corrupt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autocoder_tui.config.setting_sections import (
    CheckSettings,
    CostSettings,
    FeedbackSettings,
    GitSettings,
    HistorySettings,
    LogSettings,
    ModelSettings,
    NetworkSettings,
    TerminalSettings,
    UiSettings,
)
from autocoder_tui.config.toml_file import TomlFile, read_toml
from autocoder_tui.config.value_types import NAME, Expected
from autocoder_tui.engine.request import MEGABYTE, Limits
from autocoder_tui.problems import Problem, unknown_name
from autocoder_tui.values import dataclass

_KEY = Expected('a key such as "f5"', NAME.check)


@dataclass(frozen=True, slots=True)
class Settings:
    network: NetworkSettings = field(default_factory=NetworkSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    terminal: TerminalSettings = field(default_factory=TerminalSettings)
    cost: CostSettings = field(default_factory=CostSettings)
    git: GitSettings = field(default_factory=GitSettings)
    check: CheckSettings = field(default_factory=CheckSettings)
    feedback: FeedbackSettings = field(default_factory=FeedbackSettings)
    log: LogSettings = field(default_factory=LogSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Keys that replace the built-in ones: binding id, such as "run.start", to key, such as
    "f5" or "f5,ctrl+r"."""

    def limits(self) -> Limits:
        """These settings as the limits of one run."""
        network = {item.name: getattr(self.network, item.name) for item in fields(self.network)}
        reply_mb = network.pop("max_reply_mb")
        del network["allowed_servers"]
        return Limits(
            **network,
            max_reply_bytes=int(reply_mb * MEGABYTE),
            max_output_tokens=self.model.max_output_tokens,
            edit_retries=self.model.edit_retries,
            max_cost_usd=self.cost.max_cost,
            max_session_cost_usd=self.cost.max_session_cost,
        )


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings with what was wrong in the file; each problem's setting has its default."""

    settings: Settings
    problems: tuple[Problem, ...] = ()


SECTIONS = (
    "model",
    "network",
    "cost",
    "ui",
    "terminal",
    "git",
    "check",
    "feedback",
    "history",
    "log",
)
"""In the order in which they are shown."""


STEPS = "steps"
"""A table of configurations of a project's steps, which `steps.configuration` reads."""


def load_settings(file: Path) -> LoadedSettings:
    """Read config.toml. A missing file is all defaults and no problem."""
    parsed = read_toml(file, missing_ok=True)
    if isinstance(parsed, Problem):
        return LoadedSettings(Settings(), (parsed,))
    problems: list[Problem] = []
    settings = Settings()
    for name, table in parsed.data.items():
        if name == STEPS:
            continue
        if name not in (*SECTIONS, "keys"):
            message = unknown_name(name, (*SECTIONS, "keys", STEPS))
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
        return _KEY
    return _told_of(section, name)["expected"]  # type: ignore[no-any-return]


def description_of(section: str, name: str) -> str:
    """What the setting means, in a sentence or two. Raises KeyError as `expected_of` does."""
    return _told_of(section, name)["says"]  # type: ignore[no-any-return]


def _told_of(section: str, name: str) -> Mapping[str, Any]:
    if section in SECTIONS:
        for item in fields(getattr(Settings(), section)):
            if item.name == name:
                return item.metadata
    raise KeyError(f"{section}.{name}")


def setting_names() -> tuple[str, ...]:
    """All settings as "section.name", but for the keys, which are named by their bindings."""
    settings = Settings()
    return tuple(
        f"{section}.{item.name}"
        for section in SECTIONS
        for item in fields(getattr(settings, section))
    )


def setting_of(settings: Settings, section: str, name: str) -> Any:
    """One value, None where it is not set."""
    if section == "keys":
        return settings.keys.get(name)
    return getattr(getattr(settings, section), name)


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
            problems.append(file.problem([section, name], expected.message(name, value)))
        else:
            values[name] = checked
    return replace(current, **values)


def _keys(file: TomlFile, table: dict[str, Any], problems: list[Problem]) -> Mapping[str, str]:
    keys: dict[str, str] = {}
    for name, value in flat_keys(table):
        checked = _KEY.check(value)
        if checked is None:
            problems.append(file.problem(["keys", name], _KEY.message(name, value)))
        else:
            keys[name] = checked
    return MappingProxyType(keys)


def flat_keys(table: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """`run.start = "f5"` unquoted is a nested table to TOML; both forms mean one binding id."""
    pairs: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            pairs += flat_keys(value, f"{prefix}{name}.")
        else:
            pairs.append((prefix + name, value))
    return pairs
