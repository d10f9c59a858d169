"""JSON written and read a piece at a time.

The json module does all of a value in one call, which lets no other thread do anything, and so
stops the screen for as long as it takes. Here a call is for a piece of a long text at most.
"""

from __future__ import annotations

import json
import json.decoder
import json.scanner
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

PIECE: Final = 200_000
"""Characters: less than a millisecond."""
_LONGEST_ESCAPE: Final = 6
_SMALL: Final = 1_000_000
"""Characters of JSON that are read in one call."""

_WITHIN_STRING = re.compile(r'(?:[^"\\]++|\\(?:u....|[^u]))*+', re.DOTALL)
_HALF_AT_END = re.compile(r"\\u[dD][89abAB]..$", re.DOTALL)
"""The first half of a character beyond the first 65,536: it is written as two."""


def as_json(data: object) -> str:
    """`data` in one line of ASCII, in one call."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))


def json_pieces(data: object) -> Iterator[str]:
    """The same, in pieces."""
    if isinstance(data, str) and len(data) > PIECE:
        yield '"'
        for begin in range(0, len(data), PIECE):
            yield as_json(data[begin : begin + PIECE])[1:-1]
        yield '"'
    elif isinstance(data, dict):
        for number, (name, value) in enumerate(data.items()):
            yield f"{',' if number else '{'}{as_json(name)}:"
            yield from json_pieces(value)
        yield "}" if data else "{}"
    elif isinstance(data, list | tuple):
        for number, value in enumerate(data):
            yield "," if number else "["
            yield from json_pieces(value)
        yield "]" if data else "[]"
    else:
        yield as_json(data)


def read_json(text: str) -> Any:
    """The value that `text` is the JSON of. Raises ValueError."""
    return json.loads(text) if len(text) <= _SMALL else decoder().decode(text)


@cache
def decoder() -> json.JSONDecoder:
    """Reads a value with one call for each of the values in it, and several for a long text."""
    found: Any = json.JSONDecoder()
    found.parse_string = _string_in_pieces
    found.parse_object = json.decoder.JSONObject  # type: ignore[attr-defined]
    found.scan_once = json.scanner.py_make_scanner(found)  # type: ignore[attr-defined]
    return found  # type: ignore[no-any-return]


def _string_in_pieces(text: str, begin: int, strict: bool = True) -> tuple[str, int]:
    """The string whose first character is at `begin`, and where it ends, after its quote."""
    scan = json.decoder.scanstring  # type: ignore[attr-defined]
    pieces: list[str] = []
    while True:
        match = _WITHIN_STRING.match(text, begin, begin + PIECE)
        end = begin if match is None else match.end()
        if end < begin + PIECE - _LONGEST_ESCAPE:
            # It ends here, or is damaged, which is told in the usual way.
            last, after = scan(text, begin, strict)
            return ("".join([*pieces, last]) if pieces else last), after
        half = _HALF_AT_END.search(text, end - _LONGEST_ESCAPE, end)
        # Behind a backslash of its own it is the name of such a half, and no escape.
        if half is not None and not _backslashes_before(text, begin, half.start()) % 2:
            end = half.start()
        piece, _ = scan(text[begin:end] + '"', 0, strict)
        pieces.append(piece)
        begin = end


def _backslashes_before(text: str, begin: int, end: int) -> int:
    """How many of them stand in a row right before `end`, from `begin` on."""
    before = text[begin:end]
    return len(before) - len(before.rstrip("\\"))
