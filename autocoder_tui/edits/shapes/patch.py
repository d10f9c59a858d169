"""The `*** Begin Patch` form: sections that add, delete, update or move a file.

*** Begin Patch
*** Update File: src/report.py
*** Move to: src/reports.py
@@ class Report
@@     def total(self):
 a line that stays
-a line that goes
+a line that comes
*** End of File
*** End Patch
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.shapes.file_edit import FileEdit, Reading, is_blank, next_filled
from autocoder_tui.edits.shapes.hunk import Head, block_of, is_boundary, read_head, read_hunk

SIGNLESS = "Lines of the new file came without the sign before them."
_SECTION = re.compile(
    r"[ \t]{0,3}\*\*\*[ \t]*(Add|Create|Delete|Remove|Update|Modify)[ \t]+File:[ \t]*"
    r"([^\n]+)\n?",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"[ \t]{0,3}\*\*\*[ \t]*Begin Patch[ \t\r]*\n?", re.IGNORECASE)
_END = re.compile(r"[ \t]{0,3}\*\*\*[ \t]*End Patch[ \t\r]*\n?", re.IGNORECASE)
_MOVE = re.compile(r"\*\*\*[ \t]*(?:Move|Rename)[ \t]+to:[ \t]*([^\n]+)\n?", re.IGNORECASE)
_LAST = re.compile(r"\*\*\*[ \t]*End of File[ \t\r]*\n?", re.IGNORECASE)


def opens_patch(lines: Sequence[str], at: int) -> bool:
    """Whether a patch of this form, or a section of one, begins at this line."""
    if _BEGIN.fullmatch(lines[at]):
        following = next_filled(lines, at + 1)
        return following == len(lines) or _SECTION.fullmatch(lines[following]) is not None
    return _SECTION.fullmatch(lines[at]) is not None


def read_patch(lines: Sequence[str], at: int) -> Reading:
    """The patch that begins at line `at`."""
    begun = _BEGIN.fullmatch(lines[at]) is not None
    index = at + 1 if begun else at
    files: list[FileEdit] = []
    while index < len(lines):
        line = lines[index]
        section = _SECTION.fullmatch(line)
        if section is not None:
            edit, index = _section(lines, index, section[1].lower(), _path(section[2]))
            files.append(edit)
        elif _END.fullmatch(line):
            return Reading(tuple(files), index + 1)
        elif is_boundary(line):
            return Reading(tuple(files), index)
        elif is_blank(line) and next_filled(lines, index) < len(lines):
            index = next_filled(lines, index)
        else:
            break
    if begun and index >= len(lines) and files:
        files[-1] = _unclosed(files[-1])
        return Reading(tuple(files), index, closed=False)
    return Reading(tuple(files), index)


def _unclosed(edit: FileEdit) -> FileEdit:
    blocks = edit.blocks
    if blocks:
        blocks = (*blocks[:-1], replace(blocks[-1], closed=False))
    return replace(edit, blocks=blocks, closed=False)


def _path(word: str) -> str:
    return word.strip().strip("`\"'")


def _ends(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith("@@"):
        return read_head(line) is not None
    return line.lstrip(" ").startswith("***") and any(
        pattern.fullmatch(line) for pattern in (_SECTION, _END, _LAST, _MOVE)
    )


def _section(lines: Sequence[str], at: int, kind: str, path: str) -> tuple[FileEdit, int]:
    if kind in ("delete", "remove"):
        return FileEdit(path, deletes=True, source=lines[at]), at + 1
    if kind in ("add", "create"):
        return _added(lines, at, path)
    index = at + 1
    moved = _MOVE.fullmatch(lines[index]) if index < len(lines) else None
    if moved is not None:
        index += 1
    blocks, index = _blocks(lines, index)
    source = "".join(lines[at:index])
    if moved is not None:
        return FileEdit(_path(moved[1]), tuple(blocks), renamed_from=path, source=source), index
    return FileEdit(path, tuple(blocks), source=source), index


def _added(lines: Sequence[str], at: int, path: str) -> tuple[FileEdit, int]:
    index = at + 1
    text: list[str] = []
    signless = False
    while index < len(lines) and not _ends(lines, index):
        line = lines[index]
        if is_boundary(line):
            break
        if line.startswith("+"):
            text.append(line[1:])
        elif is_blank(line) and _ends_next(lines, index):
            break
        else:
            signless = signless or not is_blank(line)
            text.append(line)
        index += 1
    remark = SIGNLESS if signless else ""
    source = "".join(lines[at:index])
    return FileEdit(path, text="".join(text), remark=remark, source=source), index


def _ends_next(lines: Sequence[str], at: int) -> bool:
    following = next_filled(lines, at)
    return following == len(lines) or _ends(lines, following) or is_boundary(lines[following])


def _blocks(lines: Sequence[str], at: int) -> tuple[list[EditBlock], int]:
    """The changes of one section. Heads that follow one another are scopes, outermost first."""
    blocks: list[EditBlock] = []
    index = at
    while index < len(lines):
        scopes: list[str] = []
        head = Head()
        begin = index
        while index < len(lines) and (found := read_head(lines[index])) is not None:
            head = found if found.line is not None else head
            scopes.append(found.scope)
            index += 1
        lines_of_it, after = read_hunk(lines, index, head, _ends)
        if not lines_of_it:
            return blocks, max(index, after)
        block = block_of(lines_of_it, head, scopes, "".join(lines[begin:after]))
        index = after
        ending = next_filled(lines, index)
        if ending < len(lines) and _LAST.fullmatch(lines[ending]):
            block, index = replace(block, at_end=True), ending + 1
        blocks.append(block)
        following = next_filled(lines, index)
        if following < len(lines) and lines[following].startswith("@@"):
            index = following
        else:
            break
    return blocks, index
