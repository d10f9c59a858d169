"""Where one block of a file goes, or why nowhere: the rules of choice between places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autocoder_tui.edits.edit import Candidate, EditBlock, EditLine, Reason
from autocoder_tui.edits.file_lines import FileLines, indentation, squeeze, strip
from autocoder_tui.edits.indentation import Shift
from autocoder_tui.edits.likeness import Alike, Comparison
from autocoder_tui.edits.matches import Match, Tier, shift_of, tiers
from autocoder_tui.edits.regions import unsure
from autocoder_tui.edits.scopes import Extent, extents, opens
from autocoder_tui.edits.sentences import nowhere, quoted, several
from autocoder_tui.edits.steps import (
    Steps,
    changes_indentation,
    elides,
    elides_in_words,
    held_on_both_sides,
    indents_anew,
    only_white_space,
)
from autocoder_tui.edits.word_difference import only_by_a_word

_THRESHOLD = 0.75
"""A place less like the block than this is none."""
_CANDIDATES = 8
_LONG = 1_000
"""Characters from which on a line may be changed by showing a part of it."""


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


@dataclass(eq=False)
class Locator:
    """Finds the places of blocks in one file."""

    file: FileLines
    comparison: Comparison = field(init=False)

    def __post_init__(self) -> None:
        self.comparison = Comparison(self.file)

    def locate(self, block: EditBlock, steps: Steps) -> Location:
        if not steps.changes:
            return Location(steps, already=True)
        placeholder = next((text for text in steps.added if elides_in_words(text)), None)
        if placeholder is not None:
            said = f"Its new lines leave code out: {quoted(placeholder)} stands for lines unsaid."
            return replace(self._likest(steps), match=None, reason="refused", said=said)
        if not any(strip(text) for text in steps.old):
            if not steps.old:
                return self._addition(block, steps)
        scope = _Scope(self.file, block)
        found = self._solid(block, steps, scope)
        if found is None:
            found = self._within_line(steps) or self._already(steps, scope)
            found = found or self._like(steps, scope)
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
        candidates = tuple(Candidate(m.start, m.end, m.likeness) for m in matches[:_CANDIDATES])
        said = several(steps.old, candidates, more or len(matches) > _CANDIDATES)
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
            alone = len(places) < 2 or self._clearly(steps, best, places[1])
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

    def _like(self, steps: Steps, scope: _Scope) -> Location:
        """The one best likeness, if it is clearly better than the second."""
        everywhere = self.comparison.best(steps.old)
        places = [place for place in everywhere if scope.holds(place.start, place.end)]
        candidates = tuple(
            Candidate(place.start, place.end, place.likeness)
            for place in (places or everywhere)[:_CANDIDATES]
            if place.likeness >= 0.3
        )
        nearest = next(iter(places or everywhere), None)
        said = scope.said or nowhere(self.file, steps.old, nearest)
        found = Location(steps, said=said, candidates=candidates)
        if not places or places[0].likeness < _THRESHOLD:
            return found
        match = self._sure(steps, places[0])
        if len(places) > 1 and not self._alone(steps, places):
            said = several(steps.old, candidates, False)
            # Of these only the likest may be chosen by a number.
            rivals = (match,) if match else ()
            return replace(found, reason="several", said=said, rivals=rivals)
        return replace(found, match=match) if match else found

    def _alone(self, steps: Steps, places: Sequence[Alike]) -> bool:
        """Whether only the first of several places, best first, can be meant."""
        best, second = places[:2]
        return self._clearly(steps, best, second) or only_by_a_word(
            self.file, steps.old, best.lines, [place.lines for place in places[1:]]
        )

    def _clearly(self, steps: Steps, best: Alike, second: Alike) -> bool:
        """Whether a place is so much more like the block that it is no chance: less is enough if
        it alone has a line that the file has once."""
        if self._anchored(steps, best) and not self._anchored(steps, second):
            return best.likeness - second.likeness >= 0.06
        return 1 - second.likeness >= 0.1 + 1.5 * (1 - best.likeness)

    def _anchored(self, steps: Steps, place: Alike) -> bool:
        places = self.file.squeezed.places
        return any(
            number is not None
            and len(places.get(self.file.squeezed.keys[number], ())) == 1
            and substantial([text], 6)
            and squeeze(text) == self.file.squeezed.keys[number]
            for text, number in zip(steps.old, place.lines, strict=True)
        )

    def _sure(self, steps: Steps, best: Alike) -> Match | None:
        shift = shift_of(self.file, steps, best.lines, equal_only=True)
        if shift is None:
            return None
        match = Match("likeness", best.lines, best.start, best.end, shift, best.likeness)
        likeness = [
            self.comparison.line(text, number) if number is not None else 0.0
            for text, number in zip(steps.old, best.lines, strict=True)
        ]
        return None if unsure(self.file, steps, match, likeness) else match

    def _likest(self, steps: Steps) -> Location:
        places = self.comparison.best(steps.old) if steps.old else []
        candidates = tuple(
            Candidate(place.start, place.end, place.likeness)
            for place in places[:_CANDIDATES]
            if place.likeness >= 0.3
        )
        return Location(steps, candidates=candidates)

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
            candidates = candidates[:_CANDIDATES]
            said = several([block.scopes[-1]], candidates, len(found) > _CANDIDATES)
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


def substantial(lines: Sequence[str], letters: int = 12) -> bool:
    """Whether lines say enough for their standing in a file to be no chance."""
    return sum(map(str.isalnum, "".join(lines)[:400])) >= letters


def _belied(block: EditBlock, chosen: Match, matches: Sequence[Match]) -> bool:
    """Whether the line number is that of another place than the one the scope chose."""
    if block.line is None or chosen.start == block.line - 1:
        return False
    return any(match.start == block.line - 1 for match in matches)


def _cuts_word(line: str, at: int) -> bool:
    return 0 < at < len(line) and (line[at - 1] + line[at]).replace("_", "a").isalnum()
