"""Where one block of a file goes, or why nowhere: the rules of choice between places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autocoder_tui.edits.edit import Candidate, EditBlock, EditLine
from autocoder_tui.edits.file_lines import FileLines, indentation, strip
from autocoder_tui.edits.indentation import Shift
from autocoder_tui.edits.like_places import LikePlaces
from autocoder_tui.edits.likeness import Alike, Comparison
from autocoder_tui.edits.location import CANDIDATES, Location
from autocoder_tui.edits.matches import Match, Tier, tiers
from autocoder_tui.edits.scopes import Extent, extents, opens
from autocoder_tui.edits.sentences import quoted, several
from autocoder_tui.edits.steps import (
    Steps,
    changes_indentation,
    elides,
    elides_in_words,
    held_on_both_sides,
    indents_anew,
    only_white_space,
    substantial,
)

_LONG = 1_000
"""Characters from which on a line may be changed by showing a part of it."""


@dataclass(eq=False)
class Locator:
    """Finds the places of blocks in one file."""

    file: FileLines
    like_places: LikePlaces = field(init=False)

    def __post_init__(self) -> None:
        self.like_places = LikePlaces(self.file)

    @property
    def comparison(self) -> Comparison:
        return self.like_places.comparison

    def locate(self, block: EditBlock, steps: Steps) -> Location:
        if not steps.changes:
            return Location(steps, already=True)
        placeholder = next((text for text in steps.added if elides_in_words(text)), None)
        if placeholder is not None:
            said = f"Its new lines leave code out: {quoted(placeholder)} stands for lines unsaid."
            candidates = self.like_places.candidates(steps)
            return Location(steps, reason="refused", said=said, candidates=candidates)
        if not any(strip(text) for text in steps.old):
            if not steps.old:
                return self._addition(block, steps)
        scope = _Scope(self.file, block)
        found = self._solid(block, steps, scope)
        if found is None:
            found = self._within_line(steps) or self._already(steps, scope)
            found = found or self.like_places.locate(steps, scope)
        return found

    def solid(self, block: EditBlock, steps: Steps) -> bool:
        """Whether the old lines stand in the file but for white space and what is left out."""
        return bool(steps.old) and self._solid(block, steps, _Scope(self.file, block)) is not None

    def _solid(self, block: EditBlock, steps: Steps, scope: _Scope) -> Location | None:
        if not steps.old:
            return None
        blank = not any(strip(text) for text in steps.old)
        found = iter(_blank_tiers(self.file, steps) if blank else tiers(self.file, steps))
        for tier in found:
            matches = scope.narrow(tier.matches)
            if not matches:
                continue
            if len(matches) > 1:
                matches = _at_an_end(self.file, block, matches)
            if len(matches) == 1 and not tier.more:
                if _belied(block, matches[0], tier.matches):
                    return replace(self._several(steps, tier.matches, False), contested=True)
                if matches[0].manner == "blank" and not substantial(steps.old):
                    # So little, with other lines between: it may as well be indented otherwise.
                    looser = [match for other in found for match in scope.narrow(other.matches)]
                    if any(match.start != matches[0].start for match in looser):
                        return self._several(steps, [*matches, *looser], False)
                return self._single(steps, matches[0])
            return self._several(steps, matches, tier.more)
        return None

    def _single(self, steps: Steps, match: Match) -> Location:
        if match.manner == "elided":
            left = {text for text in steps.old if elides(text)}
            marks = zip(steps.old, steps.old_marks, strict=True)
            if any(mark == "-" and text in left for text, mark in marks) or any(
                elides(text) for text in steps.added
            ):
                said = "It leaves out lines in what is to be changed, not in the same way in both."
                candidate = Candidate(match.start, match.end, match.likeness)
                return Location(steps, reason="refused", said=said, candidates=(candidate,))
        if self._stands_there(steps, match):
            return Location(steps, already=True)
        if match.manner == "ends":
            # With the file's own line ends it shows again which lines are none of the change.
            steps = steps.with_old([self.file.bodies[n] for n in match.lines if n is not None])
        return Location(steps, match)

    def _within_line(self, steps: Steps) -> Location | None:
        """A part of a line too long to be shown whole, that the file has once."""
        old = [strip(text) for text in steps.old if strip(text)]
        new = [strip(text) for text in steps.new if strip(text)]
        text = self.file.text
        if len(old) != 1 or len(new) > 1 or not substantial(old, 6):
            return None
        at = text.find(old[0])
        if at < 0 or text.find(old[0], at + 1) >= 0:
            return None
        number = text.count("\n", 0, at)
        line = self.file.bodies[number]
        column = at - (text.rfind("\n", 0, at) + 1)
        end = column + len(old[0])
        if len(line) < _LONG or _cuts_word(line, column) or _cuts_word(line, end):
            return None
        changed = line[:column] + "".join(new) + line[end:]
        whole = Steps((EditLine("-", line + "\n"), EditLine("+", changed + "\n")))
        return Location(whole, Match("exact", (number,), number, number + 1))

    def _stands_there(self, steps: Steps, match: Match) -> bool:
        """Whether lines to be added after the last line found already follow it."""
        lines = steps.lines
        tail = 0
        while tail < len(lines) and lines[-1 - tail].mark == "+":
            tail += 1
        if not tail or any(line.mark != " " for line in lines[: len(lines) - tail]):
            return False
        added = [strip(text) for text in steps.added]
        there = self.file.stripped.keys[match.end : match.end + tail]
        return there == added and substantial(steps.added)

    def _several(self, steps: Steps, matches: Sequence[Match], more: bool) -> Location:
        candidates = tuple(Candidate(m.start, m.end, m.likeness) for m in matches[:CANDIDATES])
        said = several(steps.old, candidates, more or len(matches) > CANDIDATES)
        return Location(
            steps,
            rivals=tuple(matches),
            more=more,
            reason="several",
            said=said,
            candidates=candidates,
        )

    def _already(self, steps: Steps, scope: _Scope) -> Location | None:
        """Whether the file is already as the block wants it, at the one place that is like it."""
        if not any(strip(text) for text in steps.new):
            return None
        if not steps.added and not held_on_both_sides(steps):
            return None
        wanted = Steps(tuple(line._replace(mark=" ") for line in steps.lines if line.mark != "-"))
        tier = next(tiers(self.file, wanted), None)
        if tier is None or tier.more or tier.matches[0].manner == "elided":
            return None
        matches = scope.narrow(tier.matches)
        full = [text for text in steps.new if strip(text)]
        if len(matches) != 1:
            return None
        shifted = matches[0].shift.kind != "none"
        if shifted and (len(full) < 3 or only_white_space(steps) or indents_anew(steps)):
            return None
        if matches[0].shift.converts and changes_indentation(steps):
            return None
        places = self.comparison.best(steps.old)
        if places and places[0].likeness >= 0.5:
            best = places[0]
            here = best.start < matches[0].end and matches[0].start < best.end
            alone = len(places) < 2 or self.like_places.clearly(steps, best, places[1])
            gone = here and alone and not self._still_there(steps, best)
            return Location(steps, already=True) if gone else None
        if len(full) > 1 and substantial(steps.new):
            return Location(steps, already=True)
        return None

    def _still_there(self, steps: Steps, place: Alike) -> bool:
        """Whether a line like one that is to go stands at a place, and is none that comes."""
        coming = set(map(strip, steps.added))
        return any(
            mark == "-"
            and number is not None
            and substantial([text], 3)
            and self.file.stripped.keys[number] not in coming
            and self.comparison.line(text, number) >= 0.6
            for text, mark, number in zip(steps.old, steps.old_marks, place.lines, strict=True)
        )

    def _addition(self, block: EditBlock, steps: Steps) -> Location:
        """Lines that come, with none beside them: only a scope or an end of the file says where."""
        size = len(self.file)
        if not size and not block.scopes:
            return Location(steps, Match("scope", (), size, size))
        if block.scopes:
            return self._into_scope(block, steps)
        if block.at_start or block.at_end:
            at = 0 if block.at_start else size
            size = len(steps.new)
            there = self.file.ends.keys[:size] if not at else self.file.ends.keys[-size:]
            if there == [text.rstrip() for text in steps.new] and substantial(steps.new):
                return Location(steps, already=True)
            return Location(steps, Match("scope", (), at, at))
        first = next((text for text in steps.new if strip(text)), "")
        said = f"It shows no line of the file, so nothing says where {quoted(first)} goes."
        if block.line is not None:
            said += " A line number alone is not enough."
        return Location(steps, reason="refused", said=said)

    def _into_scope(self, block: EditBlock, steps: Steps) -> Location:
        found = extents(self.file, block.scopes)
        if not found:
            said = (
                f"The file has no {quoted(' / '.join(block.scopes))} for the new lines to go into."
            )
            return Location(steps, said=said)
        if len(found) > 1:
            candidates = tuple(Candidate(one.inner_end, one.inner_end, 1.0) for one in found)
            candidates = candidates[:CANDIDATES]
            said = several([block.scopes[-1]], candidates, len(found) > CANDIDATES)
            return Location(steps, reason="several", said=said, candidates=candidates)
        extent = found[0]
        wanted = [text for text in steps.new if strip(text)]
        there = self.file.full_stripped
        starts, _ = there.find([strip(text) for text in wanted])
        if any(extent.header < there.numbers[at] < extent.end for at in starts):
            return Location(steps, already=True)
        at = extent.inner_end
        return Location(steps, Match("scope", (), at, at, self._scope_shift(steps, extent)))

    def _scope_shift(self, steps: Steps, extent: Extent) -> Shift:
        """New lines that are not deeper than their scope's line are shifted into it."""
        if not opens(self.file, extent.header):
            return Shift()
        base = indentation(self.file.bodies[extent.header])
        inner = next(
            (
                indentation(self.file.bodies[number])
                for number in range(extent.header + 1, extent.inner_end)
                if not self.file.blank(number)
            ),
            base + ("\t" if self.file.uses_tabs else "    "),
        )
        first = next((indentation(text) for text in steps.new if strip(text)), "")
        if len(first) > len(base) or not inner.endswith(first):
            return Shift()
        return Shift("add", inner[: len(inner) - len(first)])


class _Scope:
    """The lines a block may be placed in.

    A heading beside line numbers is the last one above the place, as version control writes it,
    which need not hold the place; without numbers it must.
    """

    def __init__(self, file: FileLines, block: EditBlock) -> None:
        self._extents = extents(file, block.scopes) if block.scopes else None
        self._loose = block.line is not None
        self._size = len(file)
        self.said = ""
        if block.scopes and not self._extents:
            self._extents = None

    def holds(self, start: int, end: int) -> bool:
        if self._extents is None:
            return True
        return any(
            one.header <= start and (self._loose or start <= one.end) for one in self._extents
        )

    def narrow(self, matches: Sequence[Match]) -> list[Match]:
        kept = [match for match in matches if self.holds(match.start, match.end)]
        if len(kept) > 1 and self._extents is not None:
            inside = [
                match
                for match in kept
                if any(one.header <= match.start < one.end for one in self._extents)
            ]
            kept = inside or kept
        return kept


def _blank_tiers(file: FileLines, steps: Steps) -> Sequence[Tier]:
    """Of lines that are all blank only ones with nothing beside them are found."""
    starts, more = file.exact.find(steps.old)
    size = len(steps.old)
    found = [Match("exact", range(at, at + size), at, at + size) for at in starts]
    return [Tier(found, more)] if found else []


def _at_an_end(file: FileLines, block: EditBlock, matches: list[Match]) -> list[Match]:
    """The matches at the start or the end of the file, where the block says so."""
    tests: list[Callable[[Match], bool]] = []
    if block.at_start:
        tests.append(lambda match: file.all_blank(0, match.start))
    if block.at_end:
        tests.append(lambda match: file.all_blank(match.end, len(file)))
    for test in tests:
        matches = [match for match in matches if test(match)] or matches
    return matches


def _belied(block: EditBlock, chosen: Match, matches: Sequence[Match]) -> bool:
    """Whether the line number is that of another place than the one the scope chose."""
    if block.line is None or chosen.start == block.line - 1:
        return False
    return any(match.start == block.line - 1 for match in matches)


def _cuts_word(line: str, at: int) -> bool:
    return 0 < at < len(line) and (line[at - 1] + line[at]).replace("_", "a").isalnum()
