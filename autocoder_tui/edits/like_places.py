"""Where a block goes that equals no lines of the file: the one place that is clearly like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import Candidate
from autocoder_tui.edits.file_lines import FileLines, squeeze
from autocoder_tui.edits.likeness import Alike, Comparison
from autocoder_tui.edits.location import CANDIDATES, Bounds, Location
from autocoder_tui.edits.matches import Match, shift_of
from autocoder_tui.edits.regions import unsure
from autocoder_tui.edits.sentences import nowhere, several
from autocoder_tui.edits.stale_word import StalePlace, StaleWords
from autocoder_tui.edits.steps import Steps, substantial
from autocoder_tui.edits.word_difference import akin, only_by_a_word

_THRESHOLD = 0.75
"""A place less like the block than this is none, unless it is a word that makes the difference."""

_LEAST = 0.3
"""One less like it is not even offered."""


class LikePlaces:
    """Chooses between the places in one file that are like a block."""

    def __init__(self, file: FileLines) -> None:
        self.file = file
        self.comparison = Comparison(file)
        self._stale_words = StaleWords(file)

    def locate(self, steps: Steps, scope: Bounds) -> Location:
        """The one place a word apart of which something more is known, or else the one best
        likeness, if it is clearly better than the second."""
        everywhere = self.comparison.best(steps.old)
        places = [place for place in everywhere if scope.holds(place.start, place.end)]
        candidates = _candidates(places or everywhere)
        nearest = next(iter(places or everywhere), None)
        said = scope.said or nowhere(self.file, steps.old, nearest)
        found = Location(steps, said=said, candidates=candidates)
        match = self._one_word_apart(steps, scope, places)
        if match is not None:
            return replace(found, match=match)
        if not places or places[0].likeness < _THRESHOLD:
            return found
        match = self._sure(steps, places[0])
        if match and self._renames(steps, match):
            return found
        if len(places) > 1 and not self._alone(steps, places):
            said = several(steps.old, candidates, False)
            # Of these only the likest may be chosen by a number.
            rivals = (match,) if match else ()
            return replace(found, reason="several", said=said, rivals=rivals)
        return replace(found, match=match) if match else found

    def candidates(self, steps: Steps) -> tuple[Candidate, ...]:
        """The places most like a block, best first."""
        return _candidates(self.comparison.best(steps.old) if steps.old else [])

    def stale_within(self, steps: Steps, bounds: Bounds) -> Match | None:
        """The one place within bounds that is a word apart, unless its new lines belie it."""
        place = self._only_stale(steps, bounds)
        if place is None or (place.renames and not place.borne_out):
            return None
        return self._a_word_apart(steps, place)

    def _one_word_apart(self, steps: Steps, scope: Bounds, likest: Sequence[Alike]) -> Match | None:
        """The one place a word apart, if it is named, its word is the same one changed, or the
        new lines have that word, too; and none is more like the block."""
        place = self._only_stale(steps, scope)
        if place is None:
            return None
        same = akin(place.difference.mine, place.difference.theirs)
        if not (place.borne_out or same or (place.named and not place.renames)):
            return None
        match = self._a_word_apart(steps, place)
        if match is None:
            return None
        others = (one for one in likest if one.start != match.start)
        return None if any(one.likeness > match.likeness for one in others) else match

    def _renames(self, steps: Steps, match: Match) -> bool:
        """Whether all that is unlike is the name of what a line defines: that is another one."""
        return any(
            place.start == match.start and place.renames and not place.borne_out
            for place in self._stale_words.places(steps)
        )

    def _only_stale(self, steps: Steps, bounds: Bounds) -> StalePlace | None:
        size = len(steps.old)
        found = [
            place
            for place in self._stale_words.places(steps)
            if bounds.holds(place.start, place.start + size)
        ]
        return found[0] if len(found) == 1 and found[0].borne_out is not False else None

    def _a_word_apart(self, steps: Steps, place: StalePlace) -> Match | None:
        lines = tuple(range(place.start, place.start + len(steps.old)))
        shift = shift_of(self.file, place.as_indented(steps), lines)
        if shift is None:
            return None
        likeness = self.comparison.score(steps.old, lines)
        return Match("likeness", lines, lines[0], lines[-1] + 1, shift, likeness)

    def _alone(self, steps: Steps, places: Sequence[Alike]) -> bool:
        """Whether only the first of several places, best first, can be meant."""
        best, second = places[:2]
        return self.clearly(steps, best, second) or only_by_a_word(
            self.file, steps.old, best.lines, [place.lines for place in places[1:]]
        )

    def clearly(self, steps: Steps, best: Alike, second: Alike) -> bool:
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


def _candidates(places: Sequence[Alike]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(place.start, place.end, place.likeness)
        for place in places[:CANDIDATES]
        if place.likeness >= _LEAST
    )
