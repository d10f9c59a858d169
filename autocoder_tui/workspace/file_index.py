"""All files of a project, laid out so that they can be searched with every letter typed.

Names are kept as they are on disk: pass them through `visible` to show them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from autocoder_tui.values import dataclass
from autocoder_tui.workspace.ignore import IgnoreRules, load_rules

MOST_FILES = 250_000
"""More than that are not searched; the index says so."""

_SMALL = re.compile(r"[a-z]+")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True, slots=True)
class FileIndex:
    """`paths` are sorted by path. The other lists go from the shortest name to the longest, of
    one length from the shortest path on, so that the likeliest are come to first; a place in one
    is the same place in each.

    `lowered` are the paths in lower case and `names` the last parts of those. `starts` have a
    capital wherever a word begins, and none elsewhere. All are as long as the paths. `initials`
    are those of the words of the names, and signs; `numbers` say where in `paths` each is.
    `cut`: there are more files than `MOST_FILES`.
    """

    paths: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    """Of each of `paths` the place in the other lists."""
    cut: bool = False

    @classmethod
    def of(cls, paths: Iterable[str], *, cut: bool = False) -> FileIndex:
        # What is listed is in order for the most part, which a set would undo.
        ordered = tuple(sorted(dict.fromkeys(paths)))
        lengths = [(len(path) - path.rfind("/") << 32) + len(path) for path in ordered]
        numbers = tuple(sorted(range(len(ordered)), key=lengths.__getitem__))
        places = [0] * len(ordered)
        for place, number in enumerate(numbers):
            places[number] = place
        # Made in the order in which they are looked at, they lie beside each other in memory: to
        # look at them here and there takes three times as long.
        lowered = tuple(lower(ordered[number]) for number in numbers)
        names = tuple(path[path.rfind("/") + 1 :] for path in lowered)
        starts = tuple(
            word_starts(ordered[at], low) for at, low in zip(numbers, lowered, strict=True)
        )
        # Few are different, so that what is said of one holds for many.
        kept: dict[str, str] = {}
        initials = tuple(
            kept.setdefault(one, one)
            for one in (
                _SMALL.sub("", marked[len(marked) - len(name) :])
                for marked, name in zip(starts, names, strict=True)
            )
        )
        return cls(ordered, lowered, names, starts, initials, numbers, tuple(places), cut)

    def path_at(self, place: int) -> str:
        """The path at a place in the lists but `paths`."""
        return self.paths[self.numbers[place]]

    def place_of(self, path: str) -> int | None:
        """Where `path` is in the lists but `paths`, None where it is not."""
        found = bisect_left(self.paths, path)
        there = found < len(self.paths) and self.paths[found] == path
        return self.places[found] if there else None


def list_files(
    root: Path, rules: IgnoreRules | None = None, *, most: int = MOST_FILES
) -> FileIndex:
    """The files of the project that are not ignored. Blocking."""
    paths: list[str] = []
    cut = False
    for path, ignored in (rules or load_rules(root)).files_below(""):
        if ignored:
            continue
        if len(paths) == most:
            cut = True
            break
        paths.append(path)
    return FileIndex.of(paths, cut=cut)


def lower(text: str) -> str:
    """`text` in lower case, as long as it was: of what becomes several letters, the first."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(letter.lower()[:1] or letter for letter in text)


def word_starts(path: str, lowered: str) -> str:
    """`path` with a capital where a word begins: after a sign, and at each hump of a camel. The
    ending of a name is no word of it: "fp" means file_picker.py rather than file.py."""
    if path == lowered:
        titled = path.title()
        marked = titled if len(titled) == len(path) else lowered
    else:
        marked = _HUMPS.sub(_capitalized, path)
    dot, name = path.rfind("."), path.rfind("/") + 1
    return marked if dot <= name else marked[:dot] + lowered[dot:]


def _capitalized(found: re.Match[str]) -> str:
    return found.group().capitalize()
