"""The tokens of one piece of text by a byte-pair vocabulary, which is held in 5 MB.

tiktoken holds each of 200,000 tokens three times in 40 MB. Here they are one string of bytes in
the order of their ranks, and a table that is open at the places of their hashes.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Final

from autocoder_tui.engine.metering.token_borders import TokenBorders

_NONE: Final = 0xFFFF_FFFF
"""The rank of what is no token."""
_SHORT: Final = 64
"""Bytes up to which the least rank of a piece is looked for among all."""


class BytePairs:
    """A vocabulary, made of its tokens in blocks, the most frequent ones first.

    A token's rank is its place. Every single byte has to be a token.
    """

    def __init__(self, blocks: Iterable[Sequence[bytes]]) -> None:
        text, ends = bytearray(), array("I", (0,))
        for block in blocks:
            text += b"".join(block)
            ends.extend(accumulate(map(len, block[1:]), initial=ends[-1] + len(block[0])))
        self._text, self._ends = bytes(text), ends
        places = 1 << (2 * len(ends)).bit_length()
        self._last_place = places - 1
        # Each holds the rank and one more, or 0.
        self._table = array("I", bytes(4 * places))
        self._single = array("I", [_NONE]) * 256
        self._double = array("I", [_NONE]) * 65536
        self._fill()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def _fill(self) -> None:
        text, table, last_place = self._text, self._table, self._last_place
        for rank, (start, end) in enumerate(pairwise(self._ends)):
            token = text[start:end]
            place = hash(token) & last_place
            while table[place]:
                place = place + 1 & last_place
            table[place] = rank + 1
            if end - start == 1:
                self._single[token[0]] = rank
            elif end - start == 2:
                self._double[token[0] << 8 | token[1]] = rank

    @cached_property
    def borders(self) -> TokenBorders:
        """Where no token reaches across. Takes some 0.05 s the first time."""
        return TokenBorders(self._text[start:end] for start, end in pairwise(self._ends))

    def rank(self, token: bytes) -> int | None:
        """Its rank, None for what is no token."""
        found = self._rank(token)
        return None if found == _NONE else found

    def _rank(self, token: bytes) -> int:
        table, ends, last_place = self._table, self._ends, self._last_place
        place = hash(token) & last_place
        while found := table[place]:
            if self._text[ends[found - 1] : ends[found]] == token:
                return found - 1
            place = place + 1 & last_place
        return _NONE

    def encode(self, piece: bytes) -> list[int]:
        """The ranks of the tokens that `piece`, not empty, is made of.

        As tiktoken does it: a piece that is a token is that one; of others the two neighbours
        that make the token of the least rank become one, the first of equals, until no two do.
        """
        whole = self._rank(piece)
        if whole != _NONE:
            return [whole]
        return self._merged(piece) if len(piece) <= _SHORT else self._merged_long(piece)

    def _merged(self, piece: bytes) -> list[int]:
        double, rank = self._double, self._rank
        tokens = [*map(self._single.__getitem__, piece)]
        starts = [*range(len(piece) + 1)]
        # Of the token that each and the one behind it would make.
        ranks = [double[one << 8 | other] for one, other in pairwise(piece)]
        while ranks and (least := min(ranks)) != _NONE:
            at = ranks.index(least)
            tokens[at] = least
            del tokens[at + 1], starts[at + 1], ranks[at]
            if at < len(ranks):
                ranks[at] = rank(piece[starts[at] : starts[at + 2]])
            if at:
                ranks[at - 1] = rank(piece[starts[at - 1] : starts[at + 1]])
        return tokens

    def _merged_long(self, piece: bytes) -> list[int]:
        """The same in a time that grows little faster than the length, for runs without a word."""
        double, size = self._double, len(piece)
        ends = list(range(1, size + 1))
        before = list(range(-1, size))
        due = [
            (found, start, start + 2)
            for start, (one, other) in enumerate(pairwise(piece))
            if (found := double[one << 8 | other]) != _NONE
        ]
        heapq.heapify(due)
        while due:
            _, start, end = heapq.heappop(due)
            middle = ends[start]
            if middle in (0, size) or ends[middle] != end:
                continue  # one of the two is another by now
            ends[start], ends[middle] = end, 0
            if end < size:
                before[end] = start
            for first in (before[start], start):
                if first < 0 or ends[first] == size:
                    continue
                reach = ends[ends[first]]
                found = self._rank(piece[first:reach])
                if found != _NONE:
                    heapq.heappush(due, (found, first, reach))
        tokens, start = [], 0
        while start < size:
            token = piece[start : ends[start]]
            tokens.append(self._rank(token))
            start = ends[start]
        return tokens
