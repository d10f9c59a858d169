"""The pieces of a text that is too large, or has too long lines, to be handled line by line.

A piece is a line with its "\\n"; a line of many thousands of characters is several, none of which
but the last ends with "\\n". Put together again they are the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from autocoder_tui.edits.edit import split_lines

LONG_LINE = 8_000
"""Characters; a longer line is taken in pieces."""

# Where code and data can be read when cut: after what ends or parts something.
_PIECE = re.compile(r".{32,63}?[;,{}>\]\s]|.{1,64}", re.DOTALL)


def has_long_line(text: str) -> bool:
    """Whether some line of `text` is longer than `LONG_LINE`."""
    start = 0
    while len(text) - start > LONG_LINE:
        end = text.rfind("\n", start, start + LONG_LINE + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def pieces_of(text: str) -> tuple[str, ...]:
    """The pieces of `text`."""
    return tuple(_cut(split_lines(text)))


def _cut(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        if len(line) <= LONG_LINE:
            yield line
        else:
            yield from cut_line(line)


def cut_line(line: str) -> Sequence[str]:
    """One line in pieces of at most 64 characters and its "\\n"."""
    body = line.removesuffix("\n")
    pieces = _PIECE.findall(body) or [""]
    if body is not line and len(body) < len(line):
        pieces[-1] += "\n"
    return pieces


def going_on(pieces: Sequence[str]) -> list[int]:
    """The numbers (from 0) of the pieces that go on with the line of the one before, in order."""
    return [number for number, before in enumerate(pieces[:-1], 1) if not before.endswith("\n")]
