"""Every setting with the value that holds now, and where that comes from.

A flag wins over a control file, that over the project's own file, that over config.toml, and all
of them over the default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from autocoder_tui.config.project_file import PROJECT_FILE, load_project_check
from autocoder_tui.config.run_options import LIMIT_NAMES, OPTION_OF_KEY
from autocoder_tui.config.settings import (
    SECTIONS,
    Settings,
    description_of,
    expected_of,
    setting_of,
)
from autocoder_tui.config.toml_file import read_toml
from autocoder_tui.config.value_types import Expected
from autocoder_tui.problems import Problem
from autocoder_tui.runs.setup import Setup
from autocoder_tui.values import dataclass

OPTION_OF_SETTING: Final[Mapping[str, str]] = {
    "model.default": "model",
    "model.fallback": "fallback",
    "model.temperature": "temperature",
    "model.max_output_tokens": "max_output",
    "model.edit_format": "edit_format",
    "model.edit_retries": "edit_retries",
    "model.clarify_limit": "clarify_limit",
    **{f"network.{name}": name for name in LIMIT_NAMES},
    "cost.max_cost": "max_cost",
    "ui.theme": "theme",
    "check.commands": "check_commands",
    "feedback.refine": "refine",
    "log.level": "debug_level",
}
"""The option of a run that says the same as a setting, and wins over it."""

NO_COLOR: Final = "NO_COLOR"


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """`value` is what holds, `stored` what config.toml has of it, `default` what would hold
    without that; None where it is not set. `source` says where `value` comes from, `trouble` what
    is wrong with what the file has; both as plain words, not yet safe to show."""

    section: str
    name: str
    says: str
    expected: Expected
    value: Any
    stored: Any
    default: Any
    source: str
    trouble: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def is_switch(self) -> bool:
        return self.expected.schema.get("type") == "boolean"

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it can be, where there are few."""
        return tuple(self.expected.schema.get("enum", ()))


def settings_in_force(setup: Setup) -> tuple[SettingInForce, ...]:
    """All settings, in the order in which they are shown. Reads config.toml and the project's
    file. Blocking."""
    return tuple(_in_order(setup))


def _in_order(setup: Setup) -> Iterator[SettingInForce]:
    parsed = read_toml(setup.places.config / "config.toml", missing_ok=True)
    data: Mapping[str, Any] = {} if isinstance(parsed, Problem) else parsed.data
    defaults = Settings()
    project, _ = load_project_check(setup.root, setup.settings.check)
    for section in SECTIONS:
        table = data.get(section)
        table = table if isinstance(table, dict) else {}
        for item in fields(getattr(defaults, section)):
            name, expected = item.name, expected_of(section, item.name)
            stored = table.get(name)
            checked = None if stored is None else expected.check(stored)
            broken = stored is not None and checked is None
            default = setting_of(defaults, section, name)
            value = default if checked is None else checked
            source = "default" if checked is None else "config.toml"
            if section == "check" and getattr(project, name) != setting_of(
                setup.settings, section, name
            ):
                value, source = getattr(project, name), f"{PROJECT_FILE} of the project"
            value, source = _given(setup, f"{section}.{name}", value, source)
            if (section, name) == ("ui", "theme") and setup.environ.get(NO_COLOR):
                source = f"{source}; without colours: {NO_COLOR} is set in the environment"
            yield SettingInForce(
                section,
                name,
                description_of(section, name),
                expected,
                value,
                checked,
                default,
                source,
                expected.message(name, stored) if broken else "",
            )


def _given(setup: Setup, name: str, value: Any, source: str) -> tuple[Any, str]:
    """What a flag or the control file says over the settings."""
    option = OPTION_OF_SETTING.get(name, "")
    if option in setup.flags:
        return setup.flags[option], f"flag {OPTION_OF_KEY[option].flags[-1]}"
    if option in setup.file:
        return setup.file[option], "control file"
    return value, source
