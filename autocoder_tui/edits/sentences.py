"""What is said of a block that stands nowhere: what was looked for, and what differs first.

The lines quoted are raw: whoever shows them makes them safe.
"""

from __future__ import annotations

from collections.abc import Sequence

from autocoder_tui.edits.edit import Candidate
from autocoder_tui.edits.file_lines import FileLines, ends, strip
from autocoder_tui.edits.likeness import Alike

_QUOTED = 160
_LISTED = 6


def quoted(text: str) -> str:
    """A line as it is quoted in a sentence."""
    text = strip(text)
    return "`" + (text if len(text) <= _QUOTED else text[:_QUOTED] + "…") + "`"


def nowhere(file: FileLines, old: Sequence[str], nearest: Alike | None) -> str:
    """The first line that differs at the likest place, and what stands there."""
    first = next((text for text in old if strip(text)), "")
    if nearest is None:
        return f"The file has nothing like the lines to be changed; the first is {quoted(first)}."
    place = f"Most like it are lines {nearest.start + 1} to {nearest.end}"
    expected = nearest.start
    for text, number in zip(old, nearest.lines, strict=True):
        if number is None:
            if not strip(text):
                continue
            if expected >= len(file):
                return f"{place}, where the file ends before {quoted(text)}."
            there = quoted(file.bodies[expected])
            return f"{place}, but {quoted(text)} is missing there: line {expected + 1} is {there}."
        if number > expected and not file.all_blank(expected, number):
            there = quoted(file.bodies[expected])
            return f"{place}, but line {expected + 1}, {there}, comes before {quoted(text)}."
        if ends(text) != ends(file.bodies[number]):
            there = quoted(file.bodies[number])
            return f"{place}, but instead of {quoted(text)}, line {number + 1} is {there}."
        expected = number + 1
    return f"{place}."


def several(old: Sequence[str], candidates: Sequence[Candidate], more: bool) -> str:
    first = next((text for text in old if strip(text)), "")
    numbers = ", ".join(str(place.start + 1) for place in candidates[:_LISTED])
    rest = " and others" if more or len(candidates) > _LISTED else ""
    return f"The lines from {quoted(first)} on fit in more than one place: lines {numbers}{rest}."
