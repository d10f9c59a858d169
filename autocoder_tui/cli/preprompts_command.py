"""`autocoder-tui preprompts`: what is in force, and files of one's own in its place."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from autocoder_tui.config.dirs import config_dir
from autocoder_tui.config.preferences import load_preferences
from autocoder_tui.config.preprompts import (
    OverrideExists,
    Source,
    export_preprompt,
    load_preprompts,
    override_file,
    preprompt_problems,
    says,
)
from autocoder_tui.engine.preprompt import shipped_file, shipped_instructions, shipped_names
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK, EXIT_USAGE
from autocoder_tui.problems import Problem
from autocoder_tui.safety.sanitize import visible

_WHOSE: Mapping[Source, str] = {"shipped": "shipped", "user": "yours", "project": "the project's"}


def preprompts_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what was asked; returns the exit code. Raises AutocoderError."""
    root, config = Path(options.directory).absolute(), config_dir(environ)
    if not root.is_dir():
        raise AutocoderError(f"{visible(str(root))} is not a folder: name one with --directory.")
    match options.command:
        case "list":
            _list(root, config)
        case "path":
            print(visible(str(_path(options.name, options.whose, root, config))))
        case "show":
            _show(options.name, root, config, shipped=options.shipped)
        case "export":
            return _export(options, root, config)
        case "check":
            return _check(root, config)
    return EXIT_OK


def _list(root: Path, config: Path) -> None:
    found, problems = load_preprompts(root, config)
    width, longest = max(len(says(name)) for name in found), max(map(len, found))
    for name, one in found.items():
        file = "" if one.file is None else f"  {visible(str(one.file))}"
        print(f"{name:<{longest}} {says(name):<{width}}  {_WHOSE[one.source]}{file}")
    _say(problems)


def _path(name: str, whose: Source | None, root: Path, config: Path) -> Path:
    if whose is not None:
        return override_file(name, whose, root, config)
    found, problems = load_preprompts(root, config)
    _say(problem for problem in problems if problem.file.stem == name)
    return found[name].file or shipped_file(name)


def _show(name: str, root: Path, config: Path, *, shipped: bool) -> None:
    text = shipped_instructions(name)
    if not shipped:
        found, problems = load_preprompts(root, config)
        _say(problem for problem in problems if problem.file.stem == name)
        text = found[name].text
    print(visible(text, lines=True), end="" if text.endswith("\n") else "\n")


def _export(options: argparse.Namespace, root: Path, config: Path) -> int:
    if bool(options.name) == options.all:
        message = "name one to export, or --all" if not options.name else "a name, or --all"
        print(f"autocoder-tui preprompts export: {message}", file=sys.stderr)
        return EXIT_USAGE
    names: Sequence[str] = shipped_names() if options.all else (options.name,)
    there = 0
    for name in names:
        file = override_file(name, options.whose or "user", root, config)
        try:
            export_preprompt(file, shipped_instructions(name), force=options.force)
        except OverrideExists as error:
            there += 1
            print(f"autocoder-tui: {error.message}", file=sys.stderr)
            continue
        print(visible(str(file)))
    return EXIT_FAILED if there else EXIT_OK


def _check(root: Path, config: Path) -> int:
    problems = [*preprompt_problems(root, config), *load_preferences(root, config)[1]]
    for problem in problems:
        at = "" if problem.line is None else f"{problem.line}:"
        print(f"{visible(str(problem.file))}:{at} {visible(problem.message)}")
    if not problems:
        found, _ = load_preprompts(root, config)
        own = sum(one.source != "shipped" for one in found.values())
        print(f"Nothing is wrong; {own} of {len(found)} are files of yours or of the project.")
    return EXIT_FAILED if problems else EXIT_OK


def _say(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(f"autocoder-tui: {problem.in_full}", file=sys.stderr)
