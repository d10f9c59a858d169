"""Some letters found in a longer text, in their order: whether they are there, and where best."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from autocoder_tui.values import dataclass

_AT_WORD_START = 160
_SIDE_BY_SIDE = 120
_GAP = -40
_SKIPPED = -1
"""For each character between two letters, so that the nearer of two places wins."""
_NOWHERE = -(1 << 40)
_MOST_CELLS = 20_000
"""Letters times characters; beyond that the first place each letter has is taken."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best way the letters are in the text: where each is, and how good that is."""

    score: int
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
    # Of each place of a letter the best way there, by the places of the letter before it.
    rows: list[list[tuple[int, int, int]]] = []
    first = begin
    for number, letter in enumerate(letters):
        row: list[tuple[int, int, int]] = []
        before = rows[-1] if number else []
        jump, jump_from, ahead = _NOWHERE, -1, 0
        at = text.find(letter, first)
        while at >= 0:
            bonus = _AT_WORD_START if _begins(starts, at) else 0
            if not number:
                row.append((at, bonus + _SKIPPED * (at - begin), -1))
            else:
                beside, beside_from = _NOWHERE, -1
                while ahead < len(before) and before[ahead][0] < at:
                    place, score, _ = before[ahead]
                    if place == at - 1:
                        beside, beside_from = score + _SIDE_BY_SIDE, ahead
                        break
                    if score - _SKIPPED * place > jump:
                        jump, jump_from = score - _SKIPPED * place, ahead
                    ahead += 1
                apart = jump + _GAP + _SKIPPED * (at - 2)
                if beside >= apart:
                    row.append((at, beside + bonus, beside_from))
                else:
                    row.append((at, apart + bonus, jump_from))
            at = text.find(letter, at + 1)
        rows.append(row)
        first = row[0][0] + 1
    came_from = max(range(len(rows[-1])), key=lambda number: rows[-1][number][1])
    best, places = rows[-1][came_from][1], []
    for row in reversed(rows):
        place, _, came_from = row[came_from]
        places.append(place)
    return Alignment(best, tuple(reversed(places)))


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
    return Alignment(_SKIPPED * (places[-1] - places[0]), tuple(places))
