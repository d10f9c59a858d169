"""Places in a text that no token of a vocabulary reaches across.

Languages without blanks have pieces as long as a sentence, which are never the same twice. What
stands between two such places is a word or so: it is merged by itself, with the same tokens as in
its sentence, and met again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import add
from typing import Final

_WIDE: Final = "\u0e00"
"""The first character of the scripts that are looked at, from Thai on: each has three bytes or
four."""
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
        """What a token has whole, behind a part of some character."""
        self._parts: set[bytes] = set()
        """How those begin that a token has in part, behind a part of another."""
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
        for one, other in zip(characters, characters[1:], strict=False):
            first, second = _whole(one), _whole(other)
            if first and second:
                self._together.add(first + second)
            elif first:
                self._holds_next.add(first)
            elif second:
                self._holds_last.add(second)
            else:
                self._parts.add(other)

    def cut(self, piece: str) -> Iterator[str]:
        """`piece`, not empty, in parts whose tokens together are its tokens."""
        together, holds_next, holds_last = self._together, self._holds_next, self._holds_last
        parts, start = self._parts, 0
        for at, pair in enumerate(map(add, piece, piece[1:]), 1):
            if pair in together:
                continue
            first, second = pair
            if first < _WIDE or second < _WIDE or first in holds_next or second in holds_last:
                continue
            if parts and any(map(second.encode().startswith, parts)):
                continue
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
