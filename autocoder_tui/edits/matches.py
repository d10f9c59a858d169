"""Where a block's old lines stand in a file: by equality first, then by looser and looser ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise, starmap
from typing import NamedTuple

from autocoder_tui.edits.edit import EditLine, Manner
from autocoder_tui.edits.file_lines import (
    FileLines,
    KeyedLines,
    ends,
    indentation,
    strip,
    with_blank,
)
from autocoder_tui.edits.indentation import UNSHIFTED, Shift, find_shift
from autocoder_tui.edits.scopes import width
from autocoder_tui.edits.steps import Steps, elides
from autocoder_tui.values import dataclass

_CHAINS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A place of a block: for each old line the line of the file it is (None: none is). The
    lines that come are shifted by `shift`."""

    manner: Manner
    lines: Sequence[int | None]
    start: int
    end: int
    shift: Shift = UNSHIFTED
    likeness: float = 1.0


class Tier(NamedTuple):
    """All matches of one manner; `more`: there are others that are not listed."""

    matches: list[Match]
    more: bool


def tiers(file: FileLines, steps: Steps) -> Iterator[Tier]:
    """The matches of a block that has old lines, manner by manner; those without any left out."""
    for look in (_exact, _ends, _without_blank, _indented, _shifted_without_blank, _elided):
        tier = look(file, steps)
        if tier.matches:
            yield tier


def _exact(file: FileLines, steps: Steps) -> Tier:
    return _runs(file.exact, steps.old, "exact")


def _ends(file: FileLines, steps: Steps) -> Tier:
    return _runs(file.ends, [ends(text) for text in steps.old], "ends")


def _runs(keyed: KeyedLines, wanted: list[str], manner: Manner) -> Tier:
    starts, more = keyed.find(wanted)
    size = len(wanted)
    found = [Match(manner, range(at, at + size), at, at + size) for at in starts]
    return Tier(found, more)


def _indented(file: FileLines, steps: Steps) -> Tier:
    starts, more = file.stripped.find([strip(text) for text in steps.old])
    size = len(steps.old)
    found: list[Match] = []
    for at in starts:
        lines = range(at, at + size)
        shift = shift_of(file, steps, lines)
        if shift is not None:
            found.append(Match("indent", lines, at, at + size, shift))
    return Tier(found, more)


def match_at(file: FileLines, steps: Steps, manner: Manner, at: int) -> Match | None:
    """The match of a manner that begins at a line, where there is one."""
    size = len(steps.old)
    lines = range(at, at + size)
    if at < 0 or at + size > len(file):
        return None
    keyed, key = _KEYS.get(manner, (None, None))
    if keyed is None or key is None:
        return None
    if keyed(file).keys[at : at + size] != [key(text) for text in steps.old]:
        return None
    shift = shift_of(file, steps, lines) if manner == "indent" else UNSHIFTED
    return Match(manner, lines, at, at + size, shift) if shift is not None else None


_KEYS: dict[Manner, tuple[Callable[[FileLines], KeyedLines], Callable[[str], str]]] = {
    "exact": (lambda file: file.exact, str),
    "ends": (lambda file: file.ends, ends),
    "indent": (lambda file: file.stripped, strip),
}


def shift_of(
    file: FileLines, steps: Steps, lines: Sequence[int | None], equal_only: bool = False
) -> Shift | None:
    """How the indentation of a block stands to that of the lines it is laid beside."""
    pairs: dict[tuple[str, str], None] = {}
    for text, number in zip(steps.old, lines, strict=True):
        if number is None or not strip(text) or file.blank(number):
            continue
        if equal_only and strip(text) != file.stripped.keys[number]:
            continue
        pairs[indentation(text), indentation(file.bodies[number])] = None
    others = dict.fromkeys(indentation(text) for text in steps.added if strip(text))
    return find_shift(list(pairs), others, file.uses_tabs)


def _without_blank(file: FileLines, steps: Steps) -> Tier:
    return _full_runs(file, steps, file.full_ends, ends)


def _shifted_without_blank(file: FileLines, steps: Steps) -> Tier:
    return _full_runs(file, steps, file.full_stripped, strip)


def _full_runs(file: FileLines, steps: Steps, keyed: KeyedLines, key: Callable[[str], str]) -> Tier:
    """Matches of the lines that are not blank."""
    full = [index for index, text in enumerate(steps.old) if strip(text)]
    starts, more = keyed.find([key(steps.old[index]) for index in full])
    found: list[Match] = []
    for at in starts:
        lines = with_blank(file, steps.old, full, keyed.numbers[at : at + len(full)])
        shift = UNSHIFTED if key is ends else shift_of(file, steps, lines)
        if shift is not None:
            numbers = [number for number in lines if number is not None]
            found.append(Match("blank", lines, numbers[0], numbers[-1] + 1, shift))
    return Tier(found, more)


def _elided(file: FileLines, steps: Steps) -> Tier:
    """Matches of a block whose middle is left out: its parts, each in the order of the block."""
    parts = _parts(steps)
    if len(parts) < 2 and len(parts[0] if parts else ()) == len(steps.old):
        return Tier([], False)
    if not parts:
        return Tier([], False)
    chains: list[list[Match]] = [[]]
    for part in parts:
        piece = Steps(tuple(_old_lines(steps, part)))
        tier = next(tiers_of_part(file, piece), None)
        if tier is None or tier.more:
            return Tier([], False)
        chains = [
            [*chain, match]
            for chain in chains
            for match in tier.matches
            if not chain or chain[-1].end <= match.start
        ][: _CHAINS + 1]
    more = len(chains) > _CHAINS
    if len(chains) > 1:
        near = [chain for chain in chains if all(starmap(partial(_reaches, file), pairwise(chain)))]
        chains = near or chains
    found = [match for chain in chains if (match := _joined(file, steps, parts, chain))]
    return Tier(found, more)


def tiers_of_part(file: FileLines, steps: Steps) -> Iterator[Tier]:
    for look in (_exact, _ends, _indented):
        tier = look(file, steps)
        if tier.matches:
            yield tier


def _parts(steps: Steps) -> list[list[int]]:
    """The runs of old lines between those that stand for lines left out."""
    parts: list[list[int]] = [[]]
    for index, text in enumerate(steps.old):
        if elides(text):
            parts.append([])
        else:
            parts[-1].append(index)
    return [part for part in parts if any(strip(steps.old[index]) for index in part)]


def _old_lines(steps: Steps, part: Sequence[int]) -> list[EditLine]:
    old = [line for line in steps.lines if line.mark != "+"]
    return [old[index] for index in part]


def _reaches(file: FileLines, head: Match, tail: Match) -> bool:
    """Whether the lines between belong to one run: none is indented less than both ends."""
    least = min(
        _least(file, range(head.start, head.end)), _least(file, range(tail.start, tail.end))
    )
    return all(
        file.blank(number) or width(file.bodies[number]) >= least
        for number in range(head.end, tail.start)
    )


def _least(file: FileLines, numbers: range) -> int:
    return min((width(file.bodies[n]) for n in numbers if not file.blank(n)), default=0)


def _joined(
    file: FileLines, steps: Steps, parts: Sequence[Sequence[int]], chain: Sequence[Match]
) -> Match | None:
    lines: list[int | None] = [None] * len(steps.old)
    for part, match in zip(parts, chain, strict=True):
        for index, number in zip(part, match.lines, strict=True):
            lines[index] = number
    shift = shift_of(file, steps, lines)
    if shift is None:
        return None
    return Match("elided", lines, chain[0].start, chain[-1].end, shift)
