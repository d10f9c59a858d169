"""Configurations: named lists of steps.

Ours are in `data/configurations.toml`. A person's own stand in config.toml, a project's in its
`.autocoder-tui.toml`, both as

    [steps.careful]
    summary = "Ask first, then write and test."
    steps = ["clarify", "generate", "test"]
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from autocoder_tui.config.project_file import PROJECT_FILE
from autocoder_tui.config.settings import STEPS
from autocoder_tui.config.toml_file import TomlFile, read_toml
from autocoder_tui.problems import Problem, shortened, unknown_name
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.values import dataclass

Whose: TypeAlias = Literal["shipped", "user", "project"]

SHIPPED_FILE: Final = Path(str(files("autocoder_tui"))) / "data" / "configurations.toml"
DEFAULT: Final = "default"
_KNOWN: Final = ("summary", "steps")
_MOST_STEPS: Final = 99


@dataclass(frozen=True, slots=True)
class Configuration:
    """`steps` are run in this order. `file` is where it stands."""

    name: str
    steps: tuple[str, ...]
    summary: str = ""
    origin: Whose = "shipped"
    file: Path | None = None


def load_configurations(
    root: Path, config_dir: Path
) -> tuple[dict[str, Configuration], tuple[Problem, ...]]:
    """All of them by name, and what is wrong with any that is not used. The project's win over
    the person's, and those over ours. Blocking."""
    found: dict[str, Configuration] = {}
    problems: list[Problem] = []
    places: tuple[tuple[Whose, Path], ...] = (
        ("shipped", SHIPPED_FILE),
        ("user", config_dir / "config.toml"),
        ("project", root / PROJECT_FILE),
    )
    for origin, file in places:
        parsed = read_toml(file, missing_ok=origin != "shipped")
        if isinstance(parsed, Problem):
            problems.append(parsed)
            continue
        above = () if origin == "shipped" else (STEPS,)
        tables = parsed.data.get(STEPS, {}) if above else parsed.data
        if not isinstance(tables, dict):
            problems.append(parsed.problem([STEPS], "expected tables [steps.NAME]"))
            continue
        for name, table in tables.items():
            read = _read(parsed, (*above, name), table, origin)
            if isinstance(read, Configuration):
                found[name] = read
            else:
                problems.append(read)
    return found, tuple(problems)


def named(name: str, configurations: Mapping[str, Configuration]) -> Configuration:
    """The configuration called `name`. Raises ProjectUnusable."""
    if name not in configurations:
        raise ProjectUnusable(
            f"There is no configuration of this name: {unknown_name(name, configurations)}. "
            "autocoder-tui steps lists them all."
        )
    return configurations[name]


def _read(file: TomlFile, keys: tuple[str, ...], table: Any, origin: Whose) -> Any:
    """The configuration in a table, or what is wrong with it."""
    name = keys[-1]
    if not isinstance(table, dict):
        return file.problem(keys, f"expected a table [{'.'.join(keys)}]")
    for key in table:
        if key not in _KNOWN:
            return file.problem([*keys, key], unknown_name(key, _KNOWN))
    if not name.strip() or name.strip() != name or any(sign in name for sign in "/\\ \t\n"):
        return file.problem(keys, f'"{shortened(name)}" is no name: leave out blanks and slashes')
    steps = table.get("steps")
    if not isinstance(steps, list) or not steps:
        return file.problem([*keys, "steps"], 'expected names of steps, such as ["simple"]')
    for step in steps:
        if not isinstance(step, str) or not step.isidentifier():
            said = f"expected the name of a step, found {shortened(repr(step))}"
            return file.problem([*keys, "steps"], said)
    if len(steps) > _MOST_STEPS:
        return file.problem([*keys, "steps"], f"expected at most {_MOST_STEPS} steps")
    summary = table.get("summary", "")
    if not isinstance(summary, str) or "\n" in summary:
        return file.problem([*keys, "summary"], "expected a line of text")
    return Configuration(name, tuple(steps), summary, origin, file.path)
