"""Letters typed in a list of names look for one: pure, so that any list can have it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

PAUSE = 1.5
"""Seconds after which a letter begins another name."""
_SIGNS = frozenset("._")


def is_of_name(character: str | None) -> bool:
    """Whether typing `character` looks for a name. Capitals are left for commands."""
    if character is None or len(character) != 1:
        return False
    return character in _SIGNS or (character.isalnum() and not character.isupper())


class TypedName:
    """The letters typed so far; `clock` is in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = float("-inf")
        self.letters = ""
        self.missed = ""
        """The letters with those that no name has after them; "" as long as there is such a name.
        What follows them does not count either: the end of a name that is not there would lead to
        any other."""

    def forget(self) -> bool:
        """The next letter begins another name. Says whether there was one."""
        begun = bool(self.letters or self.missed)
        self.letters = self.missed = ""
        return begun

    def shorten(self) -> bool:
        """Take the last letter back. Says whether there was one."""
        begun, self._last = bool(self.letters or self.missed), self._clock()
        if self.missed:
            self.missed = self.missed[:-1] if len(self.missed) > len(self.letters) + 1 else ""
        else:
            self.letters = self.letters[:-1]
        return begun

    def add(self, letter: str, names: Sequence[str], at: int) -> int | None:
        """Which of `names` is meant now, the cursor being at the one at `at`; None where none is,
        and then the letter counts as `missed`. The same letter again goes on to the next."""
        now = self._clock()
        if now - self._last > PAUSE:
            self.letters = self.missed = ""
        self._last = now
        if self.missed:
            self.missed += letter.lower()
            return None
        longer = typed = self.letters + letter.lower()
        first = at + 1 if len(longer) == 1 else at
        found = _next(names, longer, first)
        if found is None and set(longer) == {letter.lower()}:
            longer, found = letter.lower(), _next(names, letter.lower(), at + 1)
        if found is None:
            self.missed = typed
        else:
            self.letters = longer
        return found


def _next(names: Sequence[str], letters: str, first: int) -> int | None:
    """The next name from `first` on, and round to it, that begins with the letters; else the next
    that has them."""
    order = [(first + step) % len(names) for step in range(len(names))] if names else []
    beginning = (at for at in order if names[at].startswith(letters))
    having = (at for at in order if letters in names[at])
    return next(beginning, next(having, None))
