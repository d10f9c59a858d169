"""Files that have each of several words, in whatever order they were typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from autocoder_tui.workspace.file_index import FileIndex
from autocoder_tui.workspace.letters import in_order

_MOST_COMPARED = 4_000
"""Files that are looked at closely; they have the shortest names of those that match."""
_WHOLE, _BEGUN, _INSIDE, _IN_NAME = 8, 6, 3, 1
"""What a word counts where it is one of the path's own, begins one, or is in one; and how much
more that is in the name."""


def by_words(
    index: FileIndex, matching: Sequence[int], words: Sequence[str], first: Iterable[str] = ()
) -> list[int]:
    """The places in `index` of those of `matching` that have the letters of each word in order,
    the likeliest first; before its like stands what is among `first`. `matching` have those of the
    first word, and are in the order of the index."""
    lowered = index.lowered
    for has in map(in_order, words[1:]):
        matching = [at for at in matching if has(lowered[at])]
    counts = [_counted(word) for word in words]
    order = {path: number for number, path in enumerate(dict.fromkeys(first))}

    def rank(at: int) -> tuple[int, int, int]:
        score = sum(count(index, at) for count in counts)
        return -score, order.get(index.path_at(at), len(order)), at

    return [*sorted(matching[:_MOST_COMPARED], key=rank), *matching[_MOST_COMPARED:]]


def _counted(word: str) -> Callable[[FileIndex, int], int]:
    """How much a word says for a file."""
    first = word[0].upper() if len(word[0].upper()) == 1 else word[0]
    begun = re.compile(f"{re.escape(first)}(?i:{re.escape(word[1:])})")
    whole = re.compile(f"{begun.pattern}(?![a-z])")

    def count(index: FileIndex, at: int) -> int:
        lowered, starts = index.lowered[at], index.starts[at]
        if word not in lowered:
            return 0
        name_at = len(lowered) - len(index.names[at])
        for expression, worth in ((whole, _WHOLE), (begun, _BEGUN)):
            if expression.search(starts, name_at):
                return worth + _IN_NAME
            if expression.search(starts):
                return worth
        return _INSIDE + (_IN_NAME if word in index.names[at] else 0)

    return count
