"""Files found by some letters of their names, the likeliest first.

A file matches when it has the letters in their order. How likely it is meant goes by where they
are, in tiers: the name begins with them, a word of the name does, they are the first letters of
its words, or are in it side by side; a folder begins with them; they are the beginnings of words
all along the path ("umock": unittest/mock.py); they are in the name with gaps, in the path side by
side, or with gaps. Within a tier the shorter comes first. What was picked lately, or is picked now,
is one tier up and first in it. Words with blanks between them are looked for each by itself, in any
order (`word_search`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from heapq import nsmallest
from itertools import compress, islice, pairwise, repeat
from typing import TypeAlias

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.file_index import FileIndex, lower, word_starts
from autocoder_tui.workspace.letters import Alignment, align, in_order
from autocoder_tui.workspace.word_search import by_words

MOST_LETTERS = 128
"""Of what is typed; the rest is not looked at."""
MOST_FOUND = 200
_MOST_ALIGNED = 300
"""Files of a tier with gaps that are looked at closely; they are the shortest of it."""

_LETTERS_OF_A_WORD = 2.5
"""So many for each of the words along a path, on average."""
_LONGEST_BY_WORDS = 500
"""Characters of a path in which the beginnings of words are looked for."""
_COPIED = re.compile(r"^(?:\./)+|(?::\d*){1,2}$")
"""What stands around a path where it is copied from, and is no part of its name."""

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
        words = wanted_words(query)
        if not words:
            self._begin()
            return self._everything(first, most)
        if len(words) > 1:
            found = by_words(self.index, self._narrow(words[0]), words, first)
            return Found(tuple(map(self.index.path_at, found[:most])), len(found))
        (wanted,) = words
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
        return Found(tuple(map(self.index.path_at, ranked[:most])), len(matching))

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
        rest = yield from self._gap_tiers(wanted, _without(rest, begun), most)
        inside = [at for at in rest if wanted in lowered[at]]
        yield inside
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
        return [at for at in matching if at not in known]

    def _gap_tiers(
        self, wanted: str, matching: _Places, most: int
    ) -> Generator[_Places, None, _Places]:
        """Those that have the letters at the beginnings of words, or in their names with gaps.
        Returns the others."""
        names, starts = self.index.names, self.index.starts
        at_words, most_aligned = _at_words(wanted), max(most, _MOST_ALIGNED)
        closest = _first((at for at in matching if at_words(starts[at])), most_aligned)
        in_words = [at for at in closest if self._is_of_words(wanted, at)]
        yield self._by_letters(wanted, in_words, lambda _: 0)
        rest = _without(matching, in_words)
        if "/" in wanted:
            return rest
        # From the shortest on, until there are enough: to look through all takes long.
        has = in_order(wanted)
        by_letters = _first((at for at in rest if has(names[at])), most_aligned)
        yield self._by_letters(wanted, by_letters, self._name_at)
        return _without(rest, by_letters)

    def _is_of_words(self, wanted: str, at: int) -> bool:
        """Whether the letters are of few words: one of each of many is found in any long path."""
        if "/" in wanted:
            return True
        places = align(wanted, self.index.lowered[at], self.index.starts[at]).places
        words = 1 + sum(place != before + 1 for before, place in pairwise(places))
        return words * _LETTERS_OF_A_WORD <= len(wanted)

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
    """Where in `path` the letters of `query` are: in its name where that has them all and no way
    along the path is better."""
    lowered = lower(path)
    starts = word_starts(path, lowered)
    places: set[int] = set()
    for wanted in wanted_words(query):
        found = _best_alignment(wanted, lowered, starts)
        if found is None:
            return ()
        places.update(found.places)
    return tuple(sorted(places))


def _best_alignment(wanted: str, lowered: str, starts: str) -> Alignment | None:
    has, name_at = in_order(wanted), lowered.rfind("/") + 1
    if not has(lowered):
        return None
    in_name = align(wanted, lowered, starts, name_at) if has(lowered[name_at:]) else None
    if in_name is not None and (wanted in lowered[name_at:] or not _at_words(wanted)(starts)):
        return in_name
    in_path = align(wanted, lowered, starts)
    return in_name if in_name is not None and in_name.score >= in_path.score else in_path


def wanted_words(query: str) -> list[str]:
    """What of `query` is looked for, each word by itself. A path is taken as it is copied from
    elsewhere: "./src/shop.py:12" means src/shop.py."""
    words = (_COPIED.sub("", word.replace("\\", "/")) for word in lower(query).split())
    found, room = [], MOST_LETTERS
    for word in filter(None, words):
        found.append(word[:room])
        room -= len(found[-1])
        if not room:
            break
    return found


def wanted_letters(query: str) -> str:
    """All letters that are looked for, without the blanks."""
    return "".join(wanted_words(query))


def _capitals(wanted: str) -> str:
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in wanted)


def _word_start(wanted: str) -> str:
    """Matches where a word begins with `wanted`, in a text with capitals at its words."""
    first, rest = _capitals(wanted[0]), re.escape(wanted[1:])
    return f"{re.escape(first)}(?i:{rest})"


@lru_cache(maxsize=64)
def _at_words(wanted: str) -> Callable[[str], bool]:
    """Tells whether a path, with capitals at its words, has the letters at the beginnings of
    words: each follows the one before it, or else begins the next word that it can. The last of
    them is in the name."""
    # Atomic, so that no path takes longer than its length times its words.
    ways = "".join(
        f"(?>(?i:{re.escape(one)})|.*?{re.escape(_capitals(one))})" for one in wanted[1:]
    )
    find = re.compile(f"{re.escape(_capitals(wanted[0]))}{ways}[^/]*\\Z", re.DOTALL).search
    return lambda starts: len(starts) <= _LONGEST_BY_WORDS and find(starts) is not None
