"""Blocks placed in a text that is too large to be compared whole, or has lines of many kB.

Lines that have nothing to do with a block are blanked out before it is placed, so that the cost is
that of reading the text once; what is equal anywhere in it is still seen, and so whether a block
fits in more than one place. Likeness to lines that are not equal is not looked for: a block placed
by it alone is left for a person. In a line of many kB a block may stand for a part of the line.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from itertools import accumulate
from typing import Final, NamedTuple

from autocoder_tui.edits.edit import (
    Candidate,
    EditBlock,
    Manner,
    Placed,
    Placement,
    Unplaced,
    split_lines,
)
from autocoder_tui.edits.file_lines import BLANKS
from autocoder_tui.edits.long_lines import LONG_LINE, cut_line, pieces_of
from autocoder_tui.edits.sentences import quoted
from autocoder_tui.text.common_prefix import common_length
from autocoder_tui.values import dataclass

_FAR: Final = "\0\n"
"""Stands for a line that is far from all that a block has; no text file has such a line."""
_COMMON: Final = 200
"""Places of one line; a line of a block that stands in more does not show where the block goes,
unless it is the rarest the block has."""
_FLOOD: Final = 3_000
"""Places of a block's rarest line that are looked at."""
_MARGIN: Final = 20
_ENDS: Final = 60
"""Lines at both ends of the text that are always looked at."""
_ONE_PIECE: Final = 100
"""Characters of changed text inside a line that stay together."""
_TRIES: Final = 100_000

_LIKELY: Final = frozenset({"likeness", "scope"})
_TOO_LARGE: Final = (
    "In a file this large a change is placed only where its lines stand as it has them."
)


class PieceChange(NamedTuple):
    """`new` pieces take the place of pieces `start` to `end` (from 0, half open)."""

    start: int
    end: int
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LargePlaced:
    """What came of all blocks. `placed` is as of `place`, but that lines are counted in `pieces`;
    `changes` are what makes its text of the pieces, in order, and no two of them touch."""

    placed: Placed
    pieces: tuple[str, ...] = field(repr=False)
    changes: tuple[PieceChange, ...] = field(repr=False)


def place_in_large(text: str, blocks: Sequence[EditBlock]) -> LargePlaced:
    """Place all blocks in `text`. Blocking: a second or two for 40 MB."""
    return _Placing(text, blocks).placed()


class _Wish(NamedTuple):
    """Block number `block` wants `new` in the place of characters `start` to `end`."""

    start: int
    end: int
    new: str
    block: int
    manner: Manner
    likeness: float


class _Placing:
    def __init__(self, text: str, blocks: Sequence[EditBlock]) -> None:
        self._text = text
        self._blocks = blocks
        self._lines = split_lines(text)
        self._line_starts = _starts(self._lines)
        self._long = [
            (self._line_starts[number], self._line_starts[number + 1])
            for number, line in enumerate(self._lines)
            if len(line) > LONG_LINE
        ]
        self._pieces = pieces_of(text) if self._long else tuple(self._lines)
        self._piece_starts = _starts(self._pieces) if self._long else self._line_starts
        self._wishes: list[_Wish] = []
        self._unplaced: dict[int, Unplaced] = {}
        self._already: list[int] = []
        self._repeated: list[int] = []

    def placed(self) -> LargePlaced:
        by_line = [n for n, block in enumerate(self._blocks) if not self._within_line(n, block)]
        if by_line:
            self._place_lines(by_line)
        wishes = self._compatible()
        changes = tuple(self._changes(wishes))
        placed = Placed(
            "".join(_made(self._pieces, changes)),
            self._placements(wishes),
            tuple(self._unplaced[number] for number in sorted(self._unplaced)),
            tuple(sorted(self._already)),
            tuple(sorted(self._repeated)),
        )
        return LargePlaced(placed, self._pieces, changes)

    # ------------------------------------------------------------------ parts of long lines

    def _within_line(self, number: int, block: EditBlock) -> bool:
        """Whether what becomes of the block is settled as that of a part of a long line."""
        old, new = "".join(block.old), "".join(block.new)
        if not self._long or not block.closed or not old.strip() or old == new:
            return False
        if old.endswith("\n"):
            old, new = old[:-1], new.removesuffix("\n")
        found = self._parts(old)
        if not found:
            if new.strip() and len(self._parts(new)) == 1:
                self._already.append(number)
                return True
            return False
        if len(found) > 1:
            said = f"The text from {quoted(block.old[0])} on stands in more than one place."
            candidates = tuple(self._candidate(start, start + len(old)) for start in found)
            self._unplaced[number] = Unplaced(number, "several", said, candidates)
            return True
        (start,) = found
        shift = new.find(old)
        if shift >= 0 and self._text.startswith(new, max(start - shift, 0)):
            self._already.append(number)
        else:
            self._wish(_Wish(start, start + len(old), new, number, "exact", 1.0))
        return True

    def _parts(self, wanted: str) -> list[int]:
        """Where `wanted` stands in long lines, or over an end of one: two places at most."""
        found: list[int] = []
        at = self._text.find(wanted)
        for _ in range(_TRIES):
            if at < 0 or len(found) == 2:
                break
            end = at + len(wanted)
            if self._is_long(at) or self._is_long(end - 1):
                found.append(at)
                at = self._text.find(wanted, at + 1)
            else:
                at = self._text.find(wanted, max(at + 1, self._next_long(at) - len(wanted)))
        return found

    def _is_long(self, character: int) -> bool:
        at = bisect_right(self._long, (character, len(self._text) + 1)) - 1
        return at >= 0 and character < self._long[at][1]

    def _next_long(self, character: int) -> int:
        at = bisect_right(self._long, (character, 0))
        return self._long[at][0] if at < len(self._long) else len(self._text)

    def _candidate(self, start: int, end: int) -> Candidate:
        first, last = self._piece_range(start, end)
        return Candidate(first, last, 1.0)

    # ------------------------------------------------------------------ whole lines

    def _place_lines(self, numbers: Sequence[int]) -> None:
        from autocoder_tui.edits.place import place

        blocks = [self._blocks[number] for number in numbers]
        near, flooded = _near(self._lines, blocks)
        placed = place("".join(near), blocks)
        off: dict[int, str] = {}
        for placement in placed.placements:
            if placement.manner in _LIKELY:
                off[placement.block] = _TOO_LARGE
            elif placement.block in flooded and self._times(blocks[placement.block]) != 1:
                off[placement.block] = "Its lines stand in many places of the file."
        for placement in placed.placements:
            number = numbers[placement.block]
            if placement.block not in off:
                self._wish_lines(placement, number, ended=placed.text.endswith("\n"))
            elif number not in self._unplaced:
                place_ = self._of_lines(
                    Candidate(placement.start, placement.end, placement.likeness)
                )
                said = off[placement.block]
                self._unplaced[number] = Unplaced(number, "nowhere", said, (place_,))
        for left in placed.unplaced:
            number = numbers[left.block]
            candidates = tuple(self._of_lines(one) for one in left.candidates)
            self._unplaced[number] = replace(left, block=number, candidates=candidates)
        self._already += [numbers[one] for one in placed.already]
        self._repeated += [numbers[one] for one in placed.repeated]

    def _times(self, block: EditBlock) -> int:
        """How often the old lines stand in the text exactly: 0, 1, or 2 for more."""
        wanted = "\n" + "".join(block.old)
        text = self._text
        at_start = text.startswith(wanted[1:])
        first = text.find(wanted)
        return at_start + (first >= 0) + (first >= 0 and text.find(wanted, first + 1) >= 0)

    def _of_lines(self, place_: Candidate) -> Candidate:
        """The same place counted in pieces."""
        start, end = self._line_starts[place_.start], self._line_starts[place_.end]
        first, last = self._piece_range(start, end)
        return Candidate(first, last, place_.likeness)

    def _wish_lines(self, placement: Placement, number: int, *, ended: bool) -> None:
        """`ended`: the text is to end with a newline."""
        start, end = self._line_starts[placement.start], self._line_starts[placement.end]
        new = "".join(placement.new)
        if start == end == len(self._text) > 0 and new and not self._text.endswith("\n"):
            # What comes after a last line without newline changes that line, too.
            start = self._line_starts[placement.start - 1]
            new = f"{self._lines[-1]}\n{new}"
        elif start and end == len(self._text) and not (new or ended):
            start -= 1  # the newline of the line that becomes the last
        self._wish(_Wish(start, end, new, number, placement.manner, placement.likeness))

    # ------------------------------------------------------------------ all of them

    def _wish(self, wish: _Wish) -> None:
        if max(wish.end - wish.start, len(wish.new)) > LONG_LINE:
            # Of a line of many kB only what differs is shown as changed.
            old, new = self._text[wish.start : wish.end], wish.new
            before = common_length(old, new)
            old, new = old[before:], new[before:]
            after = common_length(old[::-1], new[::-1])
            new = new[: len(new) - after]
            wish = wish._replace(start=wish.start + before, end=wish.end - after, new=new)
        self._wishes.append(wish)

    def _compatible(self) -> list[_Wish]:
        """The wishes in the order of their places, without those that want what another has."""
        kept: list[_Wish] = []
        for wish in sorted(self._wishes):
            rival = kept[-1] if kept else None
            if rival is not None and rival[:3] == wish[:3] and rival.block != wish.block:
                self._repeated.append(wish.block)
            elif rival is not None and wish.start < rival.end:
                said = f"It changes the same text as block {rival.block + 1}."
                place_ = self._candidate(wish.start, wish.end)
                self._unplaced[wish.block] = Unplaced(wish.block, "overlap", said, (place_,))
            else:
                kept.append(wish)
        # A block of which a part has no place has none.
        return [wish for wish in kept if wish.block not in self._unplaced]

    def _piece_range(self, start: int, end: int) -> tuple[int, int]:
        """The pieces that hold characters `start` to `end`; of none, those about to be cut."""
        starts = self._piece_starts
        first = bisect_right(starts, start) - 1
        if start == end and starts[first] == start:
            return first, first
        return first, bisect_left(starts, end)

    def _changes(self, wishes: Iterable[_Wish]) -> Iterable[PieceChange]:
        group: list[_Wish] = []
        last = -1
        for wish in wishes:
            first, after = self._piece_range(wish.start, wish.end)
            if group and first > last:
                yield self._change(group)
                group = []
            group.append(wish)
            last = max(last, after) if len(group) > 1 else after
        if group:
            yield self._change(group)

    def _change(self, group: Sequence[_Wish]) -> PieceChange:
        """One change of wishes whose pieces touch."""
        ranges = [self._piece_range(wish.start, wish.end) for wish in group]
        first, last = ranges[0][0], max(end for _, end in ranges)
        at, parts = self._piece_starts[first], []
        for wish in group:
            parts += [self._text[at : wish.start], wish.new]
            at = wish.end
        parts.append(self._text[at : self._piece_starts[last]])
        new = "".join(parts)
        in_line = self._is_long(self._piece_starts[first]) or (
            last > first and self._is_long(self._piece_starts[last] - 1)
        )
        return PieceChange(first, last, cut_part(new) if in_line else pieces_of(new))

    def _placements(self, wishes: Iterable[_Wish]) -> tuple[Placement, ...]:
        placements: list[Placement] = []
        shift = 0
        for wish in wishes:
            first, last = self._piece_range(wish.start, wish.end)
            new = pieces_of(wish.new)
            placements.append(
                Placement(wish.block, first, last, new, wish.manner, wish.likeness, first + shift)
            )
            shift += len(new) - (last - first)
        return tuple(placements)


def cut_part(text: str) -> tuple[str, ...]:
    """A part of a long line in pieces, and lines it may hold."""
    return tuple(
        piece
        for line in split_lines(text)
        for piece in ((line,) if len(line) <= _ONE_PIECE else cut_line(line))
    )


def _made(pieces: Sequence[str], changes: Iterable[PieceChange]) -> Iterable[str]:
    at = 0
    for change in changes:
        yield from pieces[at : change.start]
        yield from change.new
        at = change.end
    yield from pieces[at:]


def _starts(pieces: Iterable[str]) -> array[int]:
    return array("Q", accumulate(map(len, pieces), initial=0))


def _near(lines: Sequence[str], blocks: Sequence[EditBlock]) -> tuple[list[str], set[int]]:
    """The lines with those far from all blocks blanked out, and the numbers of the blocks whose
    rarest line stands in more places than are looked at."""
    wanted = [
        {key for line in (*block.old, *block.scopes, *block.new) if (key := _key(line))}
        for block in blocks
    ]
    every = frozenset().union(*wanted)
    places: dict[str, list[int]] = {key: [] for key in every}
    for number, line in enumerate(lines):
        key = line.strip(_STRIPPED)
        if key in every:
            found = places[key]
            if len(found) <= _FLOOD:
                found.append(number)
    near: list[str] = [_FAR] * len(lines)
    flooded: set[int] = set()
    for number, (block, keys) in enumerate(zip(blocks, wanted, strict=True)):
        reach = 2 * len(block.lines) + _MARGIN
        there = [places[key] for key in keys if places[key]]
        rarest = min(there, key=len, default=[])
        if len(rarest) > _FLOOD:
            flooded.add(number)
        claimed = [[block.line - 1]] if block.line is not None else []
        for found in (rarest, *(one for one in there if len(one) <= _COMMON), *claimed):
            for at in found:
                start = min(max(0, at - reach), len(lines))
                end = min(len(lines), at + reach + 1)
                near[start:end] = lines[start:end]
    for part in (slice(0, _ENDS), slice(max(0, len(lines) - _ENDS), len(lines))):
        near[part] = lines[part]
    return near, flooded


_STRIPPED: Final = BLANKS + "\n"


def _key(line: str) -> str:
    return line.strip(_STRIPPED)
