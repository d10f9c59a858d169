"""TOML with all its mistakes named at once, where the parser stops at the first.

A statement that cannot be read is left out, and the rest is read without it.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from decimal import Decimal
from pathlib import Path
from typing import Final

from autocoder_tui.config.toml_file import KeyPath, TomlFile, parse_toml
from autocoder_tui.problems import Problem

_MOST: Final = 50
"""Mistakes of form that are looked for; a file with more is no TOML."""
_LARGE: Final = 65_536
"""Characters of a file from which on only its first mistake of form is named: each costs two more
readings of all of it."""
_MOST_TRIED: Final = 5
"""Places before an error that are tried one by one; the others by halves."""
_BEGINS = re.compile(r"""\s*(?:\[|(?:[\w$-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*\s*=)""")
_OVERWRITTEN: Final = "overwrite a value"
_NOT_CLOSED: Final = ("illegal character '\\n'", "unterminated string", "unclosed", "expected \"'")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?![<=>|])")


def parse_all_toml(path: Path, text: str) -> tuple[TomlFile, tuple[Problem, ...]]:
    """Read `text`; what could be read of it comes with all that is wrong with its form.

    A key that is given twice keeps its first value.
    """
    # As TOML counts lines, which has no other ends.
    lines = [f"{line}\n" for line in text.split("\n")]
    problems: list[Problem] = []
    while len(problems) < (_MOST if len(text) < _LARGE else 1):
        parsed = parse_toml(path, "".join(lines))
        if isinstance(parsed, TomlFile):
            return TomlFile(path, text, parsed.data, _with_items(parsed)), tuple(problems)
        if parsed.line is None:
            problems.append(parsed)
            break
        ends = not any(words in parsed.message for words in _NOT_CLOSED)
        begin, end = _statement(lines, parsed.line - 1, ends)
        problems.append(_said(path, lines, (begin, end), parsed))
        lines[begin:end] = ["\n"] * (end - begin)
    return TomlFile(path, text, {}, {}), tuple(problems)


def _said(path: Path, lines: list[str], span: tuple[int, int], problem: Problem) -> Problem:
    begin, end = span
    found = (problem.line or 1) - 1
    if _OVERWRITTEN in problem.message:
        key = _key_of(lines[begin])
        same = (number for number, line in enumerate(lines[:begin], 1) if _key_of(line) == key)
        first = next(same, None)
        where = "" if first is None else f"; the first is in line {first}"
        return Problem(path, begin + 1, f'"{key}" is given twice{where}')
    if _CONFLICT.match(lines[begin]):
        return Problem(path, begin + 1, "a conflict of git is left here; keep one of its sides")
    if found >= end or any(words in problem.message for words in _NOT_CLOSED):
        message = "expected TOML, found no end of what begins here with a quotation mark or ["
        return Problem(path, begin + 1, message)
    return problem


def _key_of(line: str) -> str:
    return line.split("=")[0].strip().strip("\"'") if "=" in line else ""


def _statement(lines: list[str], error_line: int, ends: bool) -> tuple[int, int]:
    """The lines, from 0, of the statement that is to blame for an error in line `error_line`:
    an array that is not closed is found out only in the next statement, or at the end. `ends`:
    nothing in that line lacks its closing quote."""
    last = min(error_line, len(lines) - 1)
    begin = last
    if not _parses(lines[:last]) or (
        _BEGINS.match(lines[last]) is None and not lines[last].strip()
    ):
        starts = [number for number in range(last, -1, -1) if _BEGINS.match(lines[number])]
        begin = _last_sound(lines, starts, last)
    if _BEGINS.match(lines[begin]) is None:
        return begin, begin + 1
    if ends and begin == error_line and _is_closed(lines[begin]):
        return begin, begin + 1
    following = range(begin + 1, len(lines))
    end = next((number for number in following if _BEGINS.match(lines[number])), len(lines))
    unclosed = any("".join(lines[begin:end]).count(quotes) % 2 for quotes in ('"""', "'''"))
    # All that follows stands within a text that is never closed.
    return begin, len(lines) if unclosed else end


def _is_closed(line: str) -> bool:
    """Whether a statement that begins in `line` cannot go on in the next."""
    odd = any(line.count(quotes) % 2 for quotes in ('"""', "'''"))
    return not odd and line.count("[") <= line.count("]")


def _last_sound(lines: list[str], starts: list[int], otherwise: int) -> int:
    """The last of the `starts`, which come backwards, before which everything can be read. What
    opened something that is never closed may be far back."""
    for start in starts[:_MOST_TRIED]:
        if _parses(lines[:start]):
            return start
    far = starts[_MOST_TRIED:]
    at = bisect_left(far, True, key=lambda start: _parses(lines[:start]))
    return far[at] if at < len(far) else otherwise


def _with_items(file: TomlFile) -> dict[KeyPath, int]:
    """The lines of the keys, and of the texts in a list that runs over several."""
    lines, found = file.text.splitlines(), dict(file.lines)
    for key, value in file.data.items():
        at = file.lines.get((key,))
        for number, item in enumerate(value if isinstance(value, list) else ()):
            at = next(
                (line for line in range(at or 1, len(lines) + 1) if _has(lines[line - 1], item)),
                None,
            )
            if at is None:
                break
            found[key, number] = at
    return found


def _has(line: str, item: object) -> bool:
    return any(f"{quote}{item}{quote}" in line for quote in ('"', "'")) or str(item) == line.strip(
        " ,"
    )


def _parses(lines: list[str]) -> bool:
    try:
        tomllib.loads("".join(lines), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return False
    return True
