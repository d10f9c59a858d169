"""Text that a person would miss, in a file of the state folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from autocoder_tui.store.errors import CannotKeep
from autocoder_tui.system.atomic_write import write_atomically

_MOST: Final = 99
"""Files beside each other, after which the first is written over."""


def keep_text(state: Path, name: str, text: str | bytes) -> Path:
    """Write `text` to the file `name` of the state folder; returns it. Raises CannotKeep."""
    file = state / name
    try:
        write_atomically(file, text)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds half a character"
        raise CannotKeep(
            f"{file} cannot be written ({reason.lower()}). Make room, or set "
            "AUTOCODER_TUI_STATE_DIR to another folder."
        ) from error
    return file


def keep_beside(state: Path, name: str, text: str) -> Path:
    """The same, but over no text kept before: then it is `name` with a number. Raises
    CannotKeep."""
    return keep_bytes_beside(state, name, text)


def keep_bytes_beside(state: Path, name: str, data: str | bytes) -> Path:
    """The same for what need not be a text."""
    first = Path(name)
    names = (name, *(f"{first.stem}-{number}{first.suffix}" for number in range(2, _MOST + 1)))
    free = next((each for each in names if not (state / each).exists()), name)
    return keep_text(state, free, data)
