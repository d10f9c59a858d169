"""Which words changed between a line and the line that took its place."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from autocoder_tui.text.alignment import matching_blocks
from autocoder_tui.text.common_prefix import common_length

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""Half-open character ranges of one line, in order."""


class WordChanges(NamedTuple):
    """What is gone from the old line, and what is new in the new one."""

    old: Spans
    new: Spans


NO_MARKS = WordChanges((), ())

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_LINE = 1_000
_LEAST_SHARED = 0.4


def word_changes(old: str, new: str) -> WordChanges:
    """The words in which two lines differ; no marks where they have too little in common.

    Their final newline is left out. Lines of more than 1,000 characters are compared
    from both ends only, so the cost stays small for any line.
    """
    old, new = old.removesuffix("\n"), new.removesuffix("\n")
    if old == new:
        return NO_MARKS
    if max(len(old), len(new)) > _LONGEST_LINE:
        return _middle(old, new)
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    blocks = [tuple(block) for block in matching_blocks(a, b, steps=5_000)]
    kept = sum(len(t.strip()) for i, _, n in blocks for t in a[i : i + n])
    total = sum(len(t.strip()) for t in a) + sum(len(t.strip()) for t in b)
    if total and 2 * kept / total < _LEAST_SHARED:
        return NO_MARKS
    ends_a, ends_b = _ends(a), _ends(b)
    changes: list[tuple[int, int, int, int]] = []
    i = j = 0
    for block_i, block_j, length in [*blocks, (len(a), len(b), 0)]:
        if block_i > i or block_j > j:
            here = (ends_a[i], ends_a[block_i], ends_b[j], ends_b[block_j])
            if changes and _is_crumb(old, changes[-1], here):
                last = changes.pop()
                here = (last[0], here[1], last[2], here[3])
            changes.append(here)
        i, j = block_i + length, block_j + length
    return WordChanges(
        _trimmed(old, [(start, end) for start, end, _, _ in changes]),
        _trimmed(new, [(start, end) for _, _, start, end in changes]),
    )


def _trimmed(line: str, spans: list[tuple[int, int]]) -> Spans:
    """The spans that mark something, without the blanks that set words apart."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        text = line[start:end]
        if text.strip() and line[end:].strip():
            start, end = end - len(text.lstrip()), start + len(text.rstrip())
        if end > start:
            kept.append((start, end))
    return tuple(kept)


def _ends(tokens: list[str]) -> list[int]:
    ends = [0]
    for token in tokens:
        ends.append(ends[-1] + len(token))
    return ends


def _is_crumb(old: str, one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether the unchanged text between two changes is too little to tell them apart by."""
    between = old[one[1] : other[0]].strip()
    if not between:
        return True
    smaller = min(max(c[1] - c[0], c[3] - c[2]) for c in (one, other))
    return len(between) < 3 and not between[0].isalnum() and smaller > 2 * len(between)


def _middle(old: str, new: str) -> WordChanges:
    """What is left of two long lines without their common start and end."""
    shortest = min(len(old), len(new))
    start = common_length(old, new)
    end = common_length(old[start:][::-1], new[start:][::-1])
    if start + end < _LEAST_SHARED * shortest:
        return NO_MARKS
    spans = (start, len(old) - end), (start, len(new) - end)
    return WordChanges(*(((a, b),) if b > a else () for a, b in spans))
