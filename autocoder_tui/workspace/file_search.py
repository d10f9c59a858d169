"""Files found by some letters of their names, the likeliest first.

A file matches when it has the letters in their order. How likely it is meant goes by where they
are, in tiers: the name begins with them, a word of the name does, they are the first letters of
its words, they are in it side by side, or with gaps; then the same of the path. Within a tier the
shorter comes first. What was picked lately, or is picked now, is one tier up and first in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from heapq import nsmallest

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.file_index import FileIndex, lower, word_starts
from autocoder_tui.workspace.letters import Alignment, align, in_order

MOST_LETTERS = 128
"""Of what is typed; the rest is not looked at."""
MOST_FOUND = 200
_MOST_ALIGNED = 300
"""Files of a tier with gaps that are looked at closely; they are the shortest of it."""

_Rank = tuple[int | float, ...]
_Tier = tuple[Callable[[int], bool], Callable[[int], _Rank]]


@dataclass(frozen=True, slots=True)
class Found:
    """The likeliest of `total` files that match, the first of them most likely."""

    paths: tuple[str, ...]
    total: int


class FileSearch:
    """Looks in one index. What is typed on is looked for in what was found before."""

    def __init__(self, index: FileIndex) -> None:
        self.index = index
        self._last = ""
        self._matching: Sequence[int] = range(len(index.paths))

    def search(self, query: str, first: Iterable[str] = (), *, most: int = MOST_FOUND) -> Found:
        """Files with the letters of `query`; `first` are those picked, the latest first."""
        wanted = wanted_letters(query)
        matching = self._narrow(wanted)
        if not wanted:
            return self._everything(first, most)
        preferred = self._preferred(first, wanted)
        rest = [at for at in matching if at not in preferred] if preferred else matching
        ranked: list[int] = []
        for number, (belongs, rank) in enumerate(self._tiers(wanted)):
            # Those preferred are of the tier below, but for the best, which has its own too.
            ranked += [at for at, tier in preferred.items() if max(tier - 1, 0) == number]
            if len(ranked) < most:
                hits = [at for at in rest if belongs(at)]
                best = self._best(hits, rank, most - len(ranked))
                ranked += best
                if len(ranked) < most and hits:
                    taken = set(hits)
                    rest = [at for at in rest if at not in taken]
        paths = self.index.paths
        return Found(tuple(paths[at] for at in ranked[:most]), len(matching))

    def _everything(self, first: Iterable[str], most: int) -> Found:
        """All files by their paths, those preferred before the others."""
        paths = self.index.paths
        picked = [path for path in dict.fromkeys(first) if self.index.at(path) is not None]
        some = paths[: most + len(picked)]
        return Found(tuple(dict.fromkeys((*picked, *some)))[:most], len(paths))

    def _narrow(self, wanted: str) -> Sequence[int]:
        """The files that have the letters in order: of those found last, where more were typed."""
        everything: Sequence[int] = range(len(self.index.paths))
        known = self._matching if self._last and wanted.startswith(self._last) else everything
        if wanted and wanted != self._last:
            has, lowered = in_order(wanted), self.index.lowered
            known = [at for at in known if has(lowered[at])]
        self._last, self._matching = wanted, known
        return known

    def _preferred(self, first: Iterable[str], wanted: str) -> dict[int, int]:
        """Which of the files `first` match, in that order, and the tier each is of."""
        has = in_order(wanted)
        places = (self.index.at(path) for path in first)
        matching = [at for at in places if at is not None and has(self.index.lowered[at])]
        tiers = self._tiers(wanted)
        return {
            at: next(number for number, (belongs, _) in enumerate(tiers) if belongs(at))
            for at in matching
        }

    def _best(self, hits: list[int], rank: Callable[[int], _Rank], most: int) -> list[int]:
        if rank not in (self._by_name_letters, self._by_path_letters):
            return nsmallest(most, hits, key=lambda at: (rank(at), at))
        paths = self.index.paths
        close = nsmallest(_MOST_ALIGNED, hits, key=lambda at: (len(paths[at]), at))
        return nsmallest(most, close, key=lambda at: (rank(at), at))

    # ------------------------------------------------------------------ tiers

    def _tiers(self, wanted: str) -> tuple[_Tier, ...]:
        """Which files belong to each, unless to one before it, and how they rank within it."""
        self._wanted = wanted
        lowered, names, starts = self.index.lowered, self.index.names, self.index.starts
        word = re.compile(_word_start(wanted)).search
        part = re.compile(f"(?:^|/){re.escape(wanted)}").search
        by_path: tuple[_Tier, ...] = (
            (lambda at: part(lowered[at]) is not None, self._by_length),
            (lambda at: wanted in lowered[at], self._by_length),
            (lambda _: True, self._by_path_letters),
        )
        if "/" in wanted:
            folder = f"/{wanted}"
            whole = (
                lambda at: lowered[at] == wanted or lowered[at].endswith(folder),
                self._by_length,
            )
            return (whole, *by_path)
        initials, inside = in_order(_capitals(wanted)), in_order(wanted)
        return (
            (lambda at: names[at].startswith(wanted), self._by_length),
            (lambda at: word(starts[at], self._name_at(at)) is not None, self._by_length),
            (lambda at: initials(starts[at][self._name_at(at) :]), self._by_length),
            (lambda at: wanted in names[at], self._by_length),
            (lambda at: inside(names[at]), self._by_name_letters),
            *by_path,
        )

    def _name_at(self, at: int) -> int:
        return len(self.index.lowered[at]) - len(self.index.names[at])

    def _by_length(self, at: int) -> _Rank:
        return len(self.index.names[at]), len(self.index.paths[at])

    def _by_name_letters(self, at: int) -> _Rank:
        return -self._aligned(at, self._name_at(at)).score, *self._by_length(at)

    def _by_path_letters(self, at: int) -> _Rank:
        return -self._aligned(at, 0).score, *self._by_length(at)

    def _aligned(self, at: int, start: int) -> Alignment:
        return align(self._wanted, self.index.lowered[at], self.index.starts[at], start)


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
