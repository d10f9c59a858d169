"""Text that comes in pieces and can lose its end."""

from __future__ import annotations


class GrowingText:
    """Text that grows in small pieces and can lose its end, joined only when it is read."""

    __slots__ = ("_length", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def append(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self._length += len(piece)

    def retract(self, count: int) -> None:
        """Take back the last `count` characters, at most all there are."""
        count = min(count, self._length)
        self._length -= count
        while count > 0:
            last = self._pieces.pop()
            if len(last) > count:
                self._pieces.append(last[: len(last) - count])
            count -= len(last)
