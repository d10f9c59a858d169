"""Text that comes in pieces and can lose its end."""

from __future__ import annotations

_MOST_SMALL = 1024


class GrowingText:
    """Text that grows in small pieces and can lose its end, joined only when it is read, or
    when there are so many pieces that they would take more memory than the text."""

    __slots__ = ("_length", "_pieces", "_small")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._small = 0
        """How many of the last pieces were not joined yet."""
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
            self._small = 0
        return self._pieces[0] if self._pieces else ""

    def append(self, piece: str) -> None:
        if piece:
            self._pieces.append(piece)
            self._length += len(piece)
            self._small += 1
            if self._small >= _MOST_SMALL:
                self._pieces[-self._small :] = ["".join(self._pieces[-self._small :])]
                self._small = 0

    def retract(self, count: int) -> None:
        """Take back the last `count` characters, at most all there are."""
        count = max(0, min(count, self._length))
        self._length -= count
        while count > 0:
            last = self._pieces.pop()
            self._small = max(0, self._small - 1)
            if len(last) > count:
                self._pieces.append(last[: len(last) - count])
                self._small += 1
            count -= len(last)
