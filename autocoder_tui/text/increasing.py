"""Most of some pairs, in order on both sides: by patience sorting (after Fredman, 1975)."""

from __future__ import annotations

from bisect import bisect_left
from operator import itemgetter, lt


def longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of `pairs`, which are in the order of their first places, that is in the
    order of the second places too."""
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
