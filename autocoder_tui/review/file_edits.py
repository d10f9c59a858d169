"""What a reply gave as changes to one file: where each went, and which have no place yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from autocoder_tui.edits.edit import EditBlock, Placed, Placement, Unplaced
from autocoder_tui.review.boundaries import Hunk

_EQUAL = frozenset({"exact", "chosen"})
"""Manners of placing that leave nothing to look at twice."""

IN_WORDS = {
    "ends": "equal but for line ends and white space",
    "indent": "equal but for the indentation",
    "blank": "equal but for blank lines",
    "elided": "by its first and last lines",
    "likeness": "by likeness",
    "scope": "by the class or function it names",
    "numbers": "by its line number, one of several equal places",
    "built": "in what an earlier change of the reply put there",
    "either": "in the file as it was; an earlier change puts the same lines elsewhere",
}
"""How a block was placed, to show."""


@dataclass(frozen=True)
class FileEdits:
    """The `blocks` of a reply for one file. Lines of `placements` and of candidates are of the old
    text; `unplaced` are those a person may still place."""

    blocks: tuple[EditBlock, ...]
    placements: tuple[Placement, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    already: tuple[int, ...] = ()
    """Numbers of blocks that ask for what stands there already, or what another one does."""

    @classmethod
    def of(cls, blocks: Sequence[EditBlock], placed: Placed) -> FileEdits:
        already = (*placed.already, *placed.repeated)
        return cls(tuple(blocks), placed.placements, placed.unplaced, already)

    def without(self, number: int) -> FileEdits:
        """The same when unplaced change number `number` (from 0) is settled."""
        left = self.unplaced[:number] + self.unplaced[number + 1 :]
        return replace(self, unplaced=left)

    def with_block(self, number: int, block: EditBlock, placed: Placed) -> FileEdits:
        """The same with another `block` for the unplaced change `number`, and what came of it."""
        at = self.unplaced[number].block
        blocks = (*self.blocks[:at], block, *self.blocks[at + 1 :])
        again = [replace(one, block=at) for one in placed.unplaced]
        left = (*self.unplaced[:number], *again, *self.unplaced[number + 1 :])
        return replace(self, blocks=blocks, unplaced=left)

    @cached_property
    def _doubtful(self) -> tuple[Placement, ...]:
        """Placements by anything but equality: few, where a row is painted for each hunk."""
        return tuple(one for one in self.placements if one.manner not in _EQUAL)

    def doubtful(self, hunk: Hunk) -> Placement | None:
        """Of the blocks that a hunk comes from, the one that was placed by anything but equality;
        of several the least like."""
        found = [one for one in self._doubtful if _touches(one, hunk.old_start, hunk.old_end)]
        return min(found, key=lambda one: one.likeness, default=None)


def _touches(placement: Placement, start: int, end: int) -> bool:
    """Whether the placement changes any line from `start` to `end`, or puts lines there."""
    if placement.start < placement.end and start < end:
        return placement.start < end and start < placement.end
    return placement.start <= end and start <= placement.end


def in_words(placement: Placement) -> str:
    """How a block was placed, as part of a sentence. Safe to show."""
    words = IN_WORDS.get(placement.manner, placement.manner)
    return f"{words}, {placement.likeness:.0%} alike" if placement.likeness < 1 else words
