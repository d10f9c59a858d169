"""The preprompts in force: what the model is told of how to go about each purpose.

They are plain text files, `generate.txt`, `query.txt` and so on. What is shipped is overridden by
`preprompts/` in the folder of the configuration, and that by `.autocoder/preprompts/` in the
project. The form that the program reads replies by is not in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from autocoder_tui.config.plain_text import read_plain_text
from autocoder_tui.engine.preprompt import SUFFIX, shipped_instructions
from autocoder_tui.engine.purpose import PURPOSES, Purpose
from autocoder_tui.problems import Problem, unknown_name

FOLDER: Final = "preprompts"
PROJECT_FOLDER: Final = ".autocoder"
"""What a project says to this program: its preprompts and its preferences."""

Source: TypeAlias = Literal["shipped", "user", "project"]

PURPOSE_SAYS: Final[Mapping[Purpose, str]] = {
    "generate": "to write or change files",
    "query": "to answer a question about files",
    "feedback": "to turn a complaint into an instruction",
    "clarify": "to ask before files are written",
}
"""What each is for, in a few words."""

_FRAME: Final = re.compile(
    r"[ \t]*(?:</?(?:file|edit|delete|rename)\b[^\n]*>|<{5,} ?SEARCH|>{5,} ?REPLACE)[ \t]*\Z"
)


@dataclass(frozen=True, slots=True)
class Preprompt:
    """One in force. `file` is where it stands, None for a shipped one."""

    purpose: Purpose
    text: str
    source: Source
    file: Path | None = None


def override_folder(source: Source, root: Path, config: Path) -> Path:
    """Where the overrides of the "user" or of the "project" stand."""
    return (root / PROJECT_FOLDER if source == "project" else config) / FOLDER


def override_file(purpose: Purpose, source: Source, root: Path, config: Path) -> Path:
    """Where an override stands, or would."""
    return override_folder(source, root, config) / f"{purpose}{SUFFIX}"


def load_preprompts(
    root: Path, config: Path
) -> tuple[dict[Purpose, Preprompt], tuple[Problem, ...]]:
    """The ones in force in the project at `root`, with the configuration in `config`, and what is
    wrong with overrides that are not used. Blocking."""
    found: dict[Purpose, Preprompt] = {
        purpose: Preprompt(purpose, shipped_instructions(purpose), "shipped")
        for purpose in PURPOSES
    }
    problems: list[Problem] = []
    sources: tuple[Source, ...] = ("user", "project")
    for source in sources:
        folder = override_folder(source, root, config)
        problems += _strangers(folder)
        for purpose in PURPOSES:
            file = override_file(purpose, source, root, config)
            text = read_preprompt(file)
            if isinstance(text, str):
                found[purpose] = Preprompt(purpose, text, source, file)
            elif text is not None:
                problems.append(text)
    return found, tuple(problems)


def read_preprompt(file: Path) -> str | Problem | None:
    """The text of an override, what is wrong with it, or None where there is none. Blocking."""
    text = read_plain_text(file)
    if not isinstance(text, str):
        return text
    if not text.strip():
        message = "there is nothing in it; delete the file to have what is shipped"
        return Problem(file, None, message)
    for number, line in enumerate(text.split("\n"), 1):
        if _FRAME.match(line):
            message = (
                "this line looks like the form of a reply, which the program adds itself; "
                "take it out"
            )
            return Problem(file, number, message)
    return text


def _strangers(folder: Path) -> list[Problem]:
    """The files in a folder of overrides that override nothing."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []
    known = [f"{purpose}{SUFFIX}" for purpose in PURPOSES]
    return [
        Problem(folder / name, None, unknown_name(name, known))
        for name in names
        if name not in known and not name.endswith(("~", ".bak", ".swp"))
    ]
