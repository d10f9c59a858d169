"""Small text files of the user's that become part of a prompt as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.problems import Problem
from autocoder_tui.workspace.errors import MissingFile
from autocoder_tui.workspace.textfile import read_bytes

MOST_BYTES: Final = 64 * 1024
_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\U000e0000-\U000e007f]"
)
"""What no text shows: it would tell the model what nobody sees. The joiners that some scripts
and pictures need are not among them."""


def read_plain_text(file: Path) -> str | Problem | None:
    """The text of `file` with "\\n" at its line ends, what is wrong with it, or None where there is
    none. Blocking."""
    text = _decoded(file)
    if not isinstance(text, str):
        return text
    return next(hidden_characters(file, text), None) or text


def text_problems(file: Path) -> list[Problem]:
    """All that is wrong with `file` as a text. Blocking."""
    text = _decoded(file)
    if isinstance(text, str):
        return list(hidden_characters(file, text))
    return [] if text is None else [text]


def _decoded(file: Path) -> str | Problem | None:
    try:
        data, _ = read_bytes(file, max_bytes=MOST_BYTES)
    except MissingFile:
        return None
    except (AutocoderError, OSError) as error:
        return Problem(file, None, getattr(error, "message", str(error)), damaged=False)
    return _text(file, data)


def plain_text(file: Path, data: bytes) -> str | Problem:
    """As `read_plain_text`, for what `file` is to hold."""
    text = _text(file, data)
    if isinstance(text, Problem):
        return text
    return next(hidden_characters(file, text), None) or text


def _text(file: Path, data: bytes) -> str | Problem:
    if len(data) > MOST_BYTES:
        return Problem(file, None, f"it is larger than {MOST_BYTES // 1024} KiB; shorten it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(file, line, "this is not UTF-8 text; save the file as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def hidden_characters(file: Path, text: str) -> Iterator[Problem]:
    """A problem for each line of `text` on which something stands that nobody sees."""
    for number, line in enumerate(text.split("\n"), 1):
        if found := _CONTROL.search(line):
            message = f"a character that nobody sees stands here (U+{ord(found[0]):04X}); remove it"
            yield Problem(file, number, message)
