"""Reading TOML files written by people, keeping the line of every key for messages.

`tomllib` gives the line of a syntax error only, so a scan of the text finds the line where
each key stands. The scan knows table headers and `key =` lines, which is what people write;
for a key inside an inline table it gives the line of the enclosing key.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from autocoder_tui.problems import Problem
from autocoder_tui.system.descriptors import open_unblocked
from autocoder_tui.values import dataclass

MAX_BYTES = 1024 * 1024

KeyPath = tuple[str | int, ...]
"""Keys from the root down; a number is a place in an array of tables."""


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file that parsed. Numbers with a fraction are Decimals, exact as written."""

    path: Path
    text: str
    data: dict[str, Any]
    lines: dict[KeyPath, int]

    def problem(self, keys: Sequence[str | int], message: str) -> Problem:
        """A problem at the line of `keys`, or of the nearest enclosing table that has one."""
        path = tuple(keys)
        while path and path not in self.lines:
            path = path[:-1]
        return Problem(self.path, self.lines.get(path), message)


def read_toml(path: Path, *, missing_ok: bool = False) -> TomlFile | Problem:
    """Parse `path`, or say what is wrong with it. `missing_ok`: no file reads as an empty one."""
    text = read_small_text(path, missing_ok=missing_ok)
    return text if isinstance(text, Problem) else parse_toml(path, text)


def parse_toml(path: Path, text: str) -> TomlFile | Problem:
    """Parse `text`; `path` is for messages only."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return Problem(path, _line_of_error(error, text), f"expected TOML, {_reason(error)}")
    except (ValueError, ArithmeticError, RecursionError):
        return Problem(path, None, "expected TOML, found a number too long or nesting too deep")
    return TomlFile(path, text, data, _key_lines(text))


def read_small_text(path: Path, *, missing_ok: bool = False) -> str | Problem:
    """The text of a small regular UTF-8 file. A FIFO or device is refused, never waited for."""
    try:
        # Opening a device can already act on it, so look first; look again once it is open.
        if not stat.S_ISREG(path.stat().st_mode):
            return Problem(path, None, "expected a regular file")
        descriptor = open_unblocked(path)
    except (FileNotFoundError, NotADirectoryError):
        return "" if missing_ok else Problem(path, None, "the file does not exist")
    except (OSError, ValueError) as error:
        return _unreadable(path, error)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return Problem(path, None, "expected a regular file")
    with os.fdopen(descriptor, "rb") as opened:
        try:
            content = opened.read(MAX_BYTES + 1)
            if content is None:  # a file of the kernel's that would have to be waited for
                return Problem(path, None, "expected a file of text")
        except OSError as error:
            return _unreadable(path, error)
    if len(content) > MAX_BYTES:
        return Problem(path, None, f"expected at most {MAX_BYTES // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Problem(path, line, "expected UTF-8 text")


def _unreadable(path: Path, error: OSError | ValueError) -> Problem:
    reason = (getattr(error, "strerror", None) or "the path is not valid").lower()
    # A link that leads to itself will never be a file; anything else may be one again.
    damaged = getattr(error, "errno", None) == errno.ELOOP
    return Problem(path, None, f"the file cannot be read ({reason})", damaged)


_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def _line_of_error(error: tomllib.TOMLDecodeError, text: str) -> int:
    found = _AT_LINE.search(str(error))
    if found and found.group(1):
        return int(found.group(1))
    return max(1, len(text.splitlines()))


def _reason(error: tomllib.TOMLDecodeError) -> str:
    reason = _AT_LINE.sub("", str(error))
    if reason in ("Invalid value", "Cannot parse empty value"):
        return "found no value after the ="
    if reason.startswith("Expected '=' after a key"):
        return "found no = after the name"
    return reason[:1].lower() + reason[1:]


_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def _key_lines(text: str) -> dict[KeyPath, int]:
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    arrays: dict[KeyPath, int] = {}
    closing: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if closing is not None:
            closing = None if line.count(closing) % 2 else closing
            continue
        header = _HEADER.match(line)
        if header:
            table = _table_of(header, arrays)
            _note(lines, table, number)
        elif key := _KEY.match(line):
            _note(lines, (*table, *_parts(key.group(1))), number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                closing = quotes
    return lines


def _note(lines: dict[KeyPath, int], path: KeyPath, number: int) -> None:
    """The line of `path`, and of what it is in where that has no line of its own."""
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], number)


def _table_of(header: re.Match[str], arrays: dict[KeyPath, int]) -> KeyPath:
    path: KeyPath = ()
    parts = _parts(header.group(2))
    for index, part in enumerate(parts):
        path = (*path, part)
        if header.group(1) == "[[" and index == len(parts) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]
