"""What a person wants heeded in every run: `preferences.md`, one of their own and one a project.

Each filled line is one preference; lines that begin with "#" are headings for people, and a list's
mark before a line is none of it.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias

from autocoder_tui.config.plain_text import plain_text, read_plain_text
from autocoder_tui.config.preprompts import PROJECT_FOLDER
from autocoder_tui.problems import Problem
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.values import dataclass

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


def add_preference(file: Path, line: str, *, shared: bool = False) -> None:
    """Add a line to a file of preferences, which is made where it is missing; what else is in it
    stays byte for byte. A new file is for the user alone unless it is to be `shared`, as one of a
    project is. Blocking; raises OSError, and ValueError where the file, or the line, is no text
    that a prompt could hold."""
    before = read_plain_text(file)
    if isinstance(before, Problem):
        raise ValueError(str(before))
    line = " ".join(line.split())
    if not line:
        raise ValueError("There is nothing in this line to remember.")
    kept = "" if before is None else file.read_bytes().decode("utf-8")
    end = next((end for end in ("\r\n", "\n", "\r") if end in kept), "\n")
    gap = end if kept.strip("\ufeff") and not kept.endswith(("\n", "\r")) else ""
    write_preferences(file, f"{kept}{gap}- {line}{end}", shared=shared)


def write_preferences(file: Path, text: str, *, shared: bool = False) -> None:
    """Put `text` into a file of preferences, as `add_preference` does. Blocking; raises OSError and
    ValueError."""
    data = text.encode("utf-8", "surrogatepass")
    problem = plain_text(file, data)
    if isinstance(problem, Problem):
        raise ValueError(str(problem))
    made = False
    if shared:
        # Made by the system first, which gives it the mode that a file of the project has.
        file.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            made = True
    try:
        write_atomically(file, data)
    except BaseException:
        if made:
            with suppress(OSError):
                file.unlink()
        raise


def _lines(text: str) -> tuple[str, ...]:
    stripped = (line.strip() for line in text.split("\n"))
    return tuple(
        _MARK.sub("", line, count=1) if _MARK.match(line) else line
        for line in stripped
        if line and not line.startswith("#")
    )
