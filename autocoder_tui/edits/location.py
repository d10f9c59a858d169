"""What is known of where one block of a file goes."""

from __future__ import annotations

from typing import Final, Protocol

from autocoder_tui.edits.edit import Candidate, Reason
from autocoder_tui.edits.matches import Match
from autocoder_tui.edits.steps import Steps
from autocoder_tui.values import dataclass

CANDIDATES: Final = 8
"""Places that are listed of a block that has none."""


@dataclass(frozen=True, slots=True)
class Location:
    """What is known of where a block goes: one `match`; or several (`rivals`) of which numbers
    may choose, if `contested` only numbers that other blocks bear out; or none, for a `reason`.
    `steps` are the block's as they were understood.
    """

    steps: Steps
    match: Match | None = None
    rivals: tuple[Match, ...] = ()
    more: bool = False
    contested: bool = False
    already: bool = False
    reason: Reason = "nowhere"
    said: str = ""
    candidates: tuple[Candidate, ...] = ()


class Bounds(Protocol):
    """Lines of the file that a block may be placed in. `said`: why it can be in none."""

    @property
    def said(self) -> str: ...

    def holds(self, start: int, end: int) -> bool: ...
