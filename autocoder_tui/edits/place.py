"""Put the blocks of a reply into the text of a file.

Every block is placed against the original, so their order does not matter. Nothing is dropped and
nothing is guessed: a block that stands nowhere, or in two places, is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from autocoder_tui.edits.choice import choose_by_numbers, choose_by_tabs
from autocoder_tui.edits.edit import EditBlock, Manner, Placed, Placement, Unplaced
from autocoder_tui.edits.file_lines import FileLines
from autocoder_tui.edits.location import Location, Locator
from autocoder_tui.edits.matches import Match, shift_of
from autocoder_tui.edits.regions import Region, regions_of
from autocoder_tui.edits.steps import Steps, steps_of

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
        kept = self._compatible(wishes)
        self._drop_repeated_questions()
        text, placements = self._assembled(kept)
        unplaced = tuple(self.unplaced[number] for number in sorted(self.unplaced))
        return Placed(
            text, placements, unplaced, tuple(sorted(self.already)), tuple(sorted(self.repeated))
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
            rival = next((other for other in kept if _collide(wish, other)), None)
            if rival is None:
                kept.append(wish)
            elif set(wish.regions) <= set(rival.regions):
                self.repeated.append(wish.number)
            else:
                said = f"It changes the same lines as block {rival.number + 1}."
                self.unplaced[wish.number] = Unplaced(wish.number, "overlap", said)
        return kept

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

    def _assembled(self, wishes: Sequence[_Wish]) -> tuple[str, tuple[Placement, ...]]:
        """The text with all wishes granted."""
        file = self.file
        pieces = sorted(
            ((region, wish) for wish in wishes for region in wish.regions),
            key=lambda piece: (
                piece[0].start,
                piece[0].end,
                not piece[0].after,
                piece[1].number,
            ),
        )
        result: list[str] = []
        placements: list[Placement] = []
        at = 0
        ends: bool | None = None
        for region, wish in pieces:
            result += file.lines[at : region.start]
            placements.append(
                Placement(
                    wish.number,
                    region.start,
                    region.end,
                    region.new,
                    wish.match.manner,
                    wish.match.likeness,
                    len(result),
                )
            )
            result += region.new
            at = region.end
            ends = region.ends if region.end == len(file) else ends
        result += file.lines[at:]
        return self._with_line_ends(result, placements, ends), tuple(placements)

    def _with_line_ends(
        self, lines: list[str], placements: list[Placement], ends: bool | None
    ) -> str:
        """The lines as one text, in which each but the last ends with a newline."""
        file = self.file
        if file.lines and not file.lines[-1].endswith("\n"):
            open_lines = [n for n, line in enumerate(lines[:-1]) if not line.endswith("\n")]
            for number in open_lines:
                lines[number] += file.line_end
        if lines and placements and ends is False and lines[-1].endswith("\n"):
            lines[-1] = lines[-1][:-1].removesuffix("\r")
            last = placements[-1]
            if last.new and last.first + len(last.new) == len(lines):
                placements[-1] = replace(last, new=(*last.new[:-1], lines[-1]))
        return "".join(lines)


_UNCLOSED = "The reply ended inside this change, so its end is not known."


def _collide(one: _Wish, other: _Wish) -> bool:
    return any(_regions_collide(mine, theirs) for mine in one.regions for theirs in other.regions)


def _regions_collide(one: Region, other: Region) -> bool:
    if one.start == one.end and other.start == other.end:
        return one.start == other.start and one.after == other.after
    if one.start == one.end:
        return other.start < one.start < other.end
    if other.start == other.end:
        return one.start < other.start < one.end
    return one.start < other.end and other.start < one.end
