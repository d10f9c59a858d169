"""A piece of code from an answer that names no place: where in a file it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from autocoder_tui.edits.edit import split_lines
from autocoder_tui.edits.file_lines import FileLines, indentation, squeeze
from autocoder_tui.edits.likeness import Comparison
from autocoder_tui.edits.scopes import extents
from autocoder_tui.text.alignment import matching_blocks

_DEFINES: Final = re.compile(
    r"[ \t]*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async"
    r"|pub(?:\([a-z]+\))?|unsafe|extern|inline|const)[ \t]+)*"
    r"((?:def|class|function|func|fn|interface|struct|enum|trait|impl|type|module)"
    r"[ \t]+[A-Za-z_$][\w$]*)"
)
_LEADS: Final = re.compile(r"[ \t]*(?:@|#\[|//|#|\*|/\*)")
_ALIKE: Final = 0.6
"""Less like a place than this, code is new."""
_LEAD: Final = 0.15
"""By so much the place must be more like it than the next."""
_MOST_SHARE: Final = 0.6
"""Of a file's lines; a text that has more of them is taken for all of it."""


class Region(NamedTuple):
    """Lines `start` to `end` (from 0, half open) and what is to stand there."""

    start: int
    end: int
    new: tuple[str, ...]


def is_all_of(text: str, fragment: str) -> bool:
    """Whether `fragment` looks like the whole file that `text` is, changed."""
    there = [key for line in split_lines(text) if (key := squeeze(line))]
    mine = [key for line in split_lines(fragment) if (key := squeeze(line))]
    kept = sum(block.length for block in matching_blocks(there, mine, 100_000))
    return not there or kept >= _MOST_SHARE * len(there)


def with_fragment(text: str, fragment: str) -> str | None:
    """`text` with `fragment` in the place of what it is a new version of; None where no place
    is surely it."""
    lines, mine = split_lines(text), _without_blank_ends(split_lines(fragment))
    if not mine or not lines:
        return None
    file = FileLines(text)
    regions = _by_names(file, mine) or _by_likeness(file, mine)
    if not regions or any(_loses(lines[one.start : one.end], mine) for one in regions):
        return None
    for region in sorted(regions, reverse=True):
        new = _indented(region.new, lines[region.start : region.end])
        if region.end == len(lines) and lines[-1] and not lines[-1].endswith("\n"):
            new[-1] = new[-1].removesuffix("\n")
        lines[region.start : region.end] = new
    return "".join(lines)


def with_addition(text: str, fragment: str) -> str:
    """`text` with `fragment` at its end, as many blank lines before it as stand between the
    definitions there."""
    mine = _without_blank_ends(split_lines(fragment))
    if not text.strip() or not mine:
        return "".join(mine) or text
    gap = 2 if "\n\n\n" in text.strip() else 1
    return text.rstrip("\r\n") + "\n" * (gap + 1) + "".join(mine)


def _by_names(file: FileLines, mine: Sequence[str]) -> list[Region]:
    """A region for each definition, if the fragment is made of such that the file has once."""
    regions: list[Region] = []
    for start, end, name in _definitions(mine):
        found = extents(file, [name])
        if len(found) != 1:
            return []
        own = list(mine[start:end])
        extent = found[0]
        first = extent.header
        # Decorators and comments before it belong to it where the fragment has some, too.
        while _leading(own) and first and _LEADS.match(file.bodies[first - 1]):
            first -= 1
        regions.append(Region(first, extent.end, tuple(_without_blank_ends(own))))
    regions.sort()
    crossing = any(a.end > b.start for a, b in pairwise(regions))
    return [] if crossing else regions


def _loses(old: Sequence[str], mine: Sequence[str]) -> bool:
    """Whether something is defined in `old` that is not in the fragment: a class of which but one
    method is shown."""
    return bool(_names(old) - _names(mine))


def _names(lines: Sequence[str]) -> set[str]:
    return {found[1] for line in lines if (found := _DEFINES.match(line))}


def _leading(lines: Sequence[str]) -> bool:
    return bool(lines) and _LEADS.match(lines[0]) is not None


def _definitions(mine: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The stretches of a fragment, each with the name it defines; none where a stretch has none."""
    filled = [line for line in mine if line.strip()]
    base = min((len(indentation(line).expandtabs(8)) for line in filled), default=0)
    heads: list[tuple[int, str]] = []
    for at, line in enumerate(mine):
        own = len(indentation(line).expandtabs(8))
        if own == base and (found := _DEFINES.match(line)):
            start = at
            while start and _LEADS.match(mine[start - 1]):
                start -= 1
            heads.append((start, found[1]))
    if not heads or any(line.strip() for line in mine[: heads[0][0]]):
        return
    ends = [start for start, _ in heads[1:]] + [len(mine)]
    for (start, name), end in zip(heads, ends, strict=True):
        yield start, end, name


def _by_likeness(file: FileLines, mine: Sequence[str]) -> list[Region]:
    best = Comparison(file).best(mine)
    if not best or best[0].likeness < _ALIKE:
        return []
    if len(best) > 1 and best[0].likeness - best[1].likeness < _LEAD:
        return []
    return [Region(best[0].start, best[0].end, tuple(mine))]


def _indented(new: Sequence[str], old: Sequence[str]) -> list[str]:
    """`new` moved to the right or left as a whole, to begin where `old` does."""
    mine = next((indentation(line) for line in new if line.strip()), "")
    there = next((indentation(line) for line in old if line.strip()), "")
    if mine == there or not all(line.startswith(mine) for line in new if line.strip()):
        return list(new)
    return [there + line[len(mine) :] if line.strip() else line for line in new]


def _without_blank_ends(lines: Sequence[str]) -> list[str]:
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if not filled:
        return []
    kept = list(lines[filled[0] : filled[-1] + 1])
    if not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    return kept
