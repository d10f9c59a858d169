"""Blocks for lines that the file does not have any more, though it may have others like them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from autocoder_tui.edits.edit import split_lines
from tests.edits.shapes import Case, Hunk, Told


def gone(case: Case, dice: random.Random) -> Case | None:
    """The lines that one block is for are not in the file, nor are they elsewhere but for white
    space: it must be asked about, however like it others are."""
    number = dice.randrange(len(case.told))
    told = case.told[number]
    lines, old = split_lines(case.text), list(told.block.old)
    first, last = told.hunks[0].start, told.hunks[-1].end
    size = len(old)
    start = next((n for n in range(max(0, last - size), first + 1) if lines[n : n + size] == old),
                 None)  # fmt: skip
    if start is None or not size:
        return None
    end = start + size
    others = [one for n, one in enumerate(case.told) if n != number]
    if any(start <= h.end and h.start <= end for one in others for h in one.hunks):
        return None
    left = [*lines[:start], *lines[end:]]
    if _squeezed(old) in _squeezed(left):
        return None

    def moved(one: Told) -> Told:
        by = size if one.hunks[0].start >= end else 0
        hunks = tuple(Hunk(h.start - by, h.end - by, h.new) for h in one.hunks)
        block = one.block
        if block.line is not None and block.last is not None:
            block = replace(block, line=block.line - by, last=block.last - by)
        return Told(block, hunks, counted=False)

    new = [moved(one) for one in case.told]
    new[number] = Told(told.block, ())
    return Case("".join(left), tuple(new))


def _squeezed(lines: Sequence[str]) -> str:
    return "\n".join(["", *(text for line in lines if (text := "".join(line.split()))), ""])
