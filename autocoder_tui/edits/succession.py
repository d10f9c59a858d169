"""Blocks that show what earlier blocks of the same reply put into the file.

They stand nowhere in the original; in the text that the blocks before them make they are found by
equality alone, in one place. Where a looser place in the original is as possible, they are said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from autocoder_tui.edits.file_lines import FileLines, strip
from autocoder_tui.edits.location import Location
from autocoder_tui.edits.matches import Match
from autocoder_tui.edits.pieces import Assembled, Piece, assembled, combined
from autocoder_tui.edits.regions import Region, regions_of
from autocoder_tui.edits.steps import substantial
from autocoder_tui.values import dataclass

BOTH = "It fits the file as it was, loosely, and exactly what an earlier block of the reply made."
OVERLAP = "It builds on an earlier block, and changes the same lines as block {}."


class Fate(Enum):
    """What a block is to the text that the blocks before it make."""

    NO_PART = "no part"
    BUILT = "built"
    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Succession:
    """`pieces` are those of all blocks after it. `said`: why a block that builds on others has
    no place."""

    fate: Fate
    pieces: tuple[Piece, ...] = ()
    said: str = ""


class Successions:
    """Looks at the blocks of one file in the order of the reply."""

    def __init__(self, file: FileLines) -> None:
        self._file = file
        self._made: tuple[Piece, ...] = ()
        self._base: Assembled | None = None
        self._lines: FileLines | None = None

    def of(self, number: int, location: Location, pieces: Sequence[Piece]) -> Succession:
        """Block `number` against the text that `pieces` of the blocks before it make."""
        old = location.steps.old
        earlier = tuple(piece for piece in pieces if piece.number < number)
        if not earlier or not any(map(strip, old)):
            return Succession(Fate.NO_PART)
        stands = bool(self._file.exact.find(old).starts)
        mine = [piece for piece in pieces if piece.number == number]
        if stands and not (mine and mine[0].manner == "exact" and substantial(old, 6)):
            return Succession(Fate.NO_PART)
        if stands and not _shares_a_line(old, earlier):
            return Succession(Fate.NO_PART)
        base, text = self._text_of(earlier)
        starts, more = text.exact.find(old)
        if stands:
            twice = any(_on_made_lines(base, at, at + len(old)) for at in starts)
            return Succession(Fate.EITHER if twice else Fate.NO_PART)
        if not starts or len(text) != len(base.lines):
            return Succession(Fate.NO_PART)
        if _solid(location) or len(starts) > 1 or more:
            return Succession(Fate.BOTH if mine else Fate.NO_PART)
        span = range(starts[0], starts[0] + len(old))
        match = Match("exact", span, span.start, span.stop)
        made = combined(base, regions_of(text, location.steps, match), self._file)
        shown = combined(base, [Region(span.start, span.stop, ())], self._file)
        if made is None or shown is None:
            return Succession(Fate.NO_PART)
        if mine and not any(_meet(one, shown[0]) for one in mine):
            return Succession(Fate.BOTH)
        piece, contained = replace(made[0], number=number), made[1]
        others = [one for one in pieces if one.number > number]
        rival = next((one for one in others if one.collides(piece)), None)
        if rival is not None:
            return Succession(Fate.BOTH, said=OVERLAP.format(rival.number + 1))
        kept = [one for one in earlier if one not in contained]
        return Succession(Fate.BUILT, (*kept, piece, *others))

    def _text_of(self, pieces: tuple[Piece, ...]) -> tuple[Assembled, FileLines]:
        if self._base is None or self._lines is None or pieces != self._made:
            self._made = pieces
            self._base = assembled(self._file, pieces)
            self._lines = FileLines(self._base.text)
        return self._base, self._lines


def _solid(location: Location) -> bool:
    """Whether the block stands in the original, in one place or more, but for white space."""
    found = (location.match,) if location.match else location.rivals
    return any(match.manner != "likeness" for match in found)


def _shares_a_line(old: Sequence[str], pieces: Sequence[Piece]) -> bool:
    wanted = {strip(text) for text in old if substantial([text], 3)}
    return any(strip(line.rstrip("\n")) in wanted for one in pieces for line in one.region.new)


def _on_made_lines(base: Assembled, start: int, end: int) -> bool:
    """Whether any of these lines of the text was put there."""
    return any(
        first < end and start < first + len(piece.region.new)
        for piece, first in zip(base.pieces, base.firsts, strict=True)
    )


def _meet(one: Piece, other: Piece) -> bool:
    """Whether two pieces touch."""
    return one.region.start <= other.region.end and other.region.start <= one.region.end
