"""Files found by some letters of their names, the likeliest first.

A file matches when it has the letters in their order. How likely it is meant goes by where they
are, in tiers: the name begins with them, a word of the name does, they are the first letters of
its words, they are in it side by side, or with gaps; then the same of the path. Within a tier the
shorter comes first. What was picked lately, or is picked now, is one tier up and first in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cache
from heapq import nsmallest
from itertools import compress, islice, repeat
from typing import TypeAlias

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.file_index import FileIndex, lower, word_starts
from autocoder_tui.workspace.letters import align, in_order

MOST_LETTERS = 128
"""Of what is typed; the rest is not looked at."""
MOST_FOUND = 200
_MOST_ALIGNED = 300
"""Files of a tier with gaps that are looked at closely; they are the shortest of it."""

_Places: TypeAlias = Sequence[int]
"""Of files in the lists of the index, the shortest name first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest of `total` files that match, the first of them most likely."""

    paths: tuple[str, ...]
    total: int


class FileSearch:
    """Looks in one index. What is typed on is looked for in what was found before."""

    def __init__(self, index: FileIndex) -> None:
        self.index = index
        self._begin()

    def search(self, query: str, first: Iterable[str] = (), *, most: int = MOST_FOUND) -> Found:
        """Files with the letters of `query`; `first` are those picked, the latest first."""
        wanted = wanted_letters(query)
        if not wanted:
            self._begin()
            return self._everything(first, most)
        matching = self._narrow(wanted)
        preferred = self._preferred(first, wanted)
        ranked: list[int] = []
        for number, hits in enumerate(self._tiers(wanted, matching, most + len(preferred))):
            # Those preferred are of the tier below, but for the best, which has its own too.
            ranked += [at for at, tier in preferred.items() if max(tier - 1, 0) == number]
            if preferred:
                hits = [at for at in hits if at not in preferred]
            ranked += hits[: max(0, most - len(ranked))]
            if len(ranked) >= most:
                break
        paths, numbers = self.index.paths, self.index.numbers
        return Found(tuple(paths[numbers[at]] for at in ranked[:most]), len(matching))

    def _everything(self, first: Iterable[str], most: int) -> Found:
        """All files by their paths, those preferred before the others."""
        paths = self.index.paths
        picked = [path for path in dict.fromkeys(first) if self.index.place_of(path) is not None]
        some = paths[: most + len(picked)]
        return Found(tuple(dict.fromkeys((*picked, *some)))[:most], len(paths))

    # ------------------------------------------------------------------ which files

    def _begin(self) -> None:
        self._last = ""
        self._matching: _Places = range(len(self.index.paths))
        self._behind = [0] * len(self.index.paths)

    def _narrow(self, wanted: str) -> _Places:
        """The files that have the letters in order: of those found last, where more were typed.
        `_behind` is the place in each from which on the next letter is looked for."""
        if not wanted.startswith(self._last):
            self._begin()
        lowered = self.index.lowered
        for letter in wanted[len(self._last) :]:
            every = len(self._matching) == len(lowered)
            texts = lowered if every else map(lowered.__getitem__, self._matching)
            # One further than where it is, so that 0 is nowhere.
            behind = list(map((1).__add__, map(str.find, texts, repeat(letter), self._behind)))
            self._matching = list(compress(self._matching, behind))
            self._behind = list(filter(None, behind))
        self._last = wanted
        return self._matching

    def _preferred(self, first: Iterable[str], wanted: str) -> dict[int, int]:
        """Which of the files `first` match, in that order, and the tier each is of."""
        has, index = in_order(wanted), self.index
        places = [at for path in dict.fromkeys(first) if (at := index.place_of(path)) is not None]
        matching = [at for at in places if has(index.lowered[at])]
        tiers = enumerate(self._tiers(wanted, sorted(matching), len(matching)))
        tier_of = {at: number for number, hits in tiers for at in hits}
        return {at: tier_of[at] for at in matching}

    # ------------------------------------------------------------------ tiers

    def _tiers(self, wanted: str, matching: _Places, most: int) -> Iterator[_Places]:
        """The files tier by tier, of each tier the first in its order, at least `most` of them
        where it has as many. What is not asked for is not done: a tier that has as many is not
        looked through to its end."""
        lowered = self.index.lowered
        if "/" in wanted:
            folder = f"/{wanted}"
            whole = [at for at in matching if f"/{lowered[at]}".endswith(folder)]
            yield whole
            rest = _without(matching, whole)
        else:
            rest = yield from self._name_tiers(wanted, matching, most)
        part = re.compile(f"(?:^|/){re.escape(wanted)}").search
        inside = [at for at in rest if wanted in lowered[at]]
        begun = _first((at for at in inside if part(lowered[at])), most)
        yield begun
        yield _without(inside, begun)
        rest = _without(rest, inside)
        lengths = map(len, map(lowered.__getitem__, rest))
        numbers = map(self.index.numbers.__getitem__, rest)
        by_length = zip(lengths, numbers, rest, strict=True)
        shortest = [at for *_, at in nsmallest(max(most, _MOST_ALIGNED), by_length)]
        yield self._by_letters(wanted, shortest, lambda _: 0)

    def _name_tiers(
        self, wanted: str, matching: _Places, most: int
    ) -> Generator[_Places, None, _Places]:
        """Those that have the letters in their names. Returns the files that are in none."""
        names, starts, initials = self.index.names, self.index.starts, self.index.initials
        begun = _first((at for at in matching if names[at].startswith(wanted)), most)
        yield begun
        inside = _without([at for at in matching if wanted in names[at]], begun)
        word = re.compile(_word_start(wanted)).search
        at_word = _first((at for at in inside if word(starts[at], self._name_at(at))), most)
        yield at_word
        has_initials, known = cache(in_order(_capitals(wanted))), {*begun, *at_word}
        with_initials = (at for at in matching if has_initials(initials[at]) and at not in known)
        by_initials = _first(with_initials, most)
        yield by_initials
        inside = _without(_without(inside, at_word), by_initials)
        yield inside
        known.update(by_initials, inside)
        rest = [at for at in matching if at not in known]
        # From the shortest on, until there are enough: to look through all takes long.
        has = in_order(wanted)
        by_letters = _first((at for at in rest if has(names[at])), max(most, _MOST_ALIGNED))
        yield self._by_letters(wanted, by_letters, self._name_at)
        return _without(rest, by_letters)

    def _name_at(self, at: int) -> int:
        return len(self.index.lowered[at]) - len(self.index.names[at])

    def _by_letters(self, wanted: str, places: _Places, begin: Callable[[int], int]) -> _Places:
        """Those first in which the letters are best."""
        index = self.index

        def rank(at: int) -> tuple[int, int]:
            score = align(wanted, index.lowered[at], index.starts[at], begin(at)).score
            return -score, at

        return sorted(places, key=rank)


def _first(places: Iterable[int], most: int) -> list[int]:
    return list(islice(places, most))


def _without(places: _Places, taken: _Places) -> _Places:
    """Those that are not taken, in their order."""
    if not taken:
        return places
    gone = set(taken)
    return [at for at in places if at not in gone]


def matched_letters(path: str, query: str) -> tuple[int, ...]:
    """Where in `path` the letters of `query` are: in its name where that has them all."""
    wanted, lowered = wanted_letters(query), lower(path)
    has = in_order(wanted)
    if not wanted or not has(lowered):
        return ()
    name_at = path.rfind("/") + 1
    start = name_at if has(lowered[name_at:]) else 0
    return align(wanted, lowered, word_starts(path, lowered), start).places


def wanted_letters(query: str) -> str:
    """What of `query` is looked for: blanks only keep words apart."""
    return lower("".join(query.split()))[:MOST_LETTERS]


def _capitals(wanted: str) -> str:
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in wanted)


def _word_start(wanted: str) -> str:
    """Matches where a word begins with `wanted`, in a text with capitals at its words."""
    first, rest = _capitals(wanted[0]), re.escape(wanted[1:])
    return f"{re.escape(first)}(?i:{rest})"
