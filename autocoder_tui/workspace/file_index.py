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

_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@dataclass(frozen=True, slots=True)
class FileIndex:
    """Parallel lists, sorted by path.

    `lowered` are the paths in lower case and `names` the last parts of those. `starts` have a
    capital wherever a word begins, and none elsewhere. All are as long as the paths, so that a
    place in one is the same place in each. `cut`: there are more files than `MOST_FILES`.
    """

    paths: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    cut: bool = False

    @classmethod
    def of(cls, paths: Iterable[str], *, cut: bool = False) -> FileIndex:
        # What is listed is in order for the most part, which a set would undo.
        ordered = tuple(sorted(dict.fromkeys(paths)))
        lowered = tuple(lower(path) for path in ordered)
        return cls(
            ordered,
            lowered,
            tuple(path[path.rfind("/") + 1 :] for path in lowered),
            tuple(map(word_starts, ordered, lowered)),
            cut,
        )

    def at(self, path: str) -> int | None:
        """Where `path` is in the lists, None where it is not."""
        found = bisect_left(self.paths, path)
        return found if found < len(self.paths) and self.paths[found] == path else None


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
