"""What a reader should know of a reply beside its files: marks that are left, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autocoder_tui.engine.reply.blocks import Block
from autocoder_tui.engine.reply.framing import read_closing
from autocoder_tui.engine.reply.marks import mark_outside, marks_left_anew

LEFT = "A mark of a frame is left in it:"
_MANY_LINES = 40
"""Filled lines after the last file from which on it is said that the reply went on."""


def mark_remark(block: Block, given: str | None) -> str:
    """A remark on a mark of a frame that is left in the file, "" without one."""
    left = "" if block.verbatim else marks_left_anew(block.text, given)
    return f"{LEFT} {left}" if left else ""


def problems_around(text: str, blocks: Sequence[Block], notes: str) -> list[str]:
    """What is amiss with the reply outside its files."""
    problems = []
    mark = mark_outside(notes)
    if mark:
        problems.append(f"A mark of a frame stands outside the files, unread: {mark}")
    last = blocks[-1]
    after = sum(1 for line in text[last.end :].split("\n") if line.strip())
    if last.closed and after >= _MANY_LINES:
        problems.append(
            f"The reply goes on for {after:,} lines after its last file was closed: "
            "they are with the notes."
        )
    return problems


def may_go_on(text: str, last: Block) -> bool:
    """Whether more text follows the last file and then another line that closes it: the first one
    may have come too early, inside the file."""
    if not last.closed or not last.is_whole:
        return False
    filled = [line for line in text[last.end :].split("\n") if line.strip()]
    closing = next((n for n, line in enumerate(filled) if read_closing(line) == ""), 0)
    return closing > 0


def as_notes(paths: Iterable[str]) -> list[str]:
    """That blocks with these names are no files."""
    return [f"{path} is not offered as a file: it is with the notes." for path in paths]
