"""Control files (`-c`): the options of a run in a JSON or TOML file.

    {
        "input_files": ["src/report.py", "tests/*.py"],
        "output_file": "src/report.py",
        "requirements": "@wish.txt",
        "force": true
    }

What may stand in one is the table of options (`run_options.py`). Paths are relative to the folder
of the control file, so that it can be kept with a project and used from anywhere. Flags on the
command line win over it, and it wins over the settings, but for what these forbid.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from autocoder_tui.config.errors import ControlFileUnusable
from autocoder_tui.config.lenient_json import UNREADABLE, parse_lenient_json
from autocoder_tui.config.run_options import OPTION_OF_KEY, RunOption
from autocoder_tui.config.settings import Settings
from autocoder_tui.config.toml_file import TomlFile, read_small_text
from autocoder_tui.config.toml_statements import parse_all_toml
from autocoder_tui.engine.base_url import check_base_url, host_of
from autocoder_tui.engine.errors import RequestError
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem, nearest, shortened
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.textfile import read_text_file

_COMMENTS = re.compile(r"(?:\s|\ufeff|//[^\n]*|/\*.*?\*/)*", re.S)
_MEANT: Final = {
    **dict.fromkeys(("prompt", "instructions", "task", "message", "goal"), "requirements"),
    **dict.fromkeys(("files", "file", "input", "inputs", "context_files"), "input_files"),
    **dict.fromkeys(("output", "outputs", "out", "target"), "output_file"),
    **dict.fromkeys(("url", "server", "host", "api_base", "openai_api_base"), "base_url"),
    **dict.fromkeys(("budget", "cap", "cost_limit", "limit"), "max_cost"),
}
"""Names other programs use, where the one that is meant is not the nearest in spelling."""
SCHEMA_KEY: Final = "$schema"
"""Where an editor finds what may stand in the file."""


@dataclass(frozen=True, slots=True)
class ControlFile:
    """What a control file, or one job of a list of jobs, says.

    `values` are checked and by the names of the table; a name is missing where the file says
    nothing, or `null`. Paths are absolute; the requirements are the text, or "@" and an absolute
    path. `lines` has the line of each of them. `problems` is everything that is wrong.
    """

    path: Path
    base: Path
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, int | None] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()

    def usable(self) -> Mapping[str, Any]:
        """The values. Raises ControlFileUnusable, naming all that is wrong with its line."""
        if self.problems:
            raise ControlFileUnusable(self.problems)
        return self.values


def read_control_file(
    path: Path, settings: Settings | None = None, overridden: Collection[str] = ()
) -> ControlFile:
    """Read a control file: JSON where it ends in .json or begins with "{", otherwise TOML.

    It may not do what `settings` forbid. Of the options that are `overridden`, by a flag, only
    the form is looked at. Nothing is raised: what is wrong is in the `problems`.
    """
    base = path.absolute().parent
    text = read_small_text(path)
    if isinstance(text, Problem):
        return ControlFile(path, base, problems=(text,))
    in_braces = text[_COMMENTS.match(text).end() :].startswith("{")  # type: ignore[union-attr]
    if path.suffix.lower() in (".yaml", ".yml") and not in_braces:
        problem = Problem(path, 1, "YAML is not read here; write the same as JSON or TOML")
        return ControlFile(path, base, problems=(problem,))
    is_json = path.suffix.lower() == ".json" or in_braces
    parsed, problems = (parse_lenient_json if is_json else parse_all_toml)(path, text)
    return _checked(parsed, problems, base, settings, overridden)


def read_job(
    path: Path, text: str, line: int, settings: Settings | None = None, base: Path | None = None
) -> ControlFile:
    """One entry of a JSON Lines file: `text` is that line, `line` its number in `path`.

    Relative paths are those of the folder of `path`, or of `base`.
    """
    parsed, problems = parse_lenient_json(path, text, line)
    return _checked(parsed, problems, base or path.absolute().parent, settings, ())


def _checked(
    parsed: TomlFile,
    problems: tuple[Problem, ...],
    base: Path,
    settings: Settings | None,
    overridden: Collection[str],
) -> ControlFile:
    values: dict[str, Any] = {}
    keys: dict[str, str] = {}
    found = list(problems)
    for key, value in parsed.data.items():
        option = OPTION_OF_KEY.get(key.replace("-", "_"))
        if option is None:
            if key != SCHEMA_KEY:
                found.append(parsed.problem([key], _unknown(key, value)))
            continue
        if option.name in keys:
            first = keys[option.name]
            message = f'"{key}" and "{first}" say the same; keep one of them'
            found.append(parsed.problem([key], message))
            continue
        keys[option.name] = key
        # `null` is how a program writes down that nothing was given.
        if value is UNREADABLE or value is None:
            continue
        checked, wrong = _value(parsed, key, option, value, base, option.name in overridden)
        found += wrong
        if not wrong:
            values[option.name] = checked
    file = ControlFile(
        parsed.path,
        base,
        MappingProxyType(values),
        MappingProxyType({name: parsed.lines.get((key,)) for name, key in keys.items()}),
    )
    if settings is not None:
        found += _forbidden(file, settings, overridden)
    found.sort(key=lambda problem: problem.line or 0)
    return replace(file, problems=tuple(found))


def _unknown(key: str, value: Any) -> str:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|-", "_", key).lower()
    like = _MEANT.get(name) or nearest(name, OPTION_OF_KEY)
    shown = shortened(key)
    if isinstance(value, dict) and any(name in OPTION_OF_KEY for name in value):
        return f'"{shown}" is not known here; options stand at the top of the file, in no table'
    if name.endswith(("api_key", "token", "password", "secret")):
        return f'"{shown}" is not known here; a key goes into the environment, in no such file'
    if like is None:
        return f'"{shown}" is not known here; `autocoder-tui schema` names what is'
    return f'"{shown}" is not known here; the nearest is "{like}"'


def _value(
    parsed: TomlFile, key: str, option: RunOption, value: Any, base: Path, overridden: bool
) -> tuple[Any, list[Problem]]:
    """A value as it is to be used, or what is wrong with it."""
    if _unread(value):
        return None, []
    checked = option.expected.check(value)
    if checked is None:
        if option.several and isinstance(value, list) and value:
            return None, _wrong_items(parsed, key, option, value)
        return None, [parsed.problem([key], option.expected.message(key, value))]
    try:
        checked = _located(option, checked, base)
    except RequestError as error:
        return None, [parsed.problem([key], error.message)]
    return checked, [] if overridden else _missing(parsed, key, option, value, checked)


def _unread(value: Any) -> bool:
    return isinstance(value, list) and any(item is UNREADABLE for item in value)


def _wrong_items(parsed: TomlFile, key: str, option: RunOption, value: list[Any]) -> list[Problem]:
    """Each item that will not do, at its own line."""
    wrong = [number for number, item in enumerate(value) if option.expected.check([item]) is None]
    return [
        parsed.problem([key, number], option.expected.message(f"{key}[{number}]", value[number]))
        for number in wrong
    ]


# ---------------------------------------------------------------------- places


def _located(option: RunOption, value: Any, base: Path) -> Any:
    """Paths made absolute, from the folder of the control file."""
    if option.place == "patterns":
        return tuple(_pattern(item, base) for item in value)
    if option.place == "path":
        return str(_without_dots(base / Path(value).expanduser()))
    if option.place == "text" and (name := file_of_text(value)) is not None:
        return f"@{base / Path(name).expanduser()}"
    return check_base_url(value) if option.place == "url" else value


def _without_dots(path: Path) -> Path:
    """`path` without `..` in it, as the project's own folders are called; where a link would make
    that another place it stays as it is, and is refused later."""
    plain = Path(os.path.normpath(path))
    try:
        return plain if plain.parent.resolve() == path.parent.resolve() else path
    except (OSError, ValueError, RuntimeError):
        return path


def file_of_text(text: str) -> str | None:
    """The file that a text such as `@task.txt` names, None where it is the text itself."""
    named = text.startswith("@") and not text.startswith("@@") and text not in ("@", "@-")
    return text[1:] if named else None


def _pattern(pattern: str, base: Path) -> str:
    # Where a pattern is expanded, brackets in the folder's own name must stand for themselves.
    folder = glob.escape(str(base)) if glob.has_magic(pattern) else str(base)
    path = Path(folder) / Path(pattern).expanduser()
    upwards, _, _ = pattern.rpartition("..")
    return str(path if glob.has_magic(upwards) else _without_dots(path))


def _missing(
    parsed: TomlFile, key: str, option: RunOption, written: Any, located: Any
) -> list[Problem]:
    """Files that are named and not there."""
    if option.place == "text" and (name := file_of_text(located)) is not None:
        if not _is_there(name):
            return [parsed.problem([key], _absent(name))]
        if _is_folder(name):
            said = f"{shortened(name, 200)} is a folder; @ names a file with a text"
            return [parsed.problem([key], said)]
        try:
            read_text_file(Path(name))
        except AutocoderError as error:
            return [parsed.problem([key], error.message.rstrip("."))]
        return []
    if option.place == "path" and _is_folder(located):
        said = f"{shortened(located, 200)} is a folder; {key} names the file to write"
        return [parsed.problem([key], said)]
    if option.place != "patterns":
        return []
    single = isinstance(written, str)
    return [
        parsed.problem([key] if single else [key, number], _absent(name))
        for number, name in enumerate(located)
        if not glob.has_magic(name) and not _is_there(name)
    ]


def _absent(name: str) -> str:
    return f"{shortened(name, 200)} does not exist (paths are relative to the control file)"


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _is_there(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


# ---------------------------------------------------------------------- what settings forbid


def _forbidden(file: ControlFile, settings: Settings, overridden: Collection[str]) -> list[Problem]:
    """What the person's own settings do not allow a file to ask for, which may have come along
    with somebody else's project. A flag is the person's own word."""
    found: list[tuple[str, str]] = []
    values = {name: value for name, value in file.values.items() if name not in overridden}
    cap, wanted = settings.cost.max_cost, values.get("max_cost")
    if cap is not None and wanted is not None and wanted > cap:
        found.append(
            (
                "max_cost",
                f"{wanted} US dollars are more than the {cap} that your settings allow a run "
                "(max_cost in config.toml); lower it, or say --max-cost on the command line",
            )
        )
    address, allowed = values.get("base_url"), settings.network.allowed_servers
    if address is not None and not server_allowed(address, allowed):
        found.append(
            (
                "base_url",
                f"{shortened(host_of(address))} is none of the servers that your settings allow "
                "(allowed_servers in config.toml); add it there, or say --base-url on the command "
                "line",
            )
        )
    if settings.check.check_before_accept and values.get("check") is False:
        found.append(
            (
                "check",
                "your settings want every result checked (check_before_accept in config.toml); "
                "leave this out, or say --no-check on the command line",
            )
        )
    return [Problem(file.path, file.lines.get(name), message) for name, message in found]


def server_allowed(base_url: str, allowed: Collection[str]) -> bool:
    """Whether a run may go to `base_url`: everywhere where nothing is `allowed` by name, else to
    these hosts, and to those below one that begins with a dot."""
    if not allowed:
        return True
    host = host_of(base_url)
    names = [name.lower().rstrip(".") for name in allowed]
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in names)
