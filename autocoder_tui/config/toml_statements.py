"""TOML with all its mistakes named at once, where the parser stops at the first.

A statement that cannot be read is left out, and the rest is read without it.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Final

from autocoder_tui.config.toml_file import TomlFile, parse_toml
from autocoder_tui.problems import Problem

_MOST: Final = 50
"""Mistakes of form that are looked for; a file with more is no TOML."""
_MOST_TRIED: Final = 100
"""Places before an error at which the statement to blame may begin."""
_BEGINS = re.compile(r"""\s*(?:\[|(?:[\w$-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*\s*=)""")
_OVERWRITTEN: Final = "overwrite a value"


def parse_all_toml(path: Path, text: str) -> tuple[TomlFile, tuple[Problem, ...]]:
    """Read `text`; what could be read of it comes with all that is wrong with its form.

    A key that is given twice keeps its first value.
    """
    lines = text.splitlines(keepends=True)
    problems: list[Problem] = []
    while len(problems) < _MOST:
        parsed = parse_toml(path, "".join(lines))
        if isinstance(parsed, TomlFile):
            return TomlFile(path, text, parsed.data, parsed.lines), tuple(problems)
        if parsed.line is None:
            problems.append(parsed)
            break
        begin, end = _statement(lines, parsed.line)
        problems.append(_said(path, lines, begin, parsed))
        lines[begin:end] = ["\n"] * (end - begin)
    return TomlFile(path, text, {}, {}), tuple(problems)


def _said(path: Path, lines: list[str], begin: int, problem: Problem) -> Problem:
    if _OVERWRITTEN not in problem.message:
        return Problem(path, begin + 1, problem.message)
    key = lines[begin].split("=")[0].strip().strip("\"'")
    same = (number for number, line in enumerate(lines[:begin], 1) if _key_of(line) == key)
    first = next(same, None)
    where = "" if first is None else f"; the first is in line {first}"
    return Problem(path, begin + 1, f'"{key}" is given twice{where}')


def _key_of(line: str) -> str:
    return line.split("=")[0].strip().strip("\"'") if "=" in line else ""


def _statement(lines: list[str], error_line: int) -> tuple[int, int]:
    """The lines, from 0, of the statement that is to blame for an error in line `error_line`:
    an array that is not closed is found out only in the next statement, or at the end."""
    last = min(error_line, len(lines)) - 1
    starts = [number for number in range(last, -1, -1) if _BEGINS.match(lines[number])]
    begin = next((start for start in starts[:_MOST_TRIED] if _parses(lines[:start])), last)
    following = range(begin + 1, len(lines))
    end = next((number for number in following if _BEGINS.match(lines[number])), len(lines))
    unclosed = any("".join(lines[begin:end]).count(quotes) % 2 for quotes in ('"""', "'''"))
    if unclosed and last > begin:
        # All that follows stands within a text that is never closed.
        return begin, len(lines)
    return begin, end


def _parses(lines: list[str]) -> bool:
    try:
        tomllib.loads("".join(lines), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return False
    return True
