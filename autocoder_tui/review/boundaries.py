"""Where a person would cut: moving hunks to natural borders, and joining up confetti.

An alignment can be shortest and still read badly. An added function may be shown as
beginning with the closing brace of the one before it, because the brace that closes the
new one is equal; and a rewritten page may be chopped up by blank lines and braces that
happen to be equal. Both are settled here, on the lines around the hunks alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, starmap
from typing import NamedTuple

from autocoder_tui.review.similarity import are_alike, words


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
_NARROW = 3
"""So many equal lines between two hunks may be equal by chance."""
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
    weak = _weak_gaps(old, hunks)
    if not weak:
        return hunks
    gaps = _Gaps(old, new, hunks, weak)
    joined: list[tuple[int, int, int, int]] = []
    firsts: list[int] = []  # of each of `joined` the number of the first hunk in it
    for first, hunk in enumerate(hunks):
        start, end, new_start, new_end = hunk
        while first in weak:
            start_before, end_before, new_start_before, new_end_before = joined[-1]
            removed, added = end_before - start_before, new_end_before - new_start_before
            removed_too, added_too = end - start, new_end - new_start
            if min(removed + removed_too, added + added_too) < 2 * (start - end_before):
                break
            both_sides = removed and added
            if bool(both_sides) != bool(removed_too and added_too):
                break
            if both_sides and gaps.are_within_alike(first):
                break
            del joined[-1]
            first, start, new_start = firsts.pop(), start_before, new_start_before
        joined.append((start, end, new_start, new_end))
        firsts.append(first)
    return list(starmap(Hunk, joined))


def _weak_gaps(old: Sequence[str], hunks: list[Hunk]) -> set[int]:
    """The numbers of the hunks before which all lines may well be equal by chance."""
    weak, found = _WeakLines(), set()
    for number, (one, other) in enumerate(pairwise(hunks), 1):
        start, end = one[1], other[0]
        if end - start <= _NARROW and all(map(weak.__getitem__, old[start:end])):
            found.add(number)
    return found


class _WeakLines(dict[str, bool]):
    """Whether lines are weak. There are few different ones that are."""

    def __missing__(self, line: str) -> bool:
        body = line.strip()
        self[line] = weak = not body or all(
            word in _WEAK_WORDS for word in words(body) if word[:1].isalnum()
        )
        return weak


class _Gaps:
    """What is between hunks, by the number of the hunk behind it."""

    def __init__(
        self, old: Sequence[str], new: Sequence[str], hunks: list[Hunk], weak: set[int]
    ) -> None:
        self._old, self._new, self._hunks = old, new, hunks
        self._alike: dict[int, bool] = {}
        # Those that are likely to be asked for are looked at together, which is far quicker.
        of_both = [old_start < old_end and start < end for old_start, old_end, start, end in hunks]
        self._look([at for at in sorted(weak) if of_both[at - 1] and of_both[at]])

    def are_within_alike(self, number: int) -> bool:
        """Whether the lines beside a gap, above or below it, are alike on both sides."""
        if number not in self._alike:
            self._look([number])
        return self._alike[number]

    def _look(self, numbers: list[int]) -> None:
        old, new, hunks = self._old, self._new, self._hunks
        above = [(hunks[number - 1][1] - 1, hunks[number - 1][3] - 1) for number in numbers]
        alike = are_alike([old[i] for i, _ in above], [new[j] for _, j in above], _ALIKE)
        self._alike.update(zip(numbers, alike, strict=True))
        rest = [number for number, is_alike in zip(numbers, alike, strict=True) if not is_alike]
        below = [(hunks[number][0], hunks[number][2]) for number in rest]
        alike = are_alike([old[i] for i, _ in below], [new[j] for _, j in below], _ALIKE)
        self._alike.update(zip(rest, alike, strict=True))
