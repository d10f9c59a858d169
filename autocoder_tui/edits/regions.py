"""From a block laid beside lines of a file to the lines that are replaced.

Lines that stay keep the file's own text, and lines of the file that the block does not show are
kept too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.edits.file_lines import BLANKS, FileLines, body, indentation, strip
from autocoder_tui.edits.matches import Match
from autocoder_tui.edits.steps import Steps, elides
from autocoder_tui.text.alignment import matching_blocks
from autocoder_tui.values import dataclass

_ALIKE = 0.6
"""A line that goes must be that like to the one of the file."""
_FRAME = 0.85
"""Unless the place is that like the block, and the lines beside it are equal."""


@dataclass(frozen=True, slots=True)
class Region:
    """Lines `start` to `end` (half open) of the file give way to `new`. `after`: what comes
    belongs to the line before it, if it is an insertion. `ends`: whether the file then ends with
    a newline, where the region reaches its end and the block says so."""

    start: int
    end: int
    new: tuple[str, ...]
    after: bool = True
    ends: bool | None = None


class _Walk:
    """The steps of one block, walked along the file."""

    def __init__(self, file: FileLines, match: Match, *, literal: bool) -> None:
        self.file = file
        self.match = match
        self.literal = literal
        self.cursor = match.start
        self.regions: list[Region] = []
        self._start: int | None = None
        self._new: list[str] = []
        self._seen = False

    def add(self, text: str) -> None:
        if self._start is None:
            self._start = self.cursor
        self._new.append(self._adapted(body(text)))

    def drop(self, number: int | None) -> None:
        if number is None:
            return
        if self.cursor < number:
            if self._start is not None and self._start < self.cursor:
                if not self.file.all_blank(self.cursor, number):
                    self.close()
            else:
                self.close()
        if self._start is None:
            self._start = number
        self.cursor = number + 1
        self._seen = True

    def keep(self, number: int | None) -> None:
        self.close()
        if number is not None:
            self.cursor = number + 1
            self._seen = True

    def skip_to(self, number: int) -> None:
        self.close()
        self.cursor = number

    def close(self) -> None:
        if self._start is None:
            return
        self.regions.append(Region(self._start, self.cursor, tuple(self._new), self._seen))
        self._start = None
        self._new = []

    def _adapted(self, text: str) -> str:
        if self.literal or not self.file.lines:
            return text + "\n"
        if "\n" in self.file.text:
            text = text.removesuffix("\r")
        if strip(text) or self.match.shift.converts:
            indent = indentation(text)
            text = self.match.shift.of(indent) + text[len(indent) :]
        return text + self.file.line_end_near(self.cursor)


def regions_of(file: FileLines, steps: Steps, match: Match) -> list[Region]:
    """What a match replaces, in the order of the file; stretches of lines that stay lie between."""
    terminated = any(n is not None and file.lines[n].endswith("\n") for n in match.lines)
    walk = _Walk(file, match, literal=match.manner in ("exact", "numbers") and terminated)
    index = 0
    for line in steps.lines:
        if line.mark == "+":
            walk.add(line.text)
            continue
        number = match.lines[index]
        index += 1
        if line.mark == "-":
            walk.drop(number)
        elif number is None and elides(line.text):
            following = next((n for n in match.lines[index:] if n is not None), None)
            walk.skip_to(match.end if following is None else following)
        elif walk.literal and _gains_newline(file, steps, line.text, number):
            walk.drop(number)
            walk.add(line.text)
        else:
            walk.keep(number)
    walk.close()
    regions = _at_the_end(file, steps, match, walk.regions)
    return [part for region in regions for part in _least(file, region)]


def _least(file: FileLines, region: Region) -> list[Region]:
    """A region without the lines that it would put in their own place: those stay."""
    old = file.lines[region.start : region.end]
    if region.ends is not None or not old or not region.new:
        return [region]
    parts: list[Region] = []
    i = j = 0
    for same in [*matching_blocks(old, region.new, 20_000), None]:
        old_to, new_to = (same.old, same.new) if same else (len(old), len(region.new))
        if i < old_to or j < new_to:
            start, end = region.start + i, region.start + old_to
            parts.append(Region(start, end, region.new[j:new_to], region.after or i > 0))
        if same:
            i, j = same.old + same.length, same.new + same.length
    return parts


def _gains_newline(file: FileLines, steps: Steps, text: str, number: int | None) -> bool:
    """Whether a line that stays, the last of the file, is only to be given its newline."""
    if number is None or steps.old_ends or not text.endswith("\n"):
        return False
    return not file.lines[number].endswith("\n")


def _at_the_end(file: FileLines, steps: Steps, match: Match, regions: list[Region]) -> list[Region]:
    """Settle whether the file ends with a newline, where the block reaches its end."""
    size = len(file)
    if regions and regions[-1].end == size and not steps.old:
        wanted = file.lines[-1].endswith("\n") if size else steps.new_ends
        regions[-1] = replace(regions[-1], ends=wanted)
        return regions
    if not size or match.end < size or not match.lines or match.lines[-1] != size - 1:
        return regions
    had = file.lines[-1].endswith("\n")
    wanted = steps.new_ends if steps.old_ends == had else had
    if regions and regions[-1].end == size:
        regions[-1] = replace(regions[-1], ends=wanted)
    elif wanted != had:
        last = file.lines[-1]
        new = (last if had else last + file.line_end_near(size - 1),)
        regions.append(Region(size - 1, size, new, True, wanted))
    return regions


def _framed(match: Match, likeness: Sequence[float], index: int) -> bool:
    """Whether the old line before `index` is the only wrong one of its surroundings, in a place
    that is else as good as equal."""
    around = range(index - 2, index + 1)
    if match.likeness < _FRAME or around[0] < 0 or around[-1] >= len(likeness):
        return False
    first, number, last = (match.lines[n] for n in around)
    if first is None or number is None or last is None or (number - first, last - number) != (1, 1):
        return False
    return likeness[around[0]] == likeness[around[-1]] == 1.0


def unsure(file: FileLines, steps: Steps, match: Match, likeness: Sequence[float]) -> bool:
    """Whether a match by likeness leaves open what is to go or where lines are to come.

    `likeness` is that of each old line to the line it is laid beside.
    """
    before: int | None = None  # the last line of the file met
    mark_before, shown_before, added = "", True, False
    like_before: float | None = None  # of the last line with text
    index = 0
    for line in steps.lines:
        if line.mark == "+":
            added = True
            continue
        number, like = match.lines[index], likeness[index]
        index += 1
        blank = not line.text.strip(BLANKS + "\n")
        shown = number is not None or blank
        if line.mark == "-" and not shown:
            return True
        if line.mark == "-" and not blank and like < _ALIKE and not _framed(match, likeness, index):
            return True
        if not blank:
            beside = mark_before != "-" and line.mark == " "
            if added and beside and _loose(match, like_before, like):
                return True
            like_before = like
        if number is None:
            shown_before = shown_before and shown
            mark_before = mark_before if blank else line.mark
            continue
        gap = before is not None and not file.all_blank(before + 1, number)
        if gap and (line.mark == mark_before == "-"):
            return True
        if added and (gap or before is None) and (not shown_before or mark_before != "-"):
            if line.mark == " " and (gap or not shown_before):
                return True
        before, mark_before, shown_before, added = number, line.mark, True, False
    return added and (not shown_before or (mark_before == " " and _loose(match, like_before, None)))


def _loose(match: Match, before: float | None, after: float | None) -> bool:
    """Whether of the two lines that say where lines come one is another line of the file, and
    nothing makes up for it: an equal one on the other side, in a place that is as good as
    equal. None: the block has none there."""
    known = [like for like in (before, after) if like is not None]
    held = len(known) == 2 and max(known) == 1.0 and match.likeness >= _FRAME
    return bool(known) and min(known) < _ALIKE and not held
