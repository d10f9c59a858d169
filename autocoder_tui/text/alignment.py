"""Which items of two sequences correspond: the algorithm beneath every diff here.

First the items that occur exactly once on both sides are matched, keeping the longest
increasing run of them; they anchor the two sequences to each other, and each gap between
anchors is treated the same way (B. Cohen's "patience diff"; the longest increasing
subsequence by patience sorting after Fredman 1975). A gap without such items is aligned
exactly: with E. Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its Variations",
1986) where few edits do, else by the table of common subsequences (see `longest_common`). Past a
number of steps the greedy path that got furthest is kept and the search begins anew from its end,
so the cost stays near linear in the worst case.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import count
from operator import itemgetter, lt
from typing import NamedTuple

from autocoder_tui.text.longest_common import cells_to_fill, longest_common


class Block(NamedTuple):
    """`length` items from `old` on equal those from `new` on."""

    old: int
    new: int
    length: int


_MAX_DEPTH = 60
_FEW, _NARROW = 64, 16
_CELLS_A_STEP = 512
"""Cells of the table of common subsequences that are filled in the time of one step."""
_GALLOP = 256
"""Items that are compared at once where many in a row may be equal."""


def matching_blocks(
    old: Sequence[Hashable], new: Sequence[Hashable], steps: int = 1_500_000
) -> list[Block]:
    """The corresponding stretches of `old` and `new`, in order, longest possible, no two touching.

    `steps` bounds the work of the exact search (one step is about a fifth of a microsecond);
    when they are used up the answer is still correct, only no longer the shortest edit.
    """
    numbers: defaultdict[Hashable, int] = defaultdict(count().__next__)
    a = list(map(numbers.__getitem__, old))
    b = list(map(numbers.__getitem__, new))
    found: list[Block] = []
    gaps = [(0, len(a), 0, len(b), 0)]
    while gaps:
        a0, a1, b0, b1, depth = gaps.pop()
        alike = _alike_ahead(a, a0, a1, b, b0, b1)
        if alike:
            found.append(Block(a0, b0, alike))
            a0, b0 = a0 + alike, b0 + alike
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
            _between(anchors, a, a0, a1, b, b0, b1, depth, found, gaps)
        else:
            steps -= _align_exactly(a, a0, a1, b, b0, b1, steps, found)
    return _joined(found)


def _alike_ahead(a: list[int], a0: int, a1: int, b: list[int], b0: int, b1: int) -> int:
    """How many items are equal from the beginning of a gap on."""
    start, most = a0, min(a1 - a0, b1 - b0)
    a1 = a0 + most
    while a0 < a1:
        ahead = min(_GALLOP, a1 - a0)
        if ahead < _GALLOP or a[a0 : a0 + ahead] != b[b0 : b0 + ahead]:
            break
        a0, b0 = a0 + ahead, b0 + ahead
    while a0 < a1 and a[a0] == b[b0]:
        a0 += 1
        b0 += 1
    return a0 - start


def _between(
    anchors: list[tuple[int, int]],
    a: list[int],
    a0: int,
    a1: int,
    b: list[int],
    b0: int,
    b1: int,
    depth: int,
    found: list[Block],
    gaps: list[tuple[int, int, int, int, int]],
) -> None:
    """Append the anchors to `found`, and to `gaps` what is between them and may match in part.

    Anchors in a row, and those with nothing but equal items between, are one block."""
    start, start_b = a0, b0  # where the block began that ends before a0 and b0
    for i, j in [*anchors, (a1, b1)]:
        if i > a0 or j > b0:
            if i - a0 != j - b0 or a[a0:i] != b[b0:j]:
                if a0 > start:
                    found.append(Block(start, start_b, a0 - start))
                if i > a0 and j > b0:
                    gaps.append((a0, i, b0, j, depth + 1))
                start, start_b = i, j
        a0, b0 = i + 1, j + 1
    if a1 > start:
        found.append(Block(start, start_b, a1 - start))


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
    some, others = a[a0:a1], b[b0:b1]
    counts = Counter(others)
    once = {item for item, number in Counter(some).items() if number == 1 == counts.get(item)}
    if not once:
        return []
    place_in_b = dict(zip(others, range(b0, b1), strict=True))
    pairs = [(i, place_in_b[item]) for i, item in enumerate(some, a0) if item in once]
    return _longest_increasing(pairs)


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    places = list(map(itemgetter(1), pairs))
    if all(map(lt, places, places[1:])):
        return pairs
    tops: list[int] = []  # the second place on top of each pile
    top_pairs: list[int] = []  # and the index of its pair
    before = [-1] * len(pairs)
    for index, j in enumerate(places):
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
    pairs, x, y, used = _shortest_edit(xs, 0, ys, 0, _FEW)
    if x < len(xs) or y < len(ys):
        cells = cells_to_fill(len(xs), len(ys)) // _CELLS_A_STEP
        if used + cells <= steps:
            pairs, x, y = longest_common(xs, ys), len(xs), len(ys)
            used += cells
    _add_runs(pairs, places_a, places_b, found)
    while x < len(xs) and y < len(ys):
        pairs, x, y, spent = _shortest_edit(xs, x, ys, y, _NARROW)
        _add_runs(pairs, places_a, places_b, found)
        used += spent
    return used


def _add_runs(
    pairs: list[tuple[int, int]], places_a: list[int], places_b: list[int], found: list[Block]
) -> None:
    """Append the matches to `found`, those that follow each other on both sides as one."""
    start = start_b = next_a = next_b = -1
    for i, j in pairs:
        at, at_b = places_a[i], places_b[j]
        if at != next_a or at_b != next_b:
            if start >= 0:
                found.append(Block(start, start_b, next_a - start))
            start, start_b = at, at_b
        next_a, next_b = at + 1, at_b + 1
    if start >= 0:
        found.append(Block(start, start_b, next_a - start))


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
