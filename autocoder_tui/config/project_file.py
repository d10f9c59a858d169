"""`.autocoder-tui.toml` in a project: what the project itself says, for everyone who works on it.

    [check]
    commands = ["pytest -q", "ruff check ."]
    seconds = 300
    pass_environment = ["DATABASE_URL"]

It may have configurations of steps, too: `[steps.NAME]` (see `steps.configuration`).

It may have come with somebody else's project, so what it names is never run unasked.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from autocoder_tui.config.setting_sections import CheckSettings
from autocoder_tui.config.settings import STEPS
from autocoder_tui.config.toml_file import read_toml
from autocoder_tui.problems import Problem, unknown_name

PROJECT_FILE = ".autocoder-tui.toml"
_TABLES = ("check", STEPS)


def load_project_check(root: Path, own: CheckSettings) -> tuple[CheckSettings, tuple[Problem, ...]]:
    """What the project at `root` says of its checks, over the user's `own` settings; and what was
    wrong with it. A missing file is no problem."""
    parsed = read_toml(root / PROJECT_FILE, missing_ok=True)
    if isinstance(parsed, Problem):
        return own, (parsed,)
    problems = [
        parsed.problem([name], unknown_name(name, _TABLES))
        for name in parsed.data
        if name not in _TABLES
    ]
    table = parsed.data.get("check", {})
    if not isinstance(table, dict):
        return own, (*problems, parsed.problem(["check"], "expected a table [check]"))
    expected = {item.name: item.metadata["expected"] for item in fields(CheckSettings)}
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in expected:
            problems.append(parsed.problem(["check", name], unknown_name(name, expected)))
        elif (checked := expected[name].check(value)) is None:
            problems.append(parsed.problem(["check", name], expected[name].message(name, value)))
        else:
            values[name] = checked
    return replace(own, **values), tuple(problems)
