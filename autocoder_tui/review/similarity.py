"""How alike two lines are, by the words in them."""

from __future__ import annotations

import re

WORD = re.compile(r"\w+")
_LONGEST = 2_000


def words(line: str) -> frozenset[str]:
    """The distinct words of a line; its marks, for a line without words."""
    line = line[:_LONGEST]
    found = WORD.findall(line)
    return frozenset(found) if found else frozenset([line.strip()])


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient of two lines' words, 0 (nothing shared) to 1 (the same words)."""
    return 2 * len(one & other) / (len(one) + len(other))
