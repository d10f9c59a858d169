"""`autocoder-tui completions SHELL`: what a shell needs to complete commands, flags and names.

The script is made by shtab from the parsers themselves. Names that come and go (models, runs,
settings) are asked of the program as they are needed, by its hidden command `complete`, which
loads next to nothing.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from autocoder_tui.cli.every_parser import whole_parser
from autocoder_tui.config.dirs import config_dir, state_dir
from autocoder_tui.safety.sanitize import visible

_MOST_RUNS: Final = 100
_FILES: Final = frozenset(
    {"input_files", "output_file", "control_file", "create_control_file", "reply", "paths"}
    | {"patch_file", "report", "answers"}
)
_FOLDERS: Final = frozenset({"directory", "project"})
_NAMES: Final = {
    "model": "models",
    "fallback": "models",
    "run": "runs",
    "runs": "runs",
    "resume": "runs",
    "theme": "themes",
    "batch": "batches",
    "setting": "settings",
    "topic": "topics",
}
"""What is asked of `autocoder-tui complete`, by the argument."""

_ZSH: Final = """\
_autocoder_tui_{kind}() {{
  local -a found
  found=(${{(f)"$(autocoder-tui complete {kind} 2>/dev/null)"}})
  compadd -a found
}}"""


def completion_script(shell: str) -> str:
    """The script for "bash", "zsh" or "fish"."""
    # Slow to load, and needed here only.
    import shtab

    parser = whole_parser()
    for action in _actions(parser):
        if action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.dest in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif action.dest in _NAMES:
            kind = _NAMES[action.dest]
            asked: dict[str, Any] = shtab.cmd(f"autocoder-tui complete {kind} 2>/dev/null")
            # As shtab has it for zsh, all names would be asked for as soon as the script is loaded.
            before = {**asked["preamble"], "zsh": _ZSH.format(kind=kind)}
            zsh = f"_autocoder_tui_{kind}"
            action.complete = {**asked, "zsh": zsh, "preamble": before}  # type: ignore[attr-defined]
    script: str = shtab.complete(parser, shell)
    return script


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)


# ---------------------------------------------------------------------- names


def names(kind: str, environ: Mapping[str, str]) -> list[str]:
    """The names of a kind that a shell could complete to; none of a kind that is not known, and
    none where a file cannot be read: a shell is no place for a message."""
    reader = _READERS.get(kind)
    found: list[str] = []
    if reader is not None:
        with suppress(OSError, ValueError, sqlite3.Error, AttributeError, TypeError):
            found = reader(environ)
    # A name with a blank would come apart in a shell.
    usable = [name for name in found if name and visible(name) == name and not set(name) & _APART]
    return list(dict.fromkeys(usable))


_APART: Final = set(" \t\n\"'\\$`;&|<>()*?[]{}!~")


def _models(environ: Mapping[str, str]) -> list[str]:
    packaged = Path(__file__).parent.parent / "data" / "models.toml"
    return [
        entry["name"]
        for file in (config_dir(environ) / "models.toml", packaged)
        for entry in _toml(file).get("models", [])
    ]


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _runs(environ: Mapping[str, str]) -> list[str]:
    database = state_dir(environ) / "history.db"
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=0.2)) as kept:
        rows = kept.execute(
            "SELECT run_id, name, named FROM runs ORDER BY position DESC LIMIT ?", (_MOST_RUNS,)
        ).fetchall()
    return ["last", *(name for _, name, named in rows if named), *(run_id for run_id, *_ in rows)]


def _batches(environ: Mapping[str, str]) -> list[str]:
    kept = (state_dir(environ) / "batches").glob("*.jsonl")
    newest = sorted(kept, key=lambda path: path.stat().st_mtime, reverse=True)
    return ["last", *(path.stem for path in newest[:_MOST_RUNS])]


def _themes(environ: Mapping[str, str]) -> list[str]:
    from autocoder_tui.config.theme_files import AUTO, packaged_themes_dir

    folders = (packaged_themes_dir(), config_dir(environ) / "themes")
    names = [file.stem for folder in folders for file in folder.glob("*.toml")]
    return sorted([AUTO, *names])


def _settings(_: Mapping[str, str]) -> list[str]:
    from autocoder_tui.config.settings import setting_names

    return list(setting_names())


def _topics(_: Mapping[str, str]) -> list[str]:
    from autocoder_tui.cli.docs import topics

    return list(topics())


_READERS: Final[Mapping[str, Callable[[Mapping[str, str]], list[str]]]] = {
    "models": _models,
    "runs": _runs,
    "batches": _batches,
    "themes": _themes,
    "settings": _settings,
    "topics": _topics,
}


def print_names(kind: str) -> None:
    """What the shell's script asks for, a name a line."""
    for name in names(kind, os.environ):
        print(name)
