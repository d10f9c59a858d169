"""Which items of two sequences correspond: the algorithm beneath every diff here.

First the items that occur exactly once on both sides are matched, keeping the longest
increasing run of them; they anchor the two sequences to each other, and each gap between
anchors is treated the same way (B. Cohen's "patience diff"). A gap without such items is aligned
exactly: with E. Myers' greedy algorithm ("An O(ND) Difference Algorithm and Its Variations",
1986) where few edits do, else by the table of common subsequences (see `longest_common`). Past a
number of steps the greedy path that got furthest is kept and the search begins anew from its end,
so the cost stays near linear in the worst case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import compress, count, repeat

from autocoder_tui.text.block import Block as Block
from autocoder_tui.text.increasing import longest_increasing
from autocoder_tui.text.longest_common import cells_to_fill, longest_common

_NOWHERE = -1
"""Stands for every item that the other side does not have."""
_SHORT_GAP = 64
"""To see first whether anything in it can match is quicker than to count in a gap that short."""
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
    numbers: dict[Hashable, int] = {}
    a = list(map(numbers.setdefault, old, count()))
    b = list(map(numbers.get, new, repeat(_NOWHERE)))
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
        some, others = a[a0:a1], b[b0:b1]
        if len(some) < _SHORT_GAP and set(some).isdisjoint(others):
            continue
        counts, counts_b = Counter(some), Counter(others)
        fewer, more = (counts, counts_b) if len(counts) < len(counts_b) else (counts_b, counts)
        number_in_more = more.get
        once = {item for item, number in fewer.items() if number == 1 == number_in_more(item)}
        if once and depth < _MAX_DEPTH:
            anchors = _anchors(once, some, a0, others, b0)
            _between(anchors, a, a0, a1, b, b0, b1, depth, found, gaps)
        elif common := counts.keys() & counts_b.keys():
            steps -= _align_exactly(common, some, a0, others, b0, steps, found)
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
    end = end_b = -1
    for block in found:
        old, new, length = block
        if old == end and new == end_b:
            last = blocks[-1]
            blocks[-1] = Block(last.old, last.new, last.length + length)
        else:
            blocks.append(block)
        end, end_b = old + length, new + length
    return blocks


def _anchors(
    once: set[int], some: list[int], a0: int, others: list[int], b0: int
) -> list[tuple[int, int]]:
    """Pairs of places of the items that are there `once` on either side, the longest run that
    increases on both."""
    place_in_b = dict(zip(others, range(b0, b0 + len(others)), strict=True))
    pairs = [(i, place_in_b[item]) for i, item in enumerate(some, a0) if item in once]
    return longest_increasing(pairs)


def _align_exactly(
    common: set[int],
    some: list[int],
    a0: int,
    others: list[int],
    b0: int,
    steps: int,
    found: list[Block],
) -> int:
    """Append the matches between two gaps to `found`; return the steps that took."""
    # Items the other side lacks cannot match: without them the search is far shorter.
    places_a = list(compress(count(a0), map(common.__contains__, some)))
    places_b = list(compress(count(b0), map(common.__contains__, others)))
    xs = list(filter(common.__contains__, some))
    ys = list(filter(common.__contains__, others))
    runs, x, y, used = _shortest_edit(xs, 0, ys, 0, _FEW)
    if x < len(xs) or y < len(ys):
        cells = cells_to_fill(len(xs), len(ys)) // _CELLS_A_STEP
        if used + cells <= steps:
            runs, x, y = longest_common(xs, ys), len(xs), len(ys)
            used += cells
    _add_runs(runs, places_a, places_b, found)
    while x < len(xs) and y < len(ys):
        runs, x, y, spent = _shortest_edit(xs, x, ys, y, _NARROW)
        _add_runs(runs, places_a, places_b, found)
        used += spent
    return used


def _add_runs(
    runs: list[Block], places_a: list[int], places_b: list[int], found: list[Block]
) -> None:
    """Append to `found` what runs of the items that both sides have are where these stand: in
    parts where others are between them."""
    for x, y, length in runs:
        start, start_b, last = places_a[x], places_b[y], length - 1
        if places_a[x + last] - start == last == places_b[y + last] - start_b:
            found.append(Block(start, start_b, length))
            continue
        part = 1
        for i, j in zip(places_a[x + 1 : x + length], places_b[y + 1 : y + length], strict=True):
            if i == start + part and j == start_b + part:
                part += 1
            else:
                found.append(Block(start, start_b, part))
                start, start_b, part = i, j, 1
        found.append(Block(start, start_b, part))


def _shortest_edit(
    xs: list[int], x0: int, ys: list[int], y0: int, bound: int
) -> tuple[list[Block], int, int, int]:
    """Myers' greedy search from (x0, y0), of at most `bound` edits.

    Returns what matches, the point reached, and the steps taken. `reach[k]` is the
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
    runs: list[Block] = []
    for edit in range(edits, 0, -1):
        k = x - y
        earlier = history[edit - 1]
        below = earlier[k + edit] if k + 1 <= edit - 1 else -1
        left = earlier[k + edit - 2] if k - 1 >= 1 - edit else -1
        down = k == -edit or (k != edit and left < below)
        k_from = k + 1 if down else k - 1
        x_from = below if down else left
        stop = x_from if down else x_from + 1
        if x > stop:
            runs.append(Block(x0 + stop, y0 + stop - k, x - stop))
        x, y = x_from, x_from - k_from
    if x > 0:
        runs.append(Block(x0, y0, x))
    runs.reverse()
    return runs, *end, spent
