"""The lines of a file, prepared once for finding many blocks in them.

Each line is one character of a string, equal lines the same character, so that a run of lines is
found by `str.find`, which takes linear time whatever the lines are.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from autocoder_tui.edits.edit import split_lines

BLANKS = " \t\r"
"""What may differ at the end of a line; form feed, NEL and U+2028 are characters like others."""
_PLACES = 500
"""More places of one block are not listed."""
_WORK = 2_000_000
"""Bounds the characters compared for one block of many equal lines in a file of them."""


def body(line: str) -> str:
    """A line without the "\\n" that ends it."""
    return line[:-1] if line.endswith("\n") else line


def ends(text: str) -> str:
    """The body of a line without white space at its end."""
    return text.rstrip(BLANKS)


def strip(text: str) -> str:
    """The body of a line without white space round it."""
    return text.strip(BLANKS)


def squeeze(text: str) -> str:
    """The body of a line without any white space."""
    return "".join(text.split())


def indentation(text: str) -> str:
    """The blanks and tabs before the first other character of a line."""
    return text[: len(text) - len(text.lstrip(" \t"))]


class Found(NamedTuple):
    """Where a run of lines starts; `more`: there are places not listed."""

    starts: list[int]
    more: bool


class KeyedLines:
    """The lines of a file under one notion of equality. `numbers` are those of the lines that
    count, from 0."""

    def __init__(self, keys: list[str], numbers: Sequence[int]) -> None:
        self.keys = keys
        self.numbers = numbers
        self._letters: dict[str, str] = {}
        letters = self._letters
        for key in keys:
            if key not in letters:
                # The last letter may stand for several lines: what is found is looked at again.
                letters[key] = chr(min(len(letters) + 1, sys.maxunicode))
        self._text = "".join([letters[key] for key in keys])

    def find(self, wanted: Sequence[str]) -> Found:
        """Every index of `keys` at which the run `wanted` starts, overlapping ones too."""
        letters = [self._letters.get(key) for key in wanted]
        known = [letter for letter in letters if letter is not None]
        if not known or len(known) < len(letters):
            return Found([], False)
        needle = "".join(known)
        most = max(2, min(_PLACES, _WORK // len(needle)))
        starts: list[int] = []
        at = self._text.find(needle)
        while at >= 0:
            if len(self._letters) < sys.maxunicode or self.keys[at : at + len(needle)] == wanted:
                if len(starts) == most:
                    return Found(starts, True)
                starts.append(at)
            at = self._text.find(needle, at + 1)
        return Found(starts, False)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """The indices of every line that is not empty."""
        places: dict[str, list[int]] = defaultdict(list)
        for index, key in enumerate(self.keys):
            if key:
                places[key].append(index)
        return places


class FileLines:
    """A file's text as lines, and what is known of them, worked out when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = split_lines(text)
        self.bodies = [body(line) for line in self.lines]

    def __len__(self) -> int:
        return len(self.lines)

    def _keyed(self, key: Callable[[str], str]) -> KeyedLines:
        return KeyedLines([key(text) for text in self.bodies], range(len(self.bodies)))

    @cached_property
    def exact(self) -> KeyedLines:
        return KeyedLines(self.bodies, range(len(self.bodies)))

    @cached_property
    def ends(self) -> KeyedLines:
        return self._keyed(ends)

    @cached_property
    def stripped(self) -> KeyedLines:
        return self._keyed(strip)

    @cached_property
    def squeezed(self) -> KeyedLines:
        return self._keyed(squeeze)

    @cached_property
    def full_ends(self) -> KeyedLines:
        """As `ends`, without the lines that are blank."""
        return _full(self.ends.keys)

    @cached_property
    def full_stripped(self) -> KeyedLines:
        """As `stripped`, without the lines that are blank."""
        return _full(self.stripped.keys)

    @cached_property
    def full_numbers(self) -> Sequence[int]:
        """The numbers of the lines that are not blank."""
        return self.full_ends.numbers

    def blank(self, number: int) -> bool:
        return not strip(self.bodies[number])

    def all_blank(self, start: int, end: int) -> bool:
        numbers = self.full_numbers
        at = bisect_left(numbers, start)
        return at == len(numbers) or numbers[at] >= end

    @cached_property
    def line_end(self) -> str:
        """What ends most lines: "\\n" or "\\r\\n"."""
        carriages = self.text.count("\r\n")
        return "\r\n" if carriages * 2 > self.text.count("\n") else "\n"

    def line_end_near(self, number: int) -> str:
        """What ends the line before `number`, or else the one after it."""
        for near in (number - 1, number):
            if 0 <= near < len(self.lines) and self.lines[near].endswith("\n"):
                return "\r\n" if self.lines[near].endswith("\r\n") else "\n"
        return self.line_end

    @cached_property
    def uses_tabs(self) -> bool | None:
        """Whether lines are indented by tabs; None where some are and some are not, or none is."""
        tabs = any(text.startswith("\t") for text in self.bodies)
        spaces = any(text.startswith("  ") for text in self.bodies)
        return tabs if tabs != spaces else None


def with_blank(
    file: FileLines, old: Sequence[str], full: Sequence[int], numbers: Sequence[int]
) -> list[int | None]:
    """The lines of a match by its full lines, each blank one given a blank line beside them."""
    lines: list[int | None] = [None] * len(old)
    for index, number in zip(full, numbers, strict=True):
        lines[index] = number
    for index in range(full[0] - 1, -1, -1):
        after = lines[index + 1]
        if strip(old[index]) or after is None:
            break
        if after > 0 and file.blank(after - 1):
            lines[index] = after - 1
    for index in range(full[0] + 1, len(lines)):
        before = lines[index - 1]
        if lines[index] is None and before is not None and not strip(old[index]):
            if before + 1 < len(file) and file.blank(before + 1):
                lines[index] = before + 1
    return lines


def _full(keys: list[str]) -> KeyedLines:
    numbers = [number for number, key in enumerate(keys) if key]
    return KeyedLines([keys[number] for number in numbers], numbers)
