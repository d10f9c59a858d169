"""Asking once more for a part that could only be joined by a guess."""

from __future__ import annotations

from autocoder_tui.engine.seam import Edit, Join, PartReader, SetAside
from autocoder_tui.engine.seam.set_aside import PROVEN, Settled


class SecondAsk:
    """Whether a guessed part is worth a second request, and what is taken of both replies.

    Words may be missing at a guessed seam that no reading of the reply brings back. What it
    brought is kept meanwhile. Once, until a part has proved where it belongs.
    """

    def __init__(self) -> None:
        self._aside: SetAside | None = None
        self._left = True

    @property
    def waiting(self) -> bool:
        """Whether a guessed part is kept aside, and the next reply comes in its place."""
        return self._aside is not None

    def is_worth_it(self, join: Join, *, other_way: bool, broken_off: bool) -> bool:
        """Whether to take back a part that joined like this. `other_way`: it can be asked for in
        another way than before; `broken_off`: more of it was to come, which is asked for anyway."""
        if join.proof != "guess" or not join.progress or broken_off:
            self._left = self._left or join.proof in PROVEN
            return False
        worth, self._left = self._left, False
        return worth and other_way and self._aside is None

    def put_aside(self, reader: PartReader, join: Join, finish_reason: str | None) -> None:
        """Keep what `reader` has read, before it is withdrawn from it."""
        self._aside = SetAside(reader, join, finish_reason)

    def hear(self, text: str) -> None:
        """Take the next characters of a reply; they matter if one is kept aside."""
        if self._aside is not None:
            self._aside.hear(text)

    def forget_reply(self) -> None:
        """The reply that was heard is taken back, and comes once more in another way."""
        if self._aside is not None:
            self._aside.forget()

    def settle(self, reader: PartReader, join: Join, finish_reason: str | None) -> Settled:
        """What is taken of both replies; only while one is `waiting`."""
        aside, self._aside = self._aside, None
        assert aside is not None
        return aside.settle(reader, join, finish_reason)

    def restored(self, text: str) -> tuple[Edit, str, Join]:
        """The edit of `text` that brings the guessed part back, what it leads to, and its join."""
        aside, self._aside = self._aside, None
        assert aside is not None
        return (*aside.restored(text), aside.join)
