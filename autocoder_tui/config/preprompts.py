"""The preprompts in force: what the model is told of how to go about each purpose, and each step.

They are plain text files, `generate.txt`, `query.txt`, `plan.txt` and so on. What is shipped is
overridden by `preprompts/` in the folder of the configuration, and that by
`.autocoder/preprompts/` in the project. The form that the program reads replies by is not in them.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Literal, TypeAlias

from autocoder_tui.config.plain_text import read_plain_text, text_problems
from autocoder_tui.engine.preprompt import SUFFIX, shipped_instructions, shipped_names
from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem, unknown_name
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.values import dataclass

FOLDER: Final = "preprompts"
PROJECT_FOLDER: Final = ".autocoder"
"""What a project says to this program: its preprompts and its preferences."""

Source: TypeAlias = Literal["shipped", "user", "project"]

_SAYS: Final[Mapping[str, str]] = {
    "generate": "to write or change files",
    "query": "to answer a question about files",
    "feedback": "to turn a complaint into an instruction",
    "clarify": "to ask before files are written",
}
_ENOUGH_ALIKE: Final = 0.75
"""A name as much like one of ours is taken for a slip."""

_FRAME: Final = re.compile(
    r"[ \t]*(?:</?(?:file|edit|delete|rename)\b[^\n]*>|<{5,} ?SEARCH|>{5,} ?REPLACE)[ \t]*\Z"
)


_OVERRIDES: Final[tuple[Source, ...]] = ("user", "project")
"""The later one wins."""


def says(name: str) -> str:
    """What the one of this name is for, in a few words."""
    return _SAYS.get(name, "for a step of a project")


@dataclass(frozen=True, slots=True)
class Preprompt:
    """One in force. `file` is where it stands, None for a shipped one."""

    name: str
    text: str
    source: Source
    file: Path | None = None


def override_folder(source: Source, root: Path, config: Path) -> Path:
    """Where the overrides of the "user" or of the "project" stand."""
    return (root / PROJECT_FOLDER if source == "project" else config) / FOLDER


def override_file(name: str, source: Source, root: Path, config: Path) -> Path:
    """Where an override stands, or would."""
    return override_folder(source, root, config) / f"{name}{SUFFIX}"


def load_preprompts(root: Path, config: Path) -> tuple[dict[str, Preprompt], tuple[Problem, ...]]:
    """The ones in force in the project at `root`, with the configuration in `config`, and what is
    wrong with overrides that are not used. Blocking."""
    found = {
        name: Preprompt(name, shipped_instructions(name), "shipped") for name in shipped_names()
    }
    problems: list[Problem] = []
    for source in _OVERRIDES:
        folder = override_folder(source, root, config)
        problems += _strangers(folder)
        for name in shipped_names():
            file = override_file(name, source, root, config)
            text = read_preprompt(file)
            if isinstance(text, str):
                found[name] = Preprompt(name, text, source, file)
            elif text is not None:
                problems.append(text)
    return found, tuple(problems)


def read_preprompt(file: Path) -> str | Problem | None:
    """The text of an override, what is wrong with it first, or None where there is none.
    Blocking."""
    text = read_plain_text(file)
    if not isinstance(text, str):
        return text
    return next(_wrong_in(file, text), None) or text


def preprompt_in_force(name: str, root: Path, config: Path) -> str:
    """The text of one, by its name without the ending. Blocking; raises UnknownPreprompt, and
    UnusablePreprompt where an override can't be used."""
    for source in reversed(_OVERRIDES):
        file = override_file(name, source, root, config)
        text = read_preprompt(file) if name.isidentifier() else None
        if isinstance(text, Problem):
            raise UnusablePreprompt(f"{text.in_full} Nothing was sent.")
        if text is not None:
            return text
    if name not in shipped_names():
        raise UnknownPreprompt(
            f"There is no preprompt of this name: {unknown_name(name, shipped_names())}. Put one "
            f"into {visible(str(override_folder('project', root, config)))}."
        )
    return shipped_instructions(name)


def preprompt_problems(root: Path, config: Path) -> list[Problem]:
    """Everything that is wrong with the overrides, also where one hides the other. Blocking."""
    problems: list[Problem] = []
    for source in _OVERRIDES:
        problems += _strangers(override_folder(source, root, config))
        for name in shipped_names():
            file = override_file(name, source, root, config)
            found = text_problems(file)
            if not found and isinstance(text := read_plain_text(file), str):
                found = list(_wrong_in(file, text))
            problems += found
    return problems


def export_preprompt(file: Path, text: str, *, force: bool = False) -> None:
    """Write an override to be edited. Blocking; raises OverrideExists where there is one, and
    OverrideNotWritten."""
    try:
        if not force and os.path.lexists(file):
            raise OverrideExists(
                f"{visible(str(file))} is there already and stays as it is; --force writes over it."
            )
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise OverrideNotWritten(f"{visible(str(file))} can't be written: {reason}.") from error


class OverrideExists(AutocoderError):
    kind = "override_exists"


class UnknownPreprompt(AutocoderError):
    kind = "unknown_preprompt"


class UnusablePreprompt(AutocoderError):
    kind = "unusable_preprompt"


class OverrideNotWritten(AutocoderError):
    kind = "override_not_written"


def _wrong_in(file: Path, text: str) -> Iterator[Problem]:
    if not text.strip():
        message = "there is nothing in it; delete the file to have what is shipped"
        yield Problem(file, None, message)
    for number, line in enumerate(text.split("\n"), 1):
        if _FRAME.match(line):
            message = (
                "this line looks like the form of a reply, which the program adds itself; "
                "take it out"
            )
            yield Problem(file, number, message)


def _strangers(folder: Path) -> list[Problem]:
    """The files in a folder of overrides that override nothing: what is no text file, and what
    seems to be a slip for one of ours. Others are for steps of the person's own."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError:
        return []
    known = [f"{name}{SUFFIX}" for name in shipped_names()]
    return [
        Problem(folder / name, None, unknown_name(name, known))
        for name in names
        if name not in known
        and not name.endswith(("~", ".bak", ".swp"))
        and (not name.endswith(SUFFIX) or _is_slip(name, known))
    ]


def _is_slip(name: str, known: Iterable[str]) -> bool:
    like = difflib.get_close_matches(name.casefold(), [*known], n=1, cutoff=_ENOUGH_ALIKE)
    return bool(like) or not name.removesuffix(SUFFIX).isidentifier()
