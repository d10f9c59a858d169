"""Many lines in little memory: a reply may have a million, most of them a few characters long."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import Final

_LOOSE: Final = 1_000
"""Lines at the end that may stay strings of their own, each of some 50 bytes more than its text."""


class KeptLines:
    """Lines without their newlines, appended and taken away at the end."""

    def __init__(self) -> None:
        self._starts = array("q", [0])
        self._blocks: list[str] = []
        self._firsts: list[int] = []
        """The first line of each block. Every line in a block has its newline there."""
        self._loose: list[str] = []
        self._first_loose = 0

    def __len__(self) -> int:
        return self._first_loose + len(self._loose)

    def __getitem__(self, index: int) -> str:
        """Line `index`, from 0. Raises IndexError for any that is not there."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index >= self._first_loose:
            return self._loose[index - self._first_loose]
        block = bisect_right(self._firsts, index) - 1
        offset = self._starts[self._firsts[block]]
        return self._blocks[block][
            self._starts[index] - offset : self._starts[index + 1] - offset - 1
        ]

    @property
    def length(self) -> int:
        """Characters of all the lines with their newlines."""
        return self._starts[-1]

    @property
    def text(self) -> str:
        """All the lines, each with its newline."""
        return "".join([*self._blocks, *[line + "\n" for line in self._loose]])

    def line_at(self, offset: int) -> int:
        """The index of the line that holds character `offset`, `len` for one behind them all."""
        return bisect_right(self._starts, offset) - 1

    def append(self, line: str) -> None:
        self._loose.append(line)
        self._starts.append(self._starts[-1] + len(line) + 1)
        if len(self._loose) > 2 * _LOOSE:
            self._pack()

    def _pack(self) -> None:
        """Join the older of the loose lines."""
        packed = self._loose[:_LOOSE]
        self._blocks.append("\n".join([*packed, ""]))
        self._firsts.append(self._first_loose)
        self._first_loose += len(packed)
        del self._loose[:_LOOSE]

    def cut(self, keep: int) -> None:
        """Take away all lines from line `keep` on."""
        while keep < self._first_loose:
            self._loose = self._blocks.pop().split("\n")[:-1] + self._loose
            self._first_loose = self._firsts.pop()
            del self._loose[max(0, keep - self._first_loose) :]
        del self._loose[keep - self._first_loose :], self._starts[keep + 1 :]
