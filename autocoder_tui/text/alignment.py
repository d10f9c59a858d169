"""Which items of two sequences correspond: the algorithm beneath every diff here.

First the items that occur exactly once on both sides are matched, keeping the longest
increasing run of them; they anchor the two sequences to each other, and each gap between
anchors is treated the same way (B. Cohen's "patience diff"; the longest increasing
subsequence by patience sorting after Fredman 1975). A gap without such items is aligned
exactly with E. Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its
Variations", 1986), bounded: past a number of edits the path that got furthest is kept and
the search begins anew from its end, so the cost stays near linear in the worst case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Block(NamedTuple):
    """`length` items from `old` on equal those from `new` on."""

    old: int
    new: int
    length: int


_MAX_DEPTH = 60
_WIDE, _NARROW = 256, 16


def matching_blocks(
    old: Sequence[Hashable], new: Sequence[Hashable], steps: int = 1_500_000
) -> list[Block]:
    """The corresponding stretches of `old` and `new`, in order, longest possible, no two touching.

    `steps` bounds the work of the exact search (one step is about a fifth of a microsecond);
    when they are used up the answer is still correct, only no longer the shortest edit.
    """
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    found: list[Block] = []
    gaps = [(0, len(a), 0, len(b), 0)]
    while gaps:
        a0, a1, b0, b1, depth = gaps.pop()
        start = a0
        while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
            a0 += 1
            b0 += 1
        if a0 > start:
            found.append(Block(start, b0 - (a0 - start), a0 - start))
        end = a1
        while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
            a1 -= 1
            b1 -= 1
        if end > a1:
            found.append(Block(a1, b1, end - a1))
        if a0 == a1 or b0 == b1:
            continue
        anchors = _anchors(a, a0, a1, b, b0, b1) if depth < _MAX_DEPTH else []
        if anchors:
            for i, j in [*anchors, (a1, b1)]:
                if i > a0 and j > b0:
                    gaps.append((a0, i, b0, j, depth + 1))
                if i < a1:
                    found.append(Block(i, j, 1))
                a0, b0 = i + 1, j + 1
        else:
            steps -= _align_exactly(a, a0, a1, b, b0, b1, steps, found)
    return _joined(found)


def _joined(found: list[Block]) -> list[Block]:
    found.sort()
    blocks: list[Block] = []
    for block in found:
        if blocks:
            last = blocks[-1]
            if last.old + last.length == block.old and last.new + last.length == block.new:
                blocks[-1] = Block(last.old, last.new, last.length + block.length)
                continue
        blocks.append(block)
    return blocks


def _anchors(
    a: list[int], a0: int, a1: int, b: list[int], b0: int, b1: int
) -> list[tuple[int, int]]:
    """Pairs of places of items unique on both sides, the longest run that increases on both."""
    counts_a = Counter(a[a0:a1])
    counts_b = Counter(b[b0:b1])
    once = {item for item, count in counts_a.items() if count == 1 and counts_b.get(item) == 1}
    if not once:
        return []
    place_in_b = {b[j]: j for j in range(b0, b1) if b[j] in once}
    pairs = [(i, place_in_b[a[i]]) for i in range(a0, a1) if a[i] in once]
    return _longest_increasing(pairs)


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    tops: list[int] = []  # the second place on top of each pile
    top_pairs: list[int] = []  # and the index of its pair
    before = [-1] * len(pairs)
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        if pile:
            before[index] = top_pairs[pile - 1]
        if pile == len(tops):
            tops.append(j)
            top_pairs.append(index)
        else:
            tops[pile] = j
            top_pairs[pile] = index
    run: list[tuple[int, int]] = []
    index = top_pairs[-1]
    while index >= 0:
        run.append(pairs[index])
        index = before[index]
    run.reverse()
    return run


def _align_exactly(
    a: list[int], a0: int, a1: int, b: list[int], b0: int, b1: int, steps: int, found: list[Block]
) -> int:
    """Append the matches between two gaps to `found`; return the steps that took."""
    # Items the other side lacks cannot match: without them the search is far shorter.
    common = set(a[a0:a1]).intersection(b[b0:b1])
    if not common:
        return 0
    places_a = [i for i in range(a0, a1) if a[i] in common]
    places_b = [j for j in range(b0, b1) if b[j] in common]
    xs = [a[i] for i in places_a]
    ys = [b[j] for j in places_b]
    used = 0
    x = y = 0
    while x < len(xs) and y < len(ys):
        bound = _WIDE if used < steps else _NARROW
        pairs, x_end, y_end, spent = _shortest_edit(xs, x, ys, y, bound)
        found.extend(Block(places_a[i], places_b[j], 1) for i, j in pairs)
        used += spent
        x, y = x_end, y_end
    return used


def _shortest_edit(
    xs: list[int], x0: int, ys: list[int], y0: int, bound: int
) -> tuple[list[tuple[int, int]], int, int, int]:
    """Myers' greedy search from (x0, y0), of at most `bound` edits.

    Returns the matched places, the point reached, and the steps taken. `reach[k]` is the
    furthest x on the diagonal x - y = k (both counted from the start).
    """
    n, m = len(xs) - x0, len(ys) - y0
    offset = bound + 1
    reach = [0] * (2 * bound + 3)
    history: list[list[int]] = []
    spent = 0
    x = 0
    while x < n and x < m and xs[x0 + x] == ys[y0 + x]:
        x += 1
    reach[offset] = x
    history.append([x])
    edits, diagonal = 0, 0
    if x < n or x < m:
        done = False
        while not done and edits < bound:
            edits += 1
            for k in range(-edits, edits + 1, 2):
                if k == -edits or (k != edits and reach[offset + k - 1] < reach[offset + k + 1]):
                    x = reach[offset + k + 1]
                else:
                    x = reach[offset + k - 1] + 1
                y = x - k
                while x < n and y < m and xs[x0 + x] == ys[y0 + y]:
                    x += 1
                    y += 1
                reach[offset + k] = x
                if x == n and y == m:
                    done, diagonal = True, k
                    break
            spent += edits + 1
            history.append(reach[offset - edits : offset + edits + 1])
        if not done:
            inside = [
                k
                for k in range(-edits, edits + 1, 2)
                if reach[offset + k] <= n and reach[offset + k] - k <= m
            ]
            if not inside:
                return [], len(xs), len(ys), spent
            diagonal = max(inside, key=lambda k: 2 * reach[offset + k] - k)
    x = history[edits][diagonal + edits]
    y = x - diagonal
    end = (x0 + x, y0 + y)
    pairs: list[tuple[int, int]] = []
    for edit in range(edits, 0, -1):
        k = x - y
        earlier = history[edit - 1]
        below = earlier[k + edit] if k + 1 <= edit - 1 else -1
        left = earlier[k + edit - 2] if k - 1 >= 1 - edit else -1
        down = k == -edit or (k != edit and left < below)
        k_from = k + 1 if down else k - 1
        x_from = below if down else left
        stop = x_from if down else x_from + 1
        while x > stop:
            x -= 1
            y -= 1
            pairs.append((x0 + x, y0 + y))
        x, y = x_from, x_from - k_from
    while x > 0:
        x -= 1
        pairs.append((x0 + x, y0 + x))
    pairs.reverse()
    return pairs, *end, spent
