"""`autocoder-tui config`: where the settings are, what they are, and changing them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autocoder_tui.config.dirs import config_dir
from autocoder_tui.config.errors import SettingsNotSaved
from autocoder_tui.config.setting_text import NO_KEYS_HERE, as_toml, as_typed, meant
from autocoder_tui.config.settings import Settings, load_settings, setting_names, setting_of
from autocoder_tui.config.settings_edit import save_setting
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.problems import unknown_name
from autocoder_tui.safety.redaction import redacted
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.editor import find_editor, open_in_editor


class UnknownSetting(AutocoderError):
    kind = "unknown_setting"


def config_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what was asked; returns the exit code. Raises AutocoderError."""
    file = config_dir(environ) / "config.toml"
    match options.command:
        case "path":
            print(file)
        case "show":
            return _show(file)
        case "get":
            print(_plain(setting_of(load_settings(file).settings, *_place(options.setting))))
        case "set":
            _set(file, options.setting, options.value)
        case "unset":
            section, name = _place(options.setting)
            save_setting(file, section, name, None)
        case "edit":
            return _edit(file, environ)
    return EXIT_OK


def _show(file: Path) -> int:
    """Every setting in force, as TOML; what is not from the file is marked."""
    loaded = load_settings(file)
    defaults, section = Settings(), ""
    for name in (*setting_names(), *(f"keys.{key}" for key in loaded.settings.keys)):
        table, _, key = name.partition(".")
        if table != section:
            print(f"{'' if not section else chr(10)}[{table}]")
            section = table
        value = setting_of(loaded.settings, table, key)
        own = table == "keys" or value != setting_of(defaults, table, key)
        shown = visible(redacted(as_toml(value)))
        written = f'"{key}"' if table == "keys" else key
        line = f"# {written} is not set" if value is None else f"{written} = {shown}"
        print(line if own or value is None else f"{line}  # default")
    for problem in loaded.problems:
        print(f"autocoder-tui: {visible(str(problem))}", file=sys.stderr)
    return EXIT_FAILED if loaded.problems else EXIT_OK


def _place(setting: str) -> tuple[str, str]:
    """Section and name of a setting called "section.name". Raises UnknownSetting."""
    section, _, name = setting.replace("-", "_").partition(".")
    if section == "keys" and name:
        return section, setting.partition(".")[2]
    known = setting_names()
    if f"{section}.{name}" in known:
        return section, name
    alone = [full for full in known if full.partition(".")[2] == section]
    if not name and len(alone) == 1:
        section, _, name = alone[0].partition(".")
        return section, name
    raise UnknownSetting(f"{unknown_name(setting, known)}.")


def _set(file: Path, setting: str, text: str) -> None:
    section, name = _place(setting)
    if redacted(text) != text:
        raise SettingsNotSaved(NO_KEYS_HERE)
    save_setting(file, section, name, meant(section, name, text))


def _edit(file: Path, environ: Mapping[str, str]) -> int:
    editor = find_editor(environ)
    if editor.said:
        print(f"autocoder-tui: {editor.said}", file=sys.stderr)
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text("# `autocoder-tui docs settings` says what can be set here.\n")
    open_in_editor(editor.command, file, {**os.environ, **environ})
    problems = load_settings(file).problems
    for problem in problems:
        print(f"autocoder-tui: {visible(str(problem))}", file=sys.stderr)
    return EXIT_FAILED if problems else EXIT_OK


def _plain(value: Any) -> str:
    """A value for a shell: a text without its quotes, nothing for one that is not set."""
    if value is None:
        return ""
    return visible(redacted(as_typed(value)))
