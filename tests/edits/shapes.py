"""Changes written down as blocks, in each of the shapes models use, without a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autocoder_tui.edits.edit import EditBlock, EditLine, split_lines
from autocoder_tui.edits.shapes.patch import read_patch
from autocoder_tui.edits.shapes.search import render_block
from autocoder_tui.edits.shapes.unified import read_diff
from autocoder_tui.engine.reply.parse import parse_reply
from autocoder_tui.text.alignment import matching_blocks
from tests.edits import renders
from tests.edits.releases import Change

_HEADING = re.compile(r"[A-Za-z_$]")
_MOST = 8
"""Hunks of one change; of a greater one these are the whole change."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` to `end` (from 0, half open) give way to `new`."""

    start: int
    end: int
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A block, with the hunks it stands for. `counted`: the fault of the row is in it."""

    block: EditBlock
    hunks: tuple[Hunk, ...]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """A file and the blocks of its change."""

    text: str
    told: tuple[Told, ...]

    def wanted(self, numbers: Sequence[int]) -> str:
        """The file with the changes of these blocks made."""
        hunks = {hunk for number in numbers for hunk in self.told[number].hunks}
        return spliced(self.text, sorted(hunks, key=lambda hunk: (hunk.start, hunk.end)))


def spliced(text: str, hunks: Sequence[Hunk]) -> str:
    lines, result, at = split_lines(text), list[str](), 0
    for hunk in hunks:
        result += [*lines[at : hunk.start], *hunk.new]
        at = hunk.end
    return "".join([*result, *lines[at:]])


def hunks_of(change: Change) -> list[Hunk]:
    old, new = split_lines(change.old), split_lines(change.new)
    found: list[Hunk] = []
    i = j = 0
    for match in [*matching_blocks(old, new), None]:
        old_to, new_to = (match.old, match.new) if match else (len(old), len(new))
        if i < old_to or j < new_to:
            found.append(Hunk(i, old_to, tuple(new[j:new_to])))
        if match:
            i, j = match.old + match.length, match.new + match.length
    return found[:_MOST]


def _groups(hunks: Sequence[Hunk], context: int) -> list[list[Hunk]]:
    """Hunks whose context would touch are told together."""
    groups: list[list[Hunk]] = []
    for hunk in hunks:
        if groups and hunk.start - groups[-1][-1].end <= 2 * context:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return groups


def block_of(lines: Sequence[str], group: Sequence[Hunk], start: int, end: int) -> EditBlock:
    """A block of the lines `start` to `end`, those that stay marked, with its line numbers."""
    steps: list[EditLine] = []
    at = start
    for hunk in group:
        steps += [EditLine(" ", line) for line in lines[at : hunk.start]]
        steps += [EditLine("-", line) for line in lines[hunk.start : hunk.end]]
        steps += [EditLine("+", line) for line in hunk.new]
        at = hunk.end
    steps += [EditLine(" ", line) for line in lines[at:end]]
    return EditBlock(tuple(steps), has_context=True, line=start + 1, last=end)


def _unique(lines: Sequence[str], group: Sequence[Hunk], least: int) -> tuple[int, int]:
    """The lines to show so that they occur once, as a careful writer does."""
    start, end = max(0, group[0].start - least), min(len(lines), group[-1].end + least)
    while start > 0 or end < len(lines):
        shown = lines[start:end]
        if any(line.strip() for line in shown) and _count(lines, shown) == 1:
            break
        start, end = max(0, start - 1), min(len(lines), end + 1)
    return start, end


def _count(lines: Sequence[str], shown: Sequence[str]) -> int:
    first, size = shown[0], len(shown)
    return sum(
        1
        for at in range(len(lines) - size + 1)
        if lines[at] == first and lines[at : at + size] == shown
    )


def as_search(block: EditBlock) -> EditBlock:
    """A search and its replacement, without marks of what stays."""
    plain = EditBlock.of("".join(block.old), "".join(block.new))
    return replace(block, lines=plain.lines, has_context=False)


def search_replace(change: Change) -> list[Told]:
    return _searches(change, 2)


def bare_search(change: Change) -> list[Told]:
    """As few lines as can be: often one."""
    return _searches(change, 0)


def _searches(change: Change, context: int) -> list[Told]:
    lines, found = split_lines(change.old), list[Told]()
    for group in _groups(hunks_of(change), context):
        block = as_search(block_of(lines, group, *_unique(lines, group, context)))
        found.append(Told(replace(block, line=None, last=None), tuple(group)))
    return found


def unified(change: Change) -> list[Told]:
    lines, found = split_lines(change.old), list[Told]()
    for group in _groups(hunks_of(change), 3):
        start, end = max(0, group[0].start - 3), min(len(lines), group[-1].end + 3)
        block = block_of(lines, group, start, end)
        heading = next((line for line in lines[:start][::-1] if _HEADING.match(line)), None)
        scopes = (heading.strip()[:80],) if heading else ()
        found.append(Told(replace(block, scopes=scopes), tuple(group)))
    return found


def begin_patch(change: Change) -> list[Told]:
    lines, found = split_lines(change.old), list[Told]()
    for group in _groups(hunks_of(change), 3):
        start, end = _unique(lines, group, 3)
        block = replace(block_of(lines, group, start, end), line=None, last=None)
        found.append(Told(replace(block, scopes=enclosing(lines, start)), tuple(group)))
    return found


def enclosing(lines: Sequence[str], start: int) -> tuple[str, ...]:
    """The `class` and `def` lines, or their like, that a line lies under."""
    shown = next((line for line in lines[start:] if line.strip()), "")
    depth = len(shown) - len(shown.lstrip())
    found: list[str] = []
    for line in lines[:start][::-1]:
        own = len(line) - len(line.lstrip())
        if line.strip() and own < depth:
            depth = own
            if re.match(r"\s*(?:export )?(?:class|def|async def|function|fn|func|impl)\b", line):
                found.insert(0, line.strip())
            if not own:
                break
    return tuple(found)


def line_ranges(change: Change) -> list[Told]:
    lines, found = split_lines(change.old), list[Told]()
    for group in _groups(hunks_of(change), 2):
        start, end = _unique(lines, group, 2)
        found.append(Told(as_search(block_of(lines, group, start, end)), tuple(group)))
    return found


SHAPES: dict[str, Callable[[Change], list[Told]]] = {
    "search/replace": search_replace,
    "bare search": bare_search,
    "unified diff": unified,
    "begin patch": begin_patch,
    "line ranges": line_ranges,
}


def _read_searches(blocks: list[EditBlock]) -> list[EditBlock]:
    if any(not line.text.endswith("\n") for block in blocks for line in block.lines):
        return blocks  # marks stand on lines of their own: such an end can't be written
    text = '<edit path="a">\n' + "".join(map(render_block, blocks)) + "</edit>\n"
    return _edits(text)


def _read_diff(blocks: list[EditBlock]) -> list[EditBlock]:
    (file,) = read_diff(split_lines(renders.diff("a", blocks)), 0).files
    return list(file.blocks)


def _read_patch(blocks: list[EditBlock]) -> list[EditBlock]:
    (file,) = read_patch(split_lines(renders.patch("a", blocks)), 0).files
    return list(file.blocks)


def _edits(text: str) -> list[EditBlock]:
    (file,) = parse_reply(text).files
    return list(file.edits)


READ: dict[str, Callable[[list[EditBlock]], list[EditBlock]]] = {
    "search/replace": _read_searches,
    "bare search": _read_searches,
    "unified diff": _read_diff,
    "begin patch": _read_patch,
}
"""By shape: the blocks written as text and read back, where the text form has a part in it."""
