"""Where a person would cut: moving hunks to natural borders, and joining up confetti.

An alignment can be shortest and still read badly. An added function may be shown as
beginning with the closing brace of the one before it, because the brace that closes the
new one is equal; and a rewritten page may be chopped up by blank lines and braces that
happen to be equal. Both are settled here, on the lines around the hunks alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autocoder_tui.review.similarity import is_alike, words


class Hunk(NamedTuple):
    """Lines `old_start` to `old_end` (exclusive) became lines `new_start` to `new_end`.

    Counted from 0. One of the two ranges may be empty: nothing but added or removed lines.
    """

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def removed(self) -> int:
        return self.old_end - self.old_start

    @property
    def added(self) -> int:
        return self.new_end - self.new_start


_FARTHEST = 100
_ALIKE = 0.5
"""Dice's coefficient from which on two lines correspond."""
_HEADS = ("@", "#", "//", "/*", "*", "--")
_WEAK_WORDS = frozenset({"end", "else", "pass", "begin", "fi", "done", "esac", "return", "break"})


def settle(old: Sequence[str], new: Sequence[str], hunks: list[Hunk]) -> list[Hunk]:
    """The same change as `hunks` (in order, not touching), cut where a person would cut it."""
    return _dissolve_weak(old, new, _slide_all(old, new, hunks))


def _slide_all(old: Sequence[str], new: Sequence[str], hunks: list[Hunk]) -> list[Hunk]:
    settled: list[Hunk] = []
    ahead = hunks[::-1]
    while ahead:
        hunk = ahead.pop()
        if hunk.removed and hunk.added:
            settled.append(hunk)
            continue
        # Seen from the side that holds the lines, whichever it is.
        lines = new if hunk.added else old
        side = 2 if hunk.added else 0
        start, end = hunk[side], hunk[side + 1]
        floor = settled[-1][side + 1] if settled else 0
        ceiling = ahead[-1][side] if ahead else len(lines)
        up = 0
        while (
            start - up > floor and up < _FARTHEST and lines[start - up - 1] == lines[end - up - 1]
        ):
            up += 1
        down = 0
        while (
            end + down < ceiling and down < _FARTHEST and lines[start + down] == lines[end + down]
        ):
            down += 1
        if settled and up == start - floor and _same_kind(settled[-1], hunk):
            ahead.append(_merge(settled.pop(), _shifted(hunk, -up)))
            continue
        if ahead and down == ceiling - end and _same_kind(hunk, ahead[-1]):
            ahead.append(_merge(_shifted(hunk, down), ahead.pop()))
            continue
        # A hunk keeps an unchanged line between itself and its neighbours.
        if settled and up == start - floor:
            up -= 1
        if ahead and down == ceiling - end:
            down -= 1
        if up > 0 or down > 0:
            best = min(
                range(-max(up, 0), max(down, 0) + 1),
                key=lambda by: (
                    _cut_cost(lines, start + by) + _cut_cost(lines, end + by),
                    -by,
                ),
            )
            hunk = _shifted(hunk, best)
        settled.append(hunk)
    return settled


def _same_kind(one: Hunk, other: Hunk) -> bool:
    return (one.removed == 0) == (other.removed == 0) and (one.added == 0) == (other.added == 0)


def _shifted(hunk: Hunk, by: int) -> Hunk:
    return Hunk(*(place + by for place in hunk))


def _merge(one: Hunk, other: Hunk) -> Hunk:
    return Hunk(one.old_start, other.old_end, one.new_start, other.new_end)


def _indent(line: str) -> int:
    body = line.lstrip()
    return len(line[: len(line) - len(body)].expandtabs(4))


def _cut_cost(lines: Sequence[str], at: int) -> float:
    """How unnatural it is to cut before line `at`: deep, or through a block, costs more."""
    if at == 0 or at == len(lines):
        return -3
    following, previous = lines[at], lines[at - 1]
    blank = not following.strip()
    after_blank = not previous.strip()
    probe = next((line for line in lines[at : at + 10] if line.strip()), "")
    indent = _indent(probe)
    if blank:
        return indent + 1.5
    if after_blank:
        return indent - 3
    if previous.lstrip().startswith(_HEADS):
        return indent + 8  # cuts a decorator or comment off what it is about
    if indent < _indent(previous):
        return indent + 4  # cuts a closing line off its block
    if indent > _indent(previous):
        return indent + 8  # cuts a block off its head
    return indent


def _dissolve_weak(old: Sequence[str], new: Sequence[str], hunks: list[Hunk]) -> list[Hunk]:
    """Join hunks kept apart by nothing but a blank line or brace that matched by chance.

    Such lines are believed where the lines beside them correspond too.
    """
    joined: list[Hunk] = []
    gaps = _Gaps(old, new)
    for hunk in hunks:
        while joined and _parted_by_chance(gaps, joined[-1], hunk):
            hunk = _merge(joined.pop(), hunk)
        joined.append(hunk)
    return joined


def _parted_by_chance(gaps: _Gaps, one: Hunk, other: Hunk) -> bool:
    between = other.old_start - one.old_end
    if between > 3:
        return False
    removed, added = one.old_end - one.old_start, one.new_end - one.new_start
    removed_too, added_too = other.old_end - other.old_start, other.new_end - other.new_start
    both_mixed = removed and added and removed_too and added_too
    opposite = not ((removed and added) or (removed_too and added_too)) and (
        (removed == 0) != (removed_too == 0) or (added == 0) != (added_too == 0)
    )
    if not (both_mixed or opposite):
        return False
    if min(removed + removed_too, added + added_too) < 2 * between:
        return False
    if not gaps.is_weak(one.old_end, other.old_start):
        return False
    return opposite or not gaps.is_within_alike(
        one.old_end, one.new_end, other.old_start, other.new_start
    )


class _Gaps:
    """What is between hunks, looked at once: it is asked for again as hunks are joined."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._old, self._new = old, new
        self._weak: dict[int, bool] = {}
        self._alike: dict[int, bool] = {}

    def is_weak(self, start: int, end: int) -> bool:
        """Whether the old lines from `start` to `end` may well be equal by chance."""
        known = self._weak.get(start)
        if known is None:
            known = self._weak[start] = all(map(_is_weak, self._old[start:end]))
        return known

    def is_within_alike(self, start: int, new_start: int, end: int, new_end: int) -> bool:
        """Whether the lines beside a gap, above or below it, are alike on both sides."""
        known = self._alike.get(start)
        if known is None:
            old, new = self._old, self._new
            known = self._alike[start] = is_alike(
                old[start - 1], new[new_start - 1], _ALIKE
            ) or is_alike(old[end], new[new_end], _ALIKE)
        return known


def _is_weak(line: str) -> bool:
    body = line.strip()
    return not body or all(word in _WEAK_WORDS for word in words(body) if word[:1].isalnum())
