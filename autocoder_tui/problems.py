"""A file of the user's that is not as expected, said so that it can be put right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from autocoder_tui.errors import sentence
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in `file`, at `line` (from 1, None when it is the file as a whole).

    `message` says what was expected, with or without a full stop. `str(problem)` is the sentence to
    show; untrusted characters in it are already made visible. `damaged` is False where the
    file could not be read, so that nobody knows what is in it.
    """

    file: Path
    line: int | None
    message: str
    damaged: bool = True

    def __str__(self) -> str:
        at_line = "" if self.line is None else f", line {self.line}"
        name = visible(self.file.name or str(self.file))
        return f"{name}{at_line}: {sentence(visible(self.message))}"

    @property
    def in_full(self) -> str:
        """The same with the whole path: other folders have files of this name, too."""
        at_line = "" if self.line is None else f", line {self.line}"
        return f"{visible(str(self.file))}{at_line}: {sentence(visible(self.message))}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, ignoring case; None when none is like it."""
    by_folded = {item.casefold(): item for item in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.5)
    return by_folded[found[0]] if found else None


def unknown_name(word: str, known: Iterable[str]) -> str:
    """A message for a name that is not known, with the nearest that is."""
    names = sorted(known)
    like = nearest(word, names)
    hint = f'the nearest is "{like}"' if like else f"known are {', '.join(names)}"
    return f'"{shortened(word)}" is not known here; {hint}'


def shortened(value: object, limit: int = 60) -> str:
    """A value for a message: one safe line, cut when long."""
    text = visible(str(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"
