"""The order in which the files of a plan are written: what a file needs comes before it.

Files that need each other in a circle cannot all come after what they need; within a circle that
one comes first which waits for the fewest. Where nothing decides, the order of the plan does, so
the same plan is always written in the same order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence

from autocoder_tui.steps.plan import PlannedFile


def generation_order(files: Sequence[PlannedFile]) -> tuple[PlannedFile, ...]:
    """The files, each after those it needs wherever that can be."""
    by_path = {file.path: file for file in files}
    needs = {
        path: tuple(need for need in file.needs if need in by_path and need != path)
        for path, file in by_path.items()
    }
    circles = _circles(needs)
    circle_of = {path: at for at, circle in enumerate(circles) for path in circle}
    place = {path: at for at, path in enumerate(by_path)}
    before: dict[int, set[int]] = {at: set() for at in range(len(circles))}
    after: dict[int, set[int]] = {at: set() for at in range(len(circles))}
    for path, wanted in needs.items():
        for need in wanted:
            own, other = circle_of[path], circle_of[need]
            if own != other:
                before[own].add(other)
                after[other].add(own)
    first = {at: min(place[path] for path in circle) for at, circle in enumerate(circles)}
    ready = [(first[at], at) for at, waits in before.items() if not waits]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, at = heapq.heappop(ready)
        order += _within(sorted(circles[at], key=place.__getitem__), needs)
        for later in after[at]:
            before[later].discard(at)
            if not before[later]:
                heapq.heappush(ready, (first[later], later))
    return tuple(by_path[path] for path in order)


def needed_by(path: str, files: Iterable[PlannedFile]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a file needs itself, and what these need in turn, the nearest first."""
    needs = {file.path: file.needs for file in files}
    own = needs.get(path, ())
    seen, level, further = {path, *own}, list(own), list[str]()
    while level:
        found = dict.fromkeys(need for one in level for need in needs.get(one, ()))
        level = [need for need in found if need not in seen]
        seen.update(level)
        further += level
    return own, tuple(further)


def _within(circle: Sequence[str], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The files of one circle: always the one that waits for the fewest of the others."""
    left = list(circle)
    order: list[str] = []
    while left:
        rest = set(left)
        chosen = min(left, key=lambda path: sum(need in rest for need in needs[path]))
        left.remove(chosen)
        order.append(chosen)
    return order


def _circles(needs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The files in groups that need each other; one that is in no circle is a group by itself.

    Tarjan's algorithm, with a stack of our own: a plan may be one long chain.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    held: dict[str, None] = {}
    found: list[list[str]] = []
    for start in needs:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        held[start] = None
        work = [(start, iter(needs[start]))]
        while work:
            path, rest = work[-1]
            need = next(rest, None)
            if need is not None:
                if need not in index:
                    index[need] = low[need] = len(index)
                    held[need] = None
                    work.append((need, iter(needs[need])))
                elif need in held:
                    low[path] = min(low[path], index[need])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[path])
            if low[path] == index[path]:
                circle: list[str] = []
                while not circle or circle[-1] != path:
                    circle.append(held.popitem()[0])
                found.append(circle)
    return found
