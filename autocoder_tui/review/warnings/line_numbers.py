"""Line numbers of a listing that came into the file with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autocoder_tui.review.warnings.concern import Change, Concern

_NUMBERED = re.compile(
    r"[ \t]{0,12}[Ll]?(\d{1,6})(?:[ \t]{0,4}[|│¦:→›>)][ \t]?|\t| {2,4}| (?=\S)| ?\Z)(.*)"
)
_LONGEST = 10_000
_FEWEST = 3


def line_numbers(change: Change) -> Iterator[Concern]:
    """Lines that begin with numbers which count on. That is certain where the lines are the
    file's own once the numbers are off."""
    first, longest, known = _longest_run(change)
    if not known and (longest < _FEWEST or longest * 2 < len(change.added)):
        return
    if known and longest < 2:
        return
    if _run(change.before.split("\n")[:1000]) >= _FEWEST:
        return
    message = f"Line numbers seem to stand in the text, from line {first} on ({longest:,} lines)."
    yield Concern("numbers", message, known and not change.is_sound)


def _longest_run(change: Change) -> tuple[int, int, bool]:
    """Where the longest run of counting lines begins, how many they are, and whether most of
    them are lines of the file with a number before them."""
    best = (0, 0, False)
    first = length = known = filled = 0
    expected = -2
    old: frozenset[str] | None = None
    for at, line in change.added:
        found = _numbered(line)
        number = -1 if found is None else int(found.group(1))
        if number != expected:
            first, length, known, filled = at, 0, 0, 0
        if found is not None:
            length += 1
            body = found.group(2).strip()
            if old is None:
                old = frozenset(map(str.strip, change.old_lines))
            filled += bool(body)
            # How it is indented depends on where the numbers end.
            known += bool(body) and body in old
            expected = number + 1
        # Numbers alone are data.
        if length > best[1] and filled * 2 > length:
            best = (first, length, known > 1 and known * 2 >= filled)
    return best


def _numbered(line: str) -> re.Match[str] | None:
    first = line.lstrip(" \t")[:1]
    if not first or first not in "0123456789Ll" or len(line) > _LONGEST:
        return None
    return _NUMBERED.fullmatch(line)


def _run(lines: list[str]) -> int:
    """The longest run of counting lines in the old text."""
    longest = length = 0
    expected = -1
    for line in lines:
        found = _numbered(line)
        number = -1 if found is None else int(found.group(1))
        length = 0 if found is None else (length + 1 if number == expected else 1)
        expected = number + 1
        longest = max(longest, length)
    return longest
