"""Worked examples: a prompt, the steps that suit it, and the files that are there before."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Final

from autocoder_tui.config.toml_file import read_toml
from autocoder_tui.problems import Problem, unknown_name
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.steps.errors import ProjectUnusable
from autocoder_tui.steps.project import Project
from autocoder_tui.values import dataclass

_FOLDER: Final = Path(str(files("autocoder_tui"))) / "data" / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """`steps` is the configuration it was made for, `worked` says how it goes."""

    name: str
    summary: str
    steps: str
    worked: str
    prompt: str
    folder: Path


def load_examples() -> dict[str, Example]:
    """All of them by name. Blocking."""
    return {folder.name: _read(folder) for folder in sorted(_FOLDER.iterdir()) if folder.is_dir()}


def named_example(name: str) -> Example:
    """The example called `name`. Blocking; raises ProjectUnusable."""
    examples = load_examples()
    if name not in examples:
        raise ProjectUnusable(f"There is no such example: {unknown_name(name, examples)}.")
    return examples[name]


def begin_project(root: Path, example: Example | None) -> Project:
    """Make the folder `root`, which must not be there or be empty, with a project in it. Blocking;
    raises ProjectUnusable."""
    _check_free(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        project = Project(root)
        project.create()
        if example is None:
            project.write_prompt("")
            return project
        given = example.folder / "files"
        if given.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(given, root, ignore=ignored, dirs_exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ProjectUnusable(
            f"{visible(str(root))} can't be made: {reason}. Choose another place for it."
        ) from error
    project.write_prompt(example.prompt)
    return project


def _check_free(root: Path) -> None:
    try:
        there = os.path.lexists(root)
        free = not there or (root.is_dir() and not root.is_symlink() and not any(root.iterdir()))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ProjectUnusable(f"{visible(str(root))} can't be looked into: {reason}.") from error
    if not free:
        raise ProjectUnusable(
            f"There is something at {visible(str(root))} already, and it stays as it is. Take "
            f"another name, or open what is there: autocoder-tui project {visible(str(root))}"
        )


def _read(folder: Path) -> Example:
    parsed = read_toml(folder / "example.toml")
    assert not isinstance(parsed, Problem), parsed
    table = parsed.data
    prompt = (folder / "prompt").read_text(encoding="utf-8")
    return Example(folder.name, table["summary"], table["steps"], table["worked"], prompt, folder)
