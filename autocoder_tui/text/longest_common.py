"""A longest common subsequence, found a whole row at a time.

Each row of the table that one would fill by hand is one integer, a bit for each item of the other
side, and follows from the row before by five operations (H. Hyyrö, "Bit-parallel LCS-length
computation revisited", 2004): what costs a search edit by edit the square of their number is a
matter of milliseconds, however many there are.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

from autocoder_tui.text.block import Block
from autocoder_tui.text.increasing import longest_increasing

_WINDOW = 2_048
"""Of both sides together as many are compared at once as fit into the square of it."""
_KEPT = 0.75
"""The share of a window whose matches are believed where there is more to come: further on they
may be other ones."""
_APART = 256
"""How far from each other stretches are looked for that are sure to correspond."""
_SHORTEST, _BY_CHANCE = 8, 1e-6
"""Items of such a stretch at least; and how likely its like may be elsewhere in a window."""


def cells_to_fill(width: int, height: int) -> int:
    """The size of the work for two sequences of these lengths: at most so many cells."""
    return min(width * height, int(max(width, height) * _WINDOW / _KEPT) + _WINDOW * _WINDOW)


def longest_common(xs: Sequence[int], ys: Sequence[int]) -> list[Block]:
    """Equal items in order, as many as can be. Of two long sequences they are so between
    stretches that are sure to correspond, and within each window only."""
    runs: list[Block] = []
    x = y = 0
    for sure in [*_sure_stretches(xs, ys), Block(len(xs), len(ys), 0)]:
        runs += _in_windows(xs, x, sure.old, ys, y, sure.new)
        if sure.length:
            runs.append(sure)
        x, y = sure.old + sure.length, sure.new + sure.length
    return runs


def _sure_stretches(xs: Sequence[int], ys: Sequence[int]) -> list[Block]:
    """Stretches, some way apart, each of which is there once on either side near where it should
    be, and too long for that to be chance. What is between is compared far quicker than all at
    once. There are none where stretches of that length recur: each may be any of them then."""
    if min(len(xs), len(ys)) < 2 * _APART or max(xs) > sys.maxunicode:
        return []
    length = _too_long_for_chance(xs)
    one, other = "".join(map(chr, xs)), "".join(map(chr, ys))
    found: list[tuple[int, int]] = []
    x, ahead = _APART, 0  # how much further on the second side is
    while x + length <= len(xs):
        stretch = one[x : x + length]
        places, places_in_other = _places(stretch, one, x), _places(stretch, other, x + ahead)
        if len(places) > 1 or len(places_in_other) > 1:
            return []
        if places_in_other:
            (y,) = places_in_other
            found.append((x, y))
            ahead = y - x
            x += _APART
        else:
            x += length // 2
    in_order = [*longest_increasing(found), (len(xs), len(ys))]
    return [
        Block(*place, length)
        for place, following in pairwise(in_order)
        if place[1] + length <= following[1]
    ]


def _too_long_for_chance(items: Sequence[int]) -> int:
    """So many items in a row are hardly ever equal to others within a window, unless one comes
    from the other."""
    alike = sum((number / len(items)) ** 2 for number in Counter(items).values())
    if alike == 1:
        return len(items)
    return max(_SHORTEST, int(log(_BY_CHANCE / _WINDOW) / log(alike)) + 1)


def _places(stretch: str, text: str, near: int) -> list[int]:
    """Where it is in the text, not too far from `near`: the first two places."""
    start, end = max(0, near - _WINDOW // 2), near + _WINDOW // 2
    found: list[int] = []
    while len(found) < 2 and (place := text.find(stretch, start, end)) >= 0:
        found.append(place)
        start = place + 1
    return found


def _in_windows(
    xs: Sequence[int], x: int, x_end: int, ys: Sequence[int], y: int, y_end: int
) -> list[Block]:
    runs: list[Block] = []
    while x < x_end and y < y_end:
        width, height = _window(x_end - x, y_end - y)
        found = _common(xs[x : x + width], ys[y : y + height])
        if x + width == x_end and y + height == y_end:
            runs += [Block(x + i, y + j, length) for i, j, length in found]
            break
        i_end, j_end = int(width * _KEPT) + 1, int(height * _KEPT) + 1
        for i, j, length in found:
            kept = min(length, i_end - i, j_end - j)
            if kept > 0:
                runs.append(Block(x + i, y + j, kept))
            if kept < length:
                # Nothing is matched between here and the next: a window may begin anywhere there.
                i_end, j_end = min(i + max(kept, 0), i_end), min(j + max(kept, 0), j_end)
                break
        x, y = x + i_end, y + j_end
    return runs


def _window(width: int, height: int) -> tuple[int, int]:
    """How much of either side is compared at once: the whole of a side that is short."""
    most = _WINDOW * _WINDOW
    if width * height <= most:
        return width, height
    if width <= _WINDOW:
        return width, most // width
    if height <= _WINDOW:
        return most // height, height
    return _WINDOW, _WINDOW


def _common(xs: Sequence[int], ys: Sequence[int]) -> list[Block]:
    places: dict[int, bytearray] = {}
    size = len(ys) // 8 + 1
    for j, item in enumerate(ys):
        bits = places.get(item)
        if bits is None:
            bits = places[item] = bytearray(size)
        bits[j >> 3] |= 1 << (j & 7)
    masks = {item: int.from_bytes(bits, "little") for item, bits in places.items()}
    # A zero at a place: up to it one more can be matched than up to the place before.
    everything = (1 << len(ys)) - 1
    row, rows = everything, [everything]
    for item in xs:
        hit = row & masks.get(item, 0)
        row = ((row + hit) | (row - hit)) & everything
        rows.append(row)
    runs: list[Block] = []
    i, j = len(xs) - 1, len(ys) - 1
    while i >= 0 and j >= 0:
        if xs[i] == ys[j]:
            # To match the last ones is never worse, and keeps what stands together together.
            end = i
            while i >= 0 and j >= 0 and xs[i] == ys[j]:
                i -= 1
                j -= 1
            runs.append(Block(i + 1, j + 1, end - i))
        elif rows[i + 1] >> j & 1:
            j -= 1
        else:
            i -= 1
    runs.reverse()
    return runs
