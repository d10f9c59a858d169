"""What a form of edits says of one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class FileEdit:
    """The changes to one file, "" where nothing names it.

    `text` is its whole text where the form gives that (a new file), else None. `remark` is what
    was not as it should be, "" mostly. `closed` is False where the reply ended inside.
    """

    path: str
    blocks: tuple[EditBlock, ...] = ()
    text: str | None = None
    renamed_from: str = ""
    deletes: bool = False
    closed: bool = True
    remark: str = ""
    source: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from some line up to line `after`. `closed` as in FileEdit, of the last."""

    files: tuple[FileEdit, ...]
    after: int
    closed: bool = True


def said(*remarks: str) -> str:
    """Remarks as one, each once."""
    return " ".join(dict.fromkeys(filter(None, remarks)))


def is_blank(line: str) -> bool:
    return not line.strip(" \t\r\n")


def next_filled(lines: Sequence[str], at: int) -> int:
    """The first line from `at` on that is not blank, or the number of lines."""
    while at < len(lines) and is_blank(lines[at]):
        at += 1
    return at
