"""Places in a text that no token of a vocabulary reaches across.

Languages without blanks have pieces as long as a sentence, which are never the same twice. What
stands between two such places is a word or so: it is merged by itself, with the same tokens as in
its sentence, and met again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import add
from typing import Final

_WIDE: Final = "\u0e00"
_WIDEST: Final = "\uffff"
"""The scripts that are looked at, from Thai on: each character has three bytes."""
_LEAST_LEAD: Final = 0xE0
"""What the first byte of such a character is at least."""


class TokenBorders:
    """Of a vocabulary of `tokens`: where characters of wide scripts are sure to be apart."""

    def __init__(self, tokens: Iterable[bytes]) -> None:
        self._together: set[str] = set()
        """Neighbours within a token."""
        self._holds_next: set[str] = set()
        """What a token has whole, followed by a part of some character."""
        self._holds_last: set[str] = set()
        """What a token has whole, or may have in part, behind a part of some character."""
        for token in tokens:
            if token.isascii() or max(token) < _LEAST_LEAD:
                continue
            try:
                text = token.decode()
            except UnicodeDecodeError:
                self._add_broken(token)
            else:
                self._together.update(map(add, text, text[1:]))

    def _add_broken(self, token: bytes) -> None:
        """Take in a token that begins or ends within a character."""
        begins = [at for at, byte in enumerate(token) if byte & 0xC0 != 0x80]
        ends = [*begins[1:], len(token)]
        if not begins:
            return
        if begins[0]:
            begins, ends = [0, *begins], [begins[0], *ends]
        characters = [token[begin:end] for begin, end in zip(begins, ends, strict=True)]
        for one, other in pairwise(characters):
            first, second = _whole(one), _whole(other)
            if first and second:
                self._together.add(first + second)
            elif first:
                self._holds_next.add(first)
            elif second:
                self._holds_last.add(second)
            else:
                self._holds_last.update(_beginning_with(other))

    def cut(self, piece: str) -> Iterator[str]:
        """`piece`, not empty, in parts whose tokens together are its tokens."""
        together, holds_next, holds_last = self._together, self._holds_next, self._holds_last
        start = 0
        for at, pair in enumerate(map(add, piece, piece[1:]), 1):
            if pair not in together:
                first, second = pair
                if (
                    first >= _WIDE <= second <= _WIDEST
                    and first not in holds_next
                    and second not in holds_last
                ):
                    yield piece[start:at]
                    start = at
        yield piece[start:]


def is_wide(piece: str) -> bool:
    """Whether there may be a place to cut in it."""
    return len(piece) > 1 and max(piece) >= _WIDE


def _whole(part: bytes) -> str:
    """The character, "" where it is only a part of one."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        return ""


def _beginning_with(part: bytes) -> Iterable[str]:
    """The characters of three bytes whose first bytes are `part`."""
    if not 0xE0 <= part[0] < 0xF0:
        return ()
    bits = 6 * (3 - len(part))
    code = (part[0] & 0x0F) << 12 | (part[1] & 0x3F if part[1:] else 0) << 6
    return map(chr, range(code, code + (1 << bits)))
