"""A longest common subsequence, found a whole row at a time.

Each row of the table that one would fill by hand is one integer, a bit for each item of the other
side, and follows from the row before by five operations (H. Hyyrö, "Bit-parallel LCS-length
computation revisited", 2004): what costs a search edit by edit the square of their number is a
matter of milliseconds, however many there are.
"""

from __future__ import annotations

from collections.abc import Sequence

_WINDOW = 2_048
"""Of both sides together as many are compared at once as fit into the square of it."""
_KEPT = 0.75
"""The share of a window whose matches are believed where there is more to come: further on they
may be other ones."""


def cells_to_fill(width: int, height: int) -> int:
    """The size of the work for two sequences of these lengths: at most so many cells."""
    return min(width * height, int(max(width, height) * _WINDOW / _KEPT) + _WINDOW * _WINDOW)


def longest_common(xs: Sequence[int], ys: Sequence[int]) -> list[tuple[int, int]]:
    """Places of equal items in order, as many as can be. Of two long sequences they are so within
    each window only."""
    pairs: list[tuple[int, int]] = []
    x = y = 0
    while x < len(xs) and y < len(ys):
        width, height = _window(len(xs) - x, len(ys) - y)
        found = _common(xs[x : x + width], ys[y : y + height])
        if x + width == len(xs) and y + height == len(ys):
            pairs += [(x + i, y + j) for i, j in found]
            break
        i_end, j_end = int(width * _KEPT) + 1, int(height * _KEPT) + 1
        kept = 0
        while kept < len(found) and found[kept][0] < i_end and found[kept][1] < j_end:
            kept += 1
        pairs += [(x + i, y + j) for i, j in found[:kept]]
        # Nothing is matched between here and the next pair: the window may begin anywhere there.
        i, j = found[kept] if kept < len(found) else (i_end, j_end)
        x, y = x + min(i, i_end), y + min(j, j_end)
    return pairs


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


def _common(xs: Sequence[int], ys: Sequence[int]) -> list[tuple[int, int]]:
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
    pairs: list[tuple[int, int]] = []
    i, j = len(xs) - 1, len(ys) - 1
    while i >= 0 and j >= 0:
        if xs[i] == ys[j]:
            # To match the last ones is never worse, and keeps what stands together together.
            pairs.append((i, j))
            i -= 1
            j -= 1
        elif rows[i + 1] >> j & 1:
            j -= 1
        else:
            i -= 1
    pairs.reverse()
    return pairs
