"""What two texts have in common from their beginning."""

from __future__ import annotations


def common_length(one: str, other: str) -> int:
    """How many characters: by halves, for slices are compared quicker than characters."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
