"""How alike two lines are, by the words in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"[^\w\0]+")
_LONGEST = 2_000
_SPACED = bytes(code if WORD.match(chr(code)) and code < 128 else 32 for code in range(256))
"""What is no part of a word becomes a blank: that is quicker than an expression."""
_SPACED_APART = b"\0" + _SPACED[1:]


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


def are_alike(ones: Sequence[str], others: Sequence[str], least: float) -> list[bool]:
    """Which of `ones` have at least this likeness to the line in the same place of `others`."""
    spaced, others_spaced = _spaced(ones), _spaced(others)
    # Most lines share no word at all, which takes but one set to see.
    apart = [
        set(one.split()).isdisjoint(other.split())
        for one, other in zip(spaced, others_spaced, strict=True)
    ]
    return [
        (not is_apart or not (spaced[number].strip() or others_spaced[number].strip()))
        and likeness(words(ones[number]), words(others[number])) >= least
        for number, is_apart in enumerate(apart)
    ]


def _spaced(lines: Sequence[str]) -> list[str]:
    """The lines with blanks for all that is no part of a word; made at once, since line by line
    most of the time goes into the calls."""
    if lines and max(map(len, lines)) > _LONGEST:
        lines = [line[:_LONGEST] for line in lines]
    text = "\0".join(lines)
    if text.count("\0") != len(lines) - 1:
        return [" ".join(WORD.findall(line)) for line in lines]
    if text.isascii():
        return text.encode().translate(_SPACED_APART).decode().split("\0")
    return _NO_WORD.sub(" ", text).split("\0")
