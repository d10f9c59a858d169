"""The difference of two texts, line by line.

Only "\\n" ends a line. A carriage return, a form feed or U+2028 is part of the line it
stands in, so that CRLF against LF, a missing final newline and trailing blanks are changes
like any other, and the lines put together again are the text, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from autocoder_tui.review.boundaries import Hunk, settle
from autocoder_tui.text.alignment import matching_blocks
from autocoder_tui.text.lines import split_lines as lines_of
from autocoder_tui.values import dataclass

__all__ = ["Diff", "Hunk", "diff_lines", "split_lines"]


@dataclass(frozen=True, slots=True)
class Diff:
    """Two texts as lines, each with its "\\n", and the hunks in which they differ.

    Hunks are in order and never touch. Lines outside hunks are equal on both sides. Where it is
    `in_places` the texts were not compared: the hunks are where changes were placed, and lines of
    many kB are in pieces (see `edits.long_lines`), each of which counts as a line.
    """

    old_lines: tuple[str, ...]
    new_lines: tuple[str, ...]
    hunks: tuple[Hunk, ...]
    in_places: bool = False
    goes_on: tuple[tuple[int, ...], tuple[int, ...]] = field(
        default=((), ()), repr=False, compare=False
    )
    """Of either side the numbers of the pieces that go on with the line of the one before."""


def split_lines(text: str) -> tuple[str, ...]:
    """The lines of `text`, each with the "\n" that ends it; the last may lack one."""
    return tuple(lines_of(text))


def diff_lines(old: str, new: str) -> Diff:
    """The lines in which `new` differs from `old`, cut as a person would cut them.

    About 2 ms per thousand lines; call it off the event loop for large files.
    """
    old_lines, new_lines = split_lines(old), split_lines(new)
    return Diff(old_lines, new_lines, compared_ranges(old_lines, new_lines))


def compared_ranges(old: Sequence[str], new: Sequence[str]) -> tuple[Hunk, ...]:
    """The ranges in which two sequences of lines differ, cut as a person would cut them."""
    return tuple(settle(old, new, changed_ranges(old, new)))


def changed_ranges(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """The stretches between the matching blocks of two sequences, in order."""
    hunks: list[Hunk] = []
    i = j = 0
    for start, new_start, length in matching_blocks(old, new):
        if start > i or new_start > j:
            hunks.append(Hunk(i, start, j, new_start))
        i, j = start + length, new_start + length
    if len(old) > i or len(new) > j:
        hunks.append(Hunk(i, len(old), j, len(new)))
    return hunks
