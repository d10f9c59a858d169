"""Items of two sequences that correspond, side by side on both."""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """`length` items from `old` on equal those from `new` on."""

    old: int
    new: int
    length: int
