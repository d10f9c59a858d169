"""What the order of the blocks says of a place that is not equal to its block.

Most replies change a file from top to bottom. Where the blocks whose places are sure bear that
out, one between two of them is meant for the lines between their places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from autocoder_tui.edits.edit import EditBlock, Manner
from autocoder_tui.edits.location import Location
from autocoder_tui.edits.locator import Locator
from autocoder_tui.edits.matches import Match
from autocoder_tui.values import dataclass

_SURE: frozenset[Manner] = frozenset({"exact", "ends", "indent", "blank", "elided"})
_LOOSE: frozenset[Manner] = frozenset({"indent", "blank", "elided"})
"""Of several places that are wholly equal none is chosen: all may be meant."""
_WITNESSES = 3
"""So many sure places in order are no chance."""
_FEW = 2
"""These are enough where the place is a word apart, and there is no other."""


@dataclass(frozen=True, slots=True)
class _Between:
    """The lines a block may go to; None where no sure place lies on that side."""

    after: int | None
    before: int | None
    said: str = ""

    @property
    def closed(self) -> bool:
        return self.after is not None and self.before is not None

    def holds(self, start: int, end: int) -> bool:
        return (self.after is None or start > self.after) and (
            self.before is None or end < self.before
        )


def settle_by_order(
    locator: Locator, blocks: Sequence[EditBlock], locations: list[Location]
) -> None:
    """Give up likenesses that lie outside the order, and look for the places of other blocks
    inside it."""
    sure = [
        (number, location.match)
        for number, location in enumerate(locations)
        if location.match is not None and location.match.manner in _SURE
    ]
    if len(sure) < _FEW or any(one.start >= other.start for (_, one), (_, other) in pairwise(sure)):
        return
    for number, location in enumerate(locations):
        if location.already or location.reason == "refused":
            continue
        between = _between(sure, number)
        match = location.match
        if match is None:
            # Lines of which is said what they belong to are looked for nowhere else.
            if not blocks[number].scopes:
                many = len(sure) >= _WITNESSES
                locations[number] = _found(locator, location, between, many)
        elif match.manner == "likeness" and len(sure) >= _WITNESSES:
            if not between.holds(match.start, match.end):
                locations[number] = _doubted(locator, location, match, between)


def _between(sure: Sequence[tuple[int, Match]], number: int) -> _Between:
    after = [match.start for other, match in sure if other < number]
    before = [match.end for other, match in sure if other > number]
    return _Between(after[-1] if after else None, before[0] if before else None)


def _found(locator: Locator, location: Location, between: _Between, many: bool) -> Location:
    """The location with the one place that lies in the order, where there is one."""
    if location.rivals and location.rivals[0].manner != "likeness":
        fitting = [one for one in location.rivals if between.holds(one.start, one.end)]
        loose = all(one.manner in _LOOSE for one in location.rivals)
        chosen = len(fitting) == 1 and loose and between.closed and many and not location.more
        return replace(location, match=fitting[0]) if chosen else location
    match = locator.like_places.stale_within(location.steps, between)
    return replace(location, match=match) if match else location


def _doubted(locator: Locator, location: Location, match: Match, between: _Between) -> Location:
    first, last = between.after or 0, between.before or len(locator.file)
    said = (
        f"Most like it are lines {match.start + 1} to {match.end}, but the blocks beside it, "
        f"whose places are sure, say that it goes between lines {first + 1} and {last}."
    )
    candidates = locator.like_places.candidates(location.steps)
    return replace(location, match=None, reason="nowhere", said=said, candidates=candidates)
