"""Put the blocks of a reply into the text of a file.

Every block is placed against the original, so their order does not matter. Only one that stands
nowhere there, but exactly in what the blocks before it make, goes there. Nothing is dropped and
nothing is guessed: a block that stands nowhere, or in two places, is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autocoder_tui.edits.choice import choose_by_numbers, choose_by_tabs
from autocoder_tui.edits.edit import EditBlock, Manner, Placed, Reason, Unplaced
from autocoder_tui.edits.file_lines import FileLines
from autocoder_tui.edits.location import Location
from autocoder_tui.edits.locator import Locator
from autocoder_tui.edits.matches import Match, shift_of
from autocoder_tui.edits.order import settle_by_order
from autocoder_tui.edits.pieces import Piece, assembled
from autocoder_tui.edits.regions import Region, regions_of
from autocoder_tui.edits.steps import Steps, steps_of
from autocoder_tui.edits.succession import BOTH, Fate, Successions
from autocoder_tui.values import dataclass

_CERTAIN: tuple[Manner, ...] = (
    "chosen", "exact", "ends", "indent", "blank", "elided", "scope", "numbers", "likeness",
)  # fmt: skip
"""Of two blocks that want the same lines the one whose manner comes first has them."""


def place(
    text: str,
    blocks: Sequence[EditBlock],
    choices: Mapping[int, tuple[int, int]] | None = None,
) -> Placed:
    """Place all blocks in `text`.

    `choices`: lines (from 0, half open) that a person chose for the block of a number, such as
    those of a candidate; (n, n) puts its new lines before line n. Takes about linear time in
    the text and the blocks. Raises nothing.
    """
    return _Placing(text, blocks, choices or {}).placed()


@dataclass(frozen=True, slots=True)
class _Wish:
    """A block with the regions it wants to change."""

    number: int
    match: Match
    regions: tuple[Region, ...]

    @property
    def pieces(self) -> list[Piece]:
        manner, likeness = self.match.manner, self.match.likeness
        return [Piece(region, self.number, manner, likeness) for region in self.regions]

    def collides(self, other: _Wish) -> bool:
        return any(mine.collides(theirs) for mine in self.pieces for theirs in other.pieces)


class _Placing:
    def __init__(
        self, text: str, blocks: Sequence[EditBlock], choices: Mapping[int, tuple[int, int]]
    ) -> None:
        self.text = text
        self.file = FileLines(text)
        self.blocks = blocks
        self.choices = choices
        self.locator = Locator(self.file)
        self.unplaced: dict[int, Unplaced] = {}
        self.already: list[int] = []
        self.repeated: list[int] = []

    def placed(self) -> Placed:
        locations = self._locations()
        choose_by_numbers(self.file, self.blocks, locations)
        choose_by_tabs(self.file, locations)
        settle_by_order(self.locator, self.blocks, locations)
        wishes: list[_Wish] = []
        for number, (block, location) in enumerate(zip(self.blocks, locations, strict=True)):
            if location.already:
                self.already.append(number)
            elif not block.closed and number not in self.choices:
                self._leave(number, replace(location, reason="unclosed", said=_UNCLOSED))
            elif location.match is None:
                self._leave(number, location)
            else:
                regions = regions_of(self.file, location.steps, location.match)
                if regions:
                    wishes.append(_Wish(number, location.match, tuple(regions)))
                else:
                    self.already.append(number)
        pieces = [piece for wish in self._compatible(wishes) for piece in wish.pieces]
        result = assembled(self.file, self._in_succession(locations, pieces))
        self._drop_repeated_questions()
        unplaced = tuple(self.unplaced[number] for number in sorted(self.unplaced))
        return Placed(
            result.text,
            result.placements(),
            unplaced,
            tuple(sorted(self.already)),
            tuple(sorted(self.repeated)),
        )

    def _locations(self) -> list[Location]:
        all_steps = [steps_of(block) for block in self.blocks]
        escaped = self._escaped(all_steps)
        found: list[Location] = []
        known: dict[tuple[object, ...], Location] = {}
        for number, (block, steps) in enumerate(zip(self.blocks, all_steps, strict=True)):
            if escaped:
                steps = steps.unescaped()
            if number in self.choices:
                start, end = self.choices[number]
                found.append(self._chosen(steps, start, end))
            else:
                key = (block.lines, block.scopes, block.line is None, block.at_start, block.at_end)
                if key not in known:
                    known[key] = self.locator.locate(block, steps)
                found.append(known[key])
        return found

    def _escaped(self, all_steps: Sequence[Steps]) -> bool:
        """Whether the blocks are written with HTML's escapes: some are only found without them,
        and none only with them."""
        only_without = False
        for block, steps in zip(self.blocks, all_steps, strict=True):
            if steps.escaped:
                if self.locator.solid(block, steps):
                    return False
                if self.locator.solid(block, steps.unescaped()):
                    only_without = True
        return only_without

    def _chosen(self, steps: Steps, start: int, end: int) -> Location:
        size = len(self.file)
        start = min(max(start, 0), size)
        end = min(max(end, start), size)
        alike = self.locator.comparison.aligned(steps.old, start, end) if end > start else None
        lines = alike.lines if alike else tuple(None for _ in steps.old)
        shift = shift_of(self.file, steps, lines, equal_only=True)
        match = Match("chosen", lines, start, end, likeness=alike.likeness if alike else 0.0)
        return Location(steps, replace(match, shift=shift) if shift else match)

    def _leave(self, number: int, location: Location) -> None:
        self.unplaced[number] = Unplaced(
            number, location.reason, location.said, location.candidates
        )

    def _compatible(self, wishes: Sequence[_Wish]) -> list[_Wish]:
        """The wishes that can all be granted; of two that cannot the surer one is."""
        kept: list[_Wish] = []
        order = sorted(wishes, key=lambda wish: (_CERTAIN.index(wish.match.manner), wish.number))
        for wish in order:
            regions = set(wish.regions)
            rival = next((other for other in kept if wish.collides(other)), None)
            if any(regions <= set(other.regions) for other in kept):
                self.repeated.append(wish.number)
            elif rival is None:
                kept.append(wish)
            else:
                said = f"It changes the same lines as block {rival.number + 1}."
                self.unplaced[wish.number] = Unplaced(wish.number, "overlap", said)
        return kept

    def _in_succession(self, locations: Sequence[Location], pieces: list[Piece]) -> Sequence[Piece]:
        """The pieces with those of blocks that show what the blocks before them make."""
        successions = Successions(self.file)
        for number, (block, location) in enumerate(zip(self.blocks, locations, strict=True)):
            if not block.closed or number in self.choices or number in self.repeated:
                continue
            left = self.unplaced.get(number)
            if left is not None and left.reason == "refused":
                continue
            found = successions.of(number, location, pieces)
            if found.fate is Fate.EITHER:
                pieces = [
                    replace(one, manner="either") if one.number == number else one for one in pieces
                ]
            elif found.fate is Fate.BUILT:
                pieces = list(found.pieces)
                self.unplaced.pop(number, None)
                self.already = [one for one in self.already if one != number]
            elif found.fate is Fate.BOTH:
                pieces = [one for one in pieces if one.number != number]
                self.already = [one for one in self.already if one != number]
                reason: Reason = "overlap" if found.said else "several"
                said = found.said or BOTH
                self.unplaced[number] = Unplaced(number, reason, said, location.candidates)
        return pieces

    def _drop_repeated_questions(self) -> None:
        """A block that stands nowhere is said once, however often the reply has it."""
        asked: set[tuple[object, ...]] = set()
        for number in sorted(self.unplaced):
            block = self.blocks[number]
            key = (block.lines, block.scopes, block.line, self.unplaced[number].reason)
            if key in asked:
                del self.unplaced[number]
                self.repeated.append(number)
            asked.add(key)


_UNCLOSED = "The reply ended inside this change, so its end is not known."
