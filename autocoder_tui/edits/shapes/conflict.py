"""A whole text in which marks of a conflict hold the old and the new lines of each change."""

from __future__ import annotations

from autocoder_tui.edits.edit import split_lines
from autocoder_tui.edits.shapes.search import opens_block, read_block


def without_conflicts(text: str, given: str) -> str | None:
    """The new text, where `text` is that of `given` with the old and the new lines of each change
    between marks; None where it is anything else."""
    if "<<<<<" not in text or "<<<<<" in given:
        return None
    lines = split_lines(text)
    old: list[str] = []
    new: list[str] = []
    at = 0
    while at < len(lines):
        if not opens_block(lines[at]):
            old.append(lines[at])
            new.append(lines[at])
            at += 1
            continue
        read = read_block(lines, at, given)
        if not read.block.closed:
            return None
        old += read.block.old
        new += read.block.new
        at = read.after
    return "".join(new) if _bare(old) == _bare(split_lines(given)) else None


def _bare(lines: list[str]) -> list[str]:
    bare = [line.rstrip(" \t\r\n") for line in lines]
    while bare and not bare[-1]:
        bare.pop()
    return bare
