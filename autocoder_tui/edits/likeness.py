"""Places that are like a block's old lines though none is equal to them, best first.

Lines that occur in the file vote for where the block would begin, rare ones only; for lines that
do not, the lines of the file that share their rarest words do. Few places get far enough to be
compared line by line, so the time stays near linear in the file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import field
from difflib import SequenceMatcher
from functools import cached_property

from autocoder_tui.edits.file_lines import FileLines, squeeze, strip, with_blank
from autocoder_tui.text.alignment import matching_blocks
from autocoder_tui.values import dataclass

_WORD = re.compile(r"\w+")
_COMMON = 64
"""A line or word that occurs more often says nothing of the place."""
_LOOKED_AT = 8
"""Places compared line by line for one block."""
_LINES_LOOKED_AT = 100_000
"""Lines of a block times places: of a huge block fewer are compared."""
_SIDE_BY_SIDE = 3
"""In each of these, so many first lines are tried with as many lines as the block has."""
_LEAST_VOTES = 0.12
"""The share of a block's votes a place must have to be looked at."""
_UNLIKE = 0.4
"""Lines less like each other than this are never laid beside each other."""
_VOTERS = 400
"""Lines of one block that vote."""
_SHOWN = 400
"""Characters of a line that are compared; of a longer one this is its beginning."""
_INDEXED = 8_000_000
"""Characters of the file whose words are listed."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A place like a block: which line of the file each old line is (None: none), and how like
    they are, from 0 to 1."""

    lines: tuple[int | None, ...]
    start: int
    end: int
    likeness: float


@dataclass(eq=False)
class Comparison:
    """Compares blocks with one file. `budget` bounds the characters compared by difflib."""

    file: FileLines
    budget: int = 6_000_000
    _known: dict[tuple[str, str], float] = field(default_factory=dict)
    _best: dict[tuple[str, ...], list[Alike]] = field(default_factory=dict)
    _squeezed: dict[str, str] = field(default_factory=dict)
    _pairs: dict[str, frozenset[str]] = field(default_factory=dict)

    def best(self, old: Sequence[str]) -> list[Alike]:
        """The places most like the lines `old`, best first; overlapping ones only once."""
        key = tuple(old)
        if key not in self._best:
            self._best[key] = self._likest_places(old)
        return self._best[key]

    def _likest_places(self, old: Sequence[str]) -> list[Alike]:
        places: list[Alike] = []
        for start, end, lines in self._windows(old):
            tried = lines if len(old) <= _VOTERS else ()
            found = [self._side_by_side(old, line) for line in tried]
            found.append(self.aligned(old, start, end))
            # Siblings stand close together: all of a window are rivals, not its best alone.
            places += [place for place in found if place]
        kept: list[Alike] = []
        for place in sorted(places, key=lambda p: (-p.likeness, p.start)):
            if all(place.end <= other.start or other.end <= place.start for other in kept):
                kept.append(place)
        return kept

    def _side_by_side(self, old: Sequence[str], start: int) -> Alike | None:
        """The lines `old` laid beside as many lines of the file."""
        if start < 0 or start + len(old) > len(self.file):
            return None
        lines = tuple(range(start, start + len(old)))
        return Alike(lines, start, start + len(old), self.score(old, lines))

    def score(self, old: Sequence[str], lines: Sequence[int]) -> float:
        """How like lines of the file are to the lines `old`, one to one."""
        return self._score(old, lines, lines[0], lines[-1] + 1)

    def aligned(self, old: Sequence[str], start: int, end: int) -> Alike | None:
        """The lines `old` laid beside the lines `start` to `end` of the file."""
        keys = [squeeze(text) for text in old]
        there = self.file.squeezed.keys[start:end]
        slack = _slack(len(old))
        lines: list[int | None] = [None] * len(old)
        i = j = 0
        blocks = matching_blocks(keys, there, 20_000)
        blocks = [block for block in blocks if any(keys[block.old : block.old + block.length])]
        for block in [*blocks, None]:
            old_to, to = (block.old, block.new) if block else (len(old), len(there))
            if block is None and blocks:
                to = min(to, j + old_to - i + slack)
            elif i == 0 and block is not None:
                j = max(0, to - old_to - slack)
            self._pair(old, lines, (i, old_to), (start + j, start + to))
            if block:
                for step in range(block.length):
                    lines[block.old + step] = start + block.new + step
                i, j = block.old + block.length, block.new + block.length
        full = [n for k, n in enumerate(lines) if n is not None and keys[k]]
        if not full:
            return None
        lines = [n if keys[k] else None for k, n in enumerate(lines)]
        shown = [k for k, n in enumerate(lines) if n is not None]
        lines = with_blank(self.file, old, shown, full)
        met = [n for n in lines if n is not None]
        first, last = met[0], met[-1] + 1
        return Alike(tuple(lines), first, last, self._score(old, lines, first, last))

    def _pair(
        self,
        old: Sequence[str],
        lines: list[int | None],
        mine: tuple[int, int],
        theirs: tuple[int, int],
    ) -> None:
        """Pair the lines of a gap: in turn where both have as many, else the likest in order."""
        wanted = range(*mine)
        there = range(*theirs)
        if not wanted or not there:
            return
        inner = mine[0] > 0 and mine[1] < len(old)
        if len(wanted) == len(there) and inner:
            for k, number in zip(wanted, there, strict=True):
                lines[k] = number
            return
        if len(wanted) * len(there) > 900:
            # At an edge of the block: the lines next to those that are known.
            if mine[1] == len(old) and mine[0] > 0:
                for k, number in zip(wanted, there, strict=False):
                    lines[k] = number
            elif mine[0] == 0 and mine[1] < len(old):
                for k, number in zip(reversed(wanted), reversed(there), strict=False):
                    lines[k] = number
            return
        for k, number in self._likest(old, wanted, there):
            lines[k] = number

    def _likest(self, old: Sequence[str], wanted: range, there: range) -> list[tuple[int, int]]:
        """Pairs in order of the greatest likeness in sum; unlike lines stay alone."""
        best = [[0.0] * (len(there) + 1) for _ in range(len(wanted) + 1)]
        for i in range(len(wanted) - 1, -1, -1):
            for j in range(len(there) - 1, -1, -1):
                like = self.line(old[wanted[i]], there[j])
                paired = best[i + 1][j + 1] + like if like >= _UNLIKE else 0.0
                best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
        pairs: list[tuple[int, int]] = []
        i = j = 0
        while i < len(wanted) and j < len(there):
            if best[i][j] == best[i + 1][j]:
                i += 1
            elif best[i][j] == best[i][j + 1]:
                j += 1
            else:
                pairs.append((wanted[i], there[j]))
                i, j = i + 1, j + 1
        return pairs

    def line(self, text: str, number: int) -> float:
        """How like one line is to a line of the file, white space hardly counted."""
        mine = self._squeezed.get(text)
        if mine is None:
            mine = self._squeezed[text] = squeeze(text[: _SHOWN * 2])
        theirs = self.file.squeezed.keys[number]
        if mine == theirs:
            return 1.0
        if not mine or not theirs:
            return 0.0
        if len(theirs) > _SHOWN * 2 and len(text) < _SHOWN:
            return 0.0
        key = (mine[:_SHOWN], theirs[:_SHOWN])
        if key not in self._known:
            self._known[key] = self._ratio(*key)
        return self._known[key]

    def _ratio(self, mine: str, theirs: str) -> float:
        """difflib's ratio, worked out only where it can be more than nothing."""
        shorter, longer = len(mine), len(theirs)
        if shorter > longer:
            shorter, longer = longer, shorter
        if 2 * shorter / (shorter + longer) < _UNLIKE or self.budget <= 0:
            return 0.0
        if longer > 3:
            one, other = self._letter_pairs(mine), self._letter_pairs(theirs)
            if len(one & other) * 4 < min(len(one), len(other)):
                return 0.0
        self.budget -= len(mine) * len(theirs)
        return SequenceMatcher(None, mine, theirs, autojunk=False).ratio() * 0.999

    def _letter_pairs(self, text: str) -> frozenset[str]:
        found = self._pairs.get(text)
        if found is None:
            found = frozenset(map(str.__add__, text, text[1:]))
            self._pairs[text] = found
        return found

    def _score(
        self, old: Sequence[str], lines: Sequence[int | None], start: int, end: int
    ) -> float:
        total = likeness = 0.0
        for text, number in zip(old, lines, strict=True):
            weight = _weight(text)
            total += weight
            if number is not None:
                likeness += weight * self.line(text, number)
        matched = {number for number in lines if number is not None}
        extra = sum(
            _weight(self.file.bodies[number])
            for number in range(start, end)
            if number not in matched
        )
        return likeness / (total + extra) if total else 0.0

    def _windows(self, old: Sequence[str]) -> list[tuple[int, int, list[int]]]:
        """Where to look closer: the runs of lines with the most votes, and in each the lines
        that have the most for being the block's first."""
        votes = self._votes(old)
        slack = _slack(len(old))
        least = _LEAST_VOTES * sum(
            _weight(text)
            for text in dict.fromkeys(old)
            if strip(text) and len(self.file.squeezed.places.get(squeeze(text), ())) <= _COMMON
        )
        most = max(2, min(_LOOKED_AT, _LINES_LOOKED_AT // len(old)))
        slots: dict[int, list[int]] = defaultdict(list)
        for begin in votes:
            slots[begin // (slack + 1)].append(begin)
        scored: list[tuple[float, int, list[int]]] = []
        for slot in slots:
            lines = [line for step in (-1, 0, 1) for line in slots.get(slot + step, ())]
            scored.append((sum(votes[line] for line in lines), slot, lines))
        windows: list[tuple[int, int, list[int]]] = []
        taken: set[int] = set()
        for near, slot, lines in sorted(scored, key=lambda item: (-item[0], item[1])):
            if near < least or len(windows) == most:
                break
            if slot in taken:
                continue
            taken |= {slot - 1, slot, slot + 1}
            likely = sorted(lines, key=lambda line: -votes[line])[:_SIDE_BY_SIDE]
            start = min(max(0, min(likely) - slack), len(self.file))
            end = max(start, min(len(self.file), max(likely) + len(old) + slack))
            windows.append((start, end, likely))
        return windows

    def _votes(self, old: Sequence[str]) -> dict[int, float]:
        """For every first line: how much speaks for it."""
        votes: dict[int, float] = defaultdict(float)
        places = self.file.squeezed.places
        voters = [(k, squeeze(text)) for k, text in enumerate(old) if strip(text)]
        step = len(voters) // _VOTERS + 1
        voters = voters[::step]
        for k, key in voters:
            weight = _weight(old[k])
            where = places.get(key, [])
            if where and len(where) <= _COMMON:
                for number in where:
                    votes[number - k] += weight
            elif not where:
                for number, share in self._sharing(old[k]):
                    votes[number - k] += weight * share * 0.7
        if not votes:
            for k in range(len(old) - 1):
                starts, more = self.file.squeezed.find([squeeze(old[k]), squeeze(old[k + 1])])
                if not more and len(starts) <= _COMMON:
                    for number in starts:
                        votes[number - k] += 1.0
        if step > 1:
            return {line: votes[line] * step for line in votes}
        return votes

    def _sharing(self, text: str) -> list[tuple[int, float]]:
        """Lines of the file that share the rarest words of a line, with the share of words."""
        words = set(_WORD.findall(text[:_SHOWN]))
        listed = [(len(self._words.get(word, ())), word) for word in words]
        rare = sorted(item for item in listed if 0 < item[0] <= 4 * _COMMON)[:6]
        counts: dict[int, int] = defaultdict(int)
        for _, word in rare:
            for number in self._words[word]:
                counts[number] += 1
        best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_COMMON]
        return [(number, count / len(words)) for number, count in best]

    @cached_property
    def _words(self) -> dict[str, list[int]]:
        words: dict[str, list[int]] = defaultdict(list)
        left = _INDEXED
        for number, text in enumerate(self.file.bodies):
            shown = text[:_SHOWN]
            left -= len(shown)
            if left < 0:
                break
            for word in set(_WORD.findall(shown)):
                words[word].append(number)
        return words


def _slack(size: int) -> int:
    """How many lines more or fewer a place may have than the block."""
    return min(2 + size // 10, 40)


def _weight(text: str) -> float:
    """What a line says of its place: one of few letters says little."""
    text = strip(text[: _SHOWN * 2])
    if not text:
        return 0.2
    return 2.0 + min(sum(map(str.isalnum, text[:60])), 40)
