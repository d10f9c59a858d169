"""Regular expressions that are compiled when they are used first.

The large ones take milliseconds each, and most runs of the program use few of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

_USED = ("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern")


class LatePattern:
    """Has what `re.Pattern` has; each name is looked up in the compiled one once."""

    __slots__ = ("_flags", "_text", *_USED)

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        # Only asked where the slot is empty. `re.compile` remembers what it made.
        if name not in _USED:
            raise AttributeError(name)
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:

    def late_pattern(text: str, flags: int = 0) -> re.Pattern[str]: ...

else:

    def late_pattern(text: str, flags: int = 0) -> LatePattern:
        """`re.compile(text, flags)`, done when it is used first: an error in `text`, too, is told
        only then."""
        return LatePattern(text, flags)
