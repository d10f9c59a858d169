"""Some letters found in a longer text, in their order: whether they are there, and where best."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from autocoder_tui.values import dataclass

_AT_WORD_START = 8
_SIDE_BY_SIDE = 6
_GAP = -2
_SKIPPED = -0.05
"""For each character between two letters, so that the nearer of two places wins."""
_MOST_CELLS = 20_000
"""Letters times characters; beyond that the first place each letter has is taken."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best way the letters are in the text: where each is, and how good that is."""

    score: float
    places: tuple[int, ...]


@lru_cache(maxsize=64)
def in_order(letters: str) -> Callable[[str], bool]:
    """Tells whether a text has the letters in their order, whatever is between them."""
    # Possessive, so that a text that is long and has none of it takes no longer than its length.
    pattern = "".join(f"[^{re.escape(one)}]*+{re.escape(one)}" for one in letters)
    match = re.compile(pattern).match
    return lambda text: match(text) is not None


def align(letters: str, text: str, starts: str, begin: int = 0) -> Alignment:
    """`letters` in `text` from `begin` on, where they are in order. `starts` is the text with a
    capital where each word begins: such places are best, then those beside the letter before."""
    if len(letters) * (len(text) - begin) > _MOST_CELLS:
        return _first_places(letters, text, begin)
    columns = range(begin, len(text))
    nothing = float("-inf")
    best = [nothing] * len(columns)
    came_from: list[list[int]] = []
    for number, letter in enumerate(letters):
        now, origin = [nothing] * len(columns), [-1] * len(columns)
        jump, jump_at = nothing, -1
        for column, at in enumerate(columns):
            if column >= 2 and best[column - 2] > jump + _SKIPPED:
                jump, jump_at = best[column - 2], column - 2
            else:
                jump += _SKIPPED
            if text[at] != letter:
                continue
            bonus = _AT_WORD_START if _begins(starts, at) else 0
            if not number:
                now[column] = bonus + _SKIPPED * column
                continue
            beside = best[column - 1] + _SIDE_BY_SIDE if column else nothing
            apart = jump + _GAP
            now[column] = max(beside, apart) + bonus
            origin[column] = column - 1 if beside >= apart else jump_at
        came_from.append(origin)
        best = now
    end = max(range(len(columns)), key=best.__getitem__)
    score, places = best[end], []
    for origin in reversed(came_from):
        places.append(end + begin)
        end = origin[end]
    return Alignment(score, tuple(reversed(places)))


def _begins(starts: str, at: int) -> bool:
    """Whether a word begins at `at`; a digit begins one where none is before it."""
    sign = starts[at]
    if sign.isdigit():
        return at == 0 or not starts[at - 1].isalnum()
    return sign.isupper()


def _first_places(letters: str, text: str, begin: int) -> Alignment:
    places, at = [], begin - 1
    for letter in letters:
        at = text.index(letter, at + 1)
        places.append(at)
    return Alignment(float(places[0] - places[-1]), tuple(places))
