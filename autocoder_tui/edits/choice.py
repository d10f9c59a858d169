"""What the blocks of one file say of each other: a choice between places that are equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock, Manner
from autocoder_tui.edits.file_lines import FileLines, indentation, strip
from autocoder_tui.edits.location import Location
from autocoder_tui.edits.matches import Match, match_at
from autocoder_tui.edits.steps import substantial

_SIZES = frozenset({2, 3, 4, 8})
"""Columns a tab may stand for."""


def choose_by_tabs(file: FileLines, locations: list[Location]) -> None:
    """Let the depth choose between places that are equal but for indentation, where a block has
    tabs for the blanks of the file: the one that is as deep, whatever a tab stands for.

    The blocks that have a place must bear out that tabs stand for blanks; where several places
    are deep enough for some width of a tab, theirs is the one. The other way round, of blanks for
    tabs, they must be there: else the block might only be shifted.
    """
    sizes = _SIZES
    witnesses = 0
    for location in locations:
        if location.match is not None and (pairs := _indentations(file, location, location.match)):
            sizes &= _tab_sizes(pairs)
            witnesses += 1
    for index, location in enumerate(locations):
        if location.match is not None or location.more or len(location.rivals) < 2:
            continue
        if not witnesses and not (file.uses_tabs is False and _has_tabs_only(location)):
            continue
        fitting = [
            match
            for match in location.rivals
            if match.manner in ("indent", "blank")
            and (pairs := _indentations(file, location, match))
            and sizes & _tab_sizes(pairs)
        ]
        if len(fitting) == 1:
            locations[index] = replace(location, match=fitting[0])


def _indentations(file: FileLines, location: Location, match: Match) -> set[tuple[str, str]]:
    """The indentations of old lines, each with that of the line of the file; none where there is
    no difference of tabs and blanks to be seen."""
    pairs = {
        (indentation(text), indentation(file.bodies[number]))
        for text, number in zip(location.steps.old, match.lines, strict=True)
        if number is not None and strip(text) and not file.blank(number)
    }
    return pairs if any(("\t" in mine) or ("\t" in theirs) for mine, theirs in pairs) else set()


def _tab_sizes(pairs: set[tuple[str, str]]) -> frozenset[int]:
    """The widths of a tab at which all of these indentations are equal in pairs."""
    if all(mine == theirs for mine, theirs in pairs):
        return frozenset()
    return frozenset(
        size
        for size in _SIZES
        if all(len(mine.expandtabs(size)) == len(theirs.expandtabs(size)) for mine, theirs in pairs)
    )


def _has_tabs_only(location: Location) -> bool:
    indents = [indentation(text) for text in location.steps.old if strip(text)]
    return any(indents) and all(not indent.strip("\t") for indent in indents)


def choose_by_numbers(
    file: FileLines, blocks: Sequence[EditBlock], locations: list[Location]
) -> None:
    """Let line numbers choose between places that are equal, where nothing speaks against them.

    Every block whose place is known must be off by the same, and more than one if it is off at
    all. Without such a witness the number must be right to the line, that of the lines too, and
    the lines must have some text: else it would be the number alone that places them.
    """
    witnesses = [
        location.match.start - (block.line - 1)
        for block, location in zip(blocks, locations, strict=True)
        if location.match is not None and block.line is not None and location.match.lines
    ]
    offset = witnesses[0] if witnesses else 0
    if any(other != offset for other in witnesses) or (offset and len(witnesses) < 2):
        return
    for index, (block, location) in enumerate(zip(blocks, locations, strict=True)):
        if not location.rivals or block.line is None:
            continue
        old = location.steps.old
        if block.last is not None and block.last - block.line + 1 != len(old):
            continue
        if not witnesses and (location.contested or not substantial(old, 3)):
            continue
        match = _rival_at(file, location, block.line - 1 + offset)
        if match is not None:
            manner: Manner = "numbers" if match.manner == "exact" else match.manner
            locations[index] = replace(location, match=replace(match, manner=manner))


def _rival_at(file: FileLines, location: Location, start: int) -> Match | None:
    if location.more:
        return match_at(file, location.steps, location.rivals[0].manner, start)
    fitting = [match for match in location.rivals if match.start == start]
    return fitting[0] if len(fitting) == 1 else None
