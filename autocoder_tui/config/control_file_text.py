"""Options written down as a control file that reads back to the same."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import tomli_w

from autocoder_tui.config.control_file import file_of_text
from autocoder_tui.config.errors import ControlFileNotWritten
from autocoder_tui.config.run_options import RUN_OPTIONS, RunOption
from autocoder_tui.engine.base_url import check_base_url
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.atomic_write import why_not_written, write_atomically


def save_control_file(
    path: Path, options: Mapping[str, Any], *, replace: bool, project: Path
) -> None:
    """Write `options`, by the names of their table, into a control file: JSON, or TOML where
    `path` ends in .toml.

    Files relative to the `project`, and texts relative to the working folder, are written relative
    to the control file where they lie below its folder, or both in the project. An existing file
    is only replaced with `replace`. A key is never written. Raises ControlFileNotWritten, or
    RequestError for an address that is none.
    """
    name = visible(str(path))
    if os.path.lexists(path) and not replace:
        raise ControlFileNotWritten(f"{name} exists; add -f to replace it, or name another file.")
    base = path.absolute().parent
    values = {
        option.name: _written(option, options[option.name], base, project.absolute())
        for option in RUN_OPTIONS
        if option.name in options
    }
    for key, value in values.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else ()
        if any(redacted(text) != text for text in texts):
            raise ControlFileNotWritten(
                f"{key} holds what looks like a key, and a control file is no place for one: "
                "nothing was written. Leave it out."
            )
    try:
        write_atomically(path, _text(path, values))
    except OSError as error:
        raise ControlFileNotWritten(
            f"The control file was not written: {why_not_written(path, error)}"
        ) from error


def _text(path: Path, values: Mapping[str, Any]) -> str:
    if path.suffix.lower() == ".toml":
        return tomli_w.dumps(dict(values), multiline_strings=True)
    return json.dumps(values, indent=4, ensure_ascii=False) + "\n"


def _written(option: RunOption, value: Any, base: Path, project: Path) -> Any:
    if option.place == "patterns":
        return [_relative(item, base, project, project) for item in value]
    if option.place == "path":
        return _relative(value, base, project, project)
    if option.place == "text" and (named := file_of_text(value)) is not None:
        return f"@{_relative(named, base, Path.cwd(), project)}"
    if option.place == "url":
        return check_base_url(value)  # refuses one with a key in it
    if isinstance(value, Decimal):
        return str(value)  # money: exact in every reader
    return list(value) if isinstance(value, tuple) else value


def _relative(name: str, base: Path, here: Path, project: Path) -> str:
    """`name`, which is one of the folder `here`, as a control file in `base` is to call it."""
    path = Path(os.path.normpath(here / Path(name).expanduser()))
    if path.is_relative_to(base):
        return path.relative_to(base).as_posix()
    if path.is_relative_to(project) and base.is_relative_to(project):
        # A project may lie elsewhere for somebody else. Links may lead elsewhere, too.
        upwards = os.path.relpath(path, base)
        if (base / upwards).resolve() == path.resolve():
            return Path(upwards).as_posix()
    if glob.has_magic(name) and not Path(name).is_absolute():
        return str(Path(glob.escape(str(here))) / name)
    return str(path)
