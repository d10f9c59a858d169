"""Places that differ from a block by one word of one line, and what its new lines say of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

from autocoder_tui.edits.edit import EditLine
from autocoder_tui.edits.file_lines import FileLines, indentation, squeeze, strip
from autocoder_tui.edits.steps import Steps, substantial
from autocoder_tui.edits.word_difference import (
    TOKEN,
    WordDifference,
    akin,
    defines,
    differing_words,
)
from autocoder_tui.values import dataclass

_TRIED = 4_000
"""Lines of a file that are laid beside one block; where more might fit none is taken."""
_NAME = 4
"""Letters of a word that may name its place."""
_LONGEST = 1_000
"""Characters of a line that is compared word by word."""


@dataclass(frozen=True, slots=True)
class StalePlace:
    """The lines from `start` on differ from a block as `difference` says. `borne_out`: whether
    its new lines have the word of the file (True) or that of the block (False); None: neither.
    `leads`: whether the first word of its line is missing in the block, but for its blank.
    `named`: whether its lines have a word besides, or one of them is a line, that the file has
    nowhere else.
    `renames`: whether the word is the name that its line defines, and the block's is quite
    another one."""

    start: int
    difference: WordDifference
    borne_out: bool | None
    leads: bool
    named: bool
    renames: bool

    def as_indented(self, steps: Steps) -> Steps:
        """The steps without the blank that is left before a line whose first word is missing."""
        if not self.leads:
            return steps
        at = _old_steps(steps)[self.difference.number]
        mark, text = steps.lines[at]
        less = EditLine(mark, text.removeprefix(" "))
        return replace(steps, lines=(*steps.lines[:at], less, *steps.lines[at + 1 :]))


class StaleWords:
    """Finds places in one file that differ from a block by a word."""

    def __init__(self, file: FileLines) -> None:
        self._file = file

    def places(self, steps: Steps) -> list[StalePlace]:
        """All of them in the order of the file; none where they are too many to be looked at."""
        full = [k for k, text in enumerate(steps.old) if strip(text)]
        starts = list(islice(self._starts(steps.old, full), _TRIED + 1)) if full else []
        if len(starts) > _TRIED:
            return []
        wanted = [squeeze(text) for text in steps.old]
        found = []
        for start in sorted(set(starts)):
            difference = self._difference(steps.old, wanted, start)
            if difference is not None:
                found.append(self._place(steps, start, difference))
        return found

    def _starts(self, old: Sequence[str], full: Sequence[int]) -> Iterator[int]:
        """First lines at which a block may begin: one of any two of its lines must be equal, or
        its only one begin or end with the same word."""
        if len(full) == 1:
            tokens = TOKEN.findall(old[full[0]][:_LONGEST])
            if tokens:
                yield from (n - full[0] for n in self._beginning.get(tokens[0], ()))
                yield from (n - full[0] for n in self._ending.get(tokens[-1], ()))
            return
        places = self._file.squeezed.places
        known = sorted(full, key=lambda k: len(places.get(squeeze(old[k]), ())))
        for k in known[:2]:
            yield from (n - k for n in places.get(squeeze(old[k]), ()))

    def _difference(
        self, old: Sequence[str], wanted: Sequence[str], start: int
    ) -> WordDifference | None:
        keys = self._file.squeezed.keys
        if start < 0 or start + len(wanted) > len(keys):
            return None
        found: int | None = None
        for k, key in enumerate(wanted):
            if keys[start + k] != key:
                if found is not None or not key or not keys[start + k]:
                    return None
                found = k
        if found is None:
            return None
        theirs = self._file.bodies[start + found]
        if max(len(theirs), len(old[found])) > _LONGEST:
            return None
        words = differing_words(old[found], theirs)
        return WordDifference(found, *words) if words else None

    def _place(self, steps: Steps, start: int, difference: WordDifference) -> StalePlace:
        mine = indentation(steps.old[difference.number])
        theirs = indentation(self._file.bodies[start + difference.number])
        leads = not difference.mine and mine == theirs + " "
        borne_out = _borne_out(steps, difference)
        named = self._named(start, len(steps.old), difference)
        line = self._file.bodies[start + difference.number]
        same = akin(difference.mine, difference.theirs)
        renames = not same and defines(line, difference.theirs)
        return StalePlace(start, difference, borne_out, leads, named, renames)

    def _named(self, start: int, size: int, difference: WordDifference) -> bool:
        lines = range(start, start + size)
        squeezed = self._file.squeezed
        if any(
            n != start + difference.number
            and len(squeezed.places.get(squeezed.keys[n], ())) == 1
            and substantial([self._file.bodies[n]], 6)
            for n in lines
        ):
            return True
        words = {word for n in lines for word in TOKEN.findall(self._file.bodies[n][:_LONGEST])}
        return any(
            len(word) >= _NAME and word != difference.theirs and self._lines_with[word] == 1
            for word in words
        )

    @cached_property
    def _lines_with(self) -> Counter[str]:
        """In how many lines each word is."""
        words: Counter[str] = Counter()
        for text in self._file.bodies:
            words.update(set(TOKEN.findall(text[:_LONGEST])))
        return words

    @cached_property
    def _beginning(self) -> dict[str, list[int]]:
        return self._index(0)

    @cached_property
    def _ending(self) -> dict[str, list[int]]:
        return self._index(-1)

    def _index(self, which: int) -> dict[str, list[int]]:
        """The lines by their first, or last, word."""
        index: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._file.bodies):
            if tokens := TOKEN.findall(text[:_LONGEST]):
                index[tokens[which]].append(number)
        return index


def _borne_out(steps: Steps, difference: WordDifference) -> bool | None:
    """Whether the lines that come in the place of the one that differs have the file's word at
    its place, or the block's."""
    if steps.old_marks[difference.number] != "-":
        return None
    old = Counter(TOKEN.findall(steps.old[difference.number]))
    coming = [Counter(TOKEN.findall(text)) for text in _coming(steps, difference.number)]
    new = max(coming, key=lambda words: (words & old).total(), default=None)
    if new is None:
        return None
    mine, theirs = difference.mine, difference.theirs
    has_mine = bool(mine) and new[mine] >= old[mine]
    has_theirs = bool(theirs) and new[theirs] > old[theirs]
    return has_theirs if has_mine != has_theirs else None


def _coming(steps: Steps, number: int) -> list[str]:
    """The lines that come in the run of changed lines which old line `number` is in."""
    at = _old_steps(steps)[number]
    first = last = at
    while first > 0 and steps.lines[first - 1].mark != " ":
        first -= 1
    while last + 1 < len(steps.lines) and steps.lines[last + 1].mark != " ":
        last += 1
    run = steps.lines[first : last + 1]
    return [line.text.rstrip("\n") for line in run if line.mark == "+"]


def _old_steps(steps: Steps) -> list[int]:
    """The index of each old line among the steps."""
    return [n for n, line in enumerate(steps.lines) if line.mark != "+"]
