"""How alike two lines are, by the words in them."""

from __future__ import annotations

import re

WORD = re.compile(r"\w+")
_LONGEST = 2_000
_SPACED = bytes(code if WORD.match(chr(code)) and code < 128 else 32 for code in range(256))
"""What is no part of a word becomes a blank: that is quicker than an expression."""


def words(line: str) -> frozenset[str]:
    """The distinct words of a line; its marks, for a line without words."""
    if len(line) > _LONGEST:
        line = line[:_LONGEST]
    if line.isascii():
        found = line.encode().translate(_SPACED).decode().split()
    else:
        found = WORD.findall(line)
    return frozenset(found or [line.strip()])


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient of two lines' words, 0 (nothing shared) to 1 (the same words)."""
    return 2 * len(one & other) / (len(one) + len(other))


def is_alike(one: str, other: str, least: float) -> bool:
    """Whether the likeness of two lines is at least this. Most lines share no word at all."""
    some, others = words(one), words(other)
    return not some.isdisjoint(others) and likeness(some, others) >= least
