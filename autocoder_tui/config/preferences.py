"""What a person wants heeded in every run: `preferences.md`, one of their own and one a project.

Each filled line is one preference; lines that begin with "#" are headings for people, and a list's
mark before a line is none of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from autocoder_tui.config.plain_text import read_plain_text
from autocoder_tui.config.preprompts import PROJECT_FOLDER
from autocoder_tui.problems import Problem
from autocoder_tui.system.atomic_write import write_atomically

PREFERENCES_FILE: Final = "preferences.md"
Whose: TypeAlias = Literal["user", "project"]

_MARK: Final = re.compile(r"[-*+][ \t]+")


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of one file: `lines` without marks, blank lines and headings."""

    whose: Whose
    file: Path
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """As they are told to the model."""
        return "\n".join(f"- {line}" for line in self.lines)


def preferences_file(whose: Whose, root: Path, config: Path) -> Path:
    """Where they stand, or would: of the "user" in the folder of the configuration."""
    folder = root / PROJECT_FOLDER if whose == "project" else config
    return folder / PREFERENCES_FILE


def load_preferences(
    root: Path, config: Path
) -> tuple[tuple[Preferences, ...], tuple[Problem, ...]]:
    """Those of the user and of the project at `root`, as far as there are any, and what is wrong
    with files that are not used. Blocking."""
    found: list[Preferences] = []
    problems: list[Problem] = []
    owners: tuple[Whose, ...] = ("user", "project")
    for whose in owners:
        file = preferences_file(whose, root, config)
        text = read_plain_text(file)
        if isinstance(text, Problem):
            problems.append(text)
        elif text is not None and (lines := _lines(text)):
            found.append(Preferences(whose, file, lines))
    return tuple(found), tuple(problems)


def add_preference(file: Path, line: str) -> None:
    """Add a line to a file of preferences, which is made where it is missing; what else is in it
    stays byte for byte. Blocking; raises OSError, and ValueError where the file is not text."""
    before = read_plain_text(file)
    if isinstance(before, Problem):
        raise ValueError(str(before))
    kept = "" if before is None else file.read_bytes().decode("utf-8")
    end = "\r\n" if "\r\n" in kept else "\n"
    gap = end if kept and not kept.endswith("\n") else ""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, f"{kept}{gap}- {' '.join(line.split())}{end}")


def _lines(text: str) -> tuple[str, ...]:
    stripped = (line.strip() for line in text.split("\n"))
    return tuple(
        _MARK.sub("", line, count=1) if _MARK.match(line) else line
        for line in stripped
        if line and not line.startswith("#")
    )
