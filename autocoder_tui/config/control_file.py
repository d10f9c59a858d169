"""Control files (`-c`): the options of a run in a TOML or JSON file.

    input_files = ["src/report.py", "tests/*.py"]
    output_file = "src/report.py"
    requirements = "@wish.txt"
    model = "gpt-4o-mini"
    force = true

Paths are relative to the folder of the control file, so that it can be kept with a project
and used from anywhere. Flags on the command line win over it.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from autocoder_tui.config.errors import ControlFileUnusable
from autocoder_tui.config.toml_file import TomlFile, parse_toml, read_small_text
from autocoder_tui.config.value_types import (
    COUNT,
    DOLLARS,
    FLAG,
    NAME,
    NAMES,
    SECONDS,
    TEMPERATURE,
    TEXT,
    TOKENS,
    Expected,
    one_of,
    whole_number,
)
from autocoder_tui.engine.base_url import check_base_url
from autocoder_tui.engine.edit_format import EDIT_FORMATS
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.problems import Problem, unknown_name


@dataclass(frozen=True, slots=True)
class Control:
    """What a control file says; None where it says nothing.

    Paths are absolute. `requirements` is the text, or "@" and an absolute path. Time-outs are
    seconds, `max_cost` US dollars, `max_output` tokens of one reply.
    """

    input_files: tuple[str, ...] = ()
    output_file: str | None = None
    requirements: str | None = None
    model: str | None = None
    fallback: tuple[str, ...] = ()
    base_url: str | None = None
    force: bool | None = None
    debug_level: int | None = None
    temperature: float | None = None
    edit_format: str | None = None
    edit_retries: int | None = None
    max_output: int | None = None
    max_cost: Decimal | None = None
    theme: str | None = None
    connect_timeout: float | None = None
    first_byte_timeout: float | None = None
    idle_timeout: float | None = None
    keepalive_timeout: float | None = None
    total_timeout: float | None = None
    max_attempts: int | None = None
    max_parts: int | None = None


def load_control(path: Path) -> Control:
    """Read a control file: JSON if it ends in .json or starts with "{", otherwise TOML.

    Raises ControlFileUnusable naming file, line and what was expected.
    """
    file = _parsed(path)
    if isinstance(file, Problem):
        raise ControlFileUnusable((file,))
    names = [item.name for item in fields(Control)]
    folder = path.absolute().parent
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for written, value in file.data.items():
        name = written.replace("-", "_")
        if name not in names:
            problems.append(file.problem([written], unknown_name(written, names)))
            continue
        checked = _OPTIONS[name].check(value)
        if checked is None:
            problems.append(file.problem([written], _OPTIONS[name].message(name, value)))
            continue
        try:
            values[name] = _located(name, checked, folder)
        except RequestError as error:
            problems.append(file.problem([written], error.message))
    if problems:
        raise ControlFileUnusable(tuple(problems))
    return Control(**values)


def _parsed(path: Path) -> TomlFile | Problem:
    text = read_small_text(path)
    if isinstance(text, Problem):
        return text
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        return _parse_json(path, text)
    return parse_toml(path, text)


def _parse_json(path: Path, text: str) -> TomlFile | Problem:
    try:
        data = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        return Problem(path, error.lineno, f"expected JSON, {reason}")
    except (ValueError, ArithmeticError, RecursionError):
        return Problem(path, None, "expected JSON, found a number too long or nesting too deep")
    if not isinstance(data, dict):
        return Problem(path, 1, "expected a JSON object, { ... }")
    lines: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        for name in re.findall(r'"([^"\\]+)"\s*:', line):
            lines.setdefault((name,), number)
    return TomlFile(path, text, data, lines)


def _patterns(value: Any) -> tuple[str, ...] | None:
    items = [value] if isinstance(value, str) else value
    usable = isinstance(items, list) and all(TEXT.check(item) for item in items)
    return tuple(items) if usable else None


def _located(name: str, value: Any, folder: Path) -> Any:
    """Paths made absolute, from the folder of the control file."""
    if name == "input_files":
        return tuple(_pattern(item, folder) for item in value)
    if name == "output_file":
        return str(folder / Path(value).expanduser())
    if (
        name == "requirements"
        and value.startswith("@")
        and not value.startswith("@@")
        and len(value) > 1
    ):
        return f"@{folder / Path(value[1:]).expanduser()}"
    return check_base_url(value) if name == "base_url" else value


def _pattern(pattern: str, folder: Path) -> str:
    # Where a pattern is expanded, brackets in the folder's own name must stand for themselves.
    base = glob.escape(str(folder)) if glob.has_magic(pattern) else str(folder)
    return str(Path(base) / Path(pattern).expanduser())


_OPTIONS: Mapping[str, Expected] = {
    "input_files": Expected('a list of paths or patterns such as ["src/*.py"]', _patterns),
    "output_file": NAME,
    "requirements": TEXT,
    "model": NAME,
    "fallback": NAMES,
    "base_url": NAME,
    "force": FLAG,
    "debug_level": whole_number(0, 3),
    "temperature": TEMPERATURE,
    "edit_format": one_of(*EDIT_FORMATS),
    "edit_retries": whole_number(0, 5),
    "max_output": TOKENS,
    "max_cost": DOLLARS,
    "theme": NAME,
    "connect_timeout": SECONDS,
    "first_byte_timeout": SECONDS,
    "idle_timeout": SECONDS,
    "keepalive_timeout": SECONDS,
    "total_timeout": SECONDS,
    "max_attempts": COUNT,
    "max_parts": COUNT,
}
