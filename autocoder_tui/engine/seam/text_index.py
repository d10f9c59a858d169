"""The text so far, indexed by its lines, so that a reply's lines are found in it at once."""

from __future__ import annotations

import itertools

from autocoder_tui.engine.reply.frame_lines import read_frame_opening
from autocoder_tui.engine.seam.likeness import ALIKE, likeness
from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.values import Continuation
from autocoder_tui.values import dataclass

_CYCLE, _CYCLE_SEEN = 4, 64
"""Lines from which it is no chance that most of them are equal, and how many are looked at."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: `text[start:end]` without its newline.

    `key` is the line as far as lines are compared: runs of white space are one blank, those
    at the ends nothing.
    """

    start: int
    end: int
    key: str


def key_of(line: str) -> str:
    return " ".join(line.split())


def filled_lines(text: str) -> list[Line]:
    """The lines of `text` that are not blank, the last with or without a newline."""
    found: list[Line] = []
    start = 0
    for piece in text.split("\n"):
        key = key_of(piece)
        if key:
            found.append(Line(start, start + len(piece), key))
        start += len(piece) + 1
    return found


class History:
    """The kept text H of a continuation: what was shown, then the withheld witness.

    Blank lines are left out of the index, so that a model that drops or adds one is still
    followed; what becomes of them is decided where a replay ends.
    """

    def __init__(self, text: str, plan: Continuation) -> None:
        self.text = text[: plan.keep]
        self.sent = len(plan.shown)
        self.plan = plan
        self.lines = filled_lines(self.text)
        last = self.text.rfind("\n") + 1
        self.cut_start = last
        self.cut_line = self.text[last:]
        """T: what follows the last newline, "" when the cut fell on one."""
        self.whole = len(self.lines) - (1 if self.cut_line.strip() else 0)
        """How many of `lines` are whole; the one after them, if any, is cut."""
        self.sent_line = self._first_line_at(self.sent)
        self.anchor_line = self._first_line_at(self.sent - len(plan.anchor))
        self._openings: dict[str, int] | None = None
        self._positions: dict[str, list[int]] = {}
        for index in range(self.whole):
            self._positions.setdefault(self.lines[index].key, []).append(index)

    def _first_line_at(self, offset: int) -> int:
        low, high = 0, len(self.lines)
        while low < high:
            middle = (low + high) // 2
            if self.lines[middle].start < offset:
                low = middle + 1
            else:
                high = middle
        return low

    def positions(self, key: str) -> list[int]:
        """Indices of the whole lines with this key, in order."""
        return self._positions.get(key, [])

    def opening_place(self, path: str) -> int | None:
        """The index of the last line that opens a frame for `path`, None if there is none."""
        if self._openings is None:
            self._openings = {}
            for index in range(self.whole):
                opening = read_frame_opening(self.lines[index].key)
                if opening is not None:
                    self._openings[opening.path] = index
        return self._openings.get(path)

    def words(self, start: int, end: int) -> int:
        """Word characters of the different lines from index `start` up to `end`.

        A line that repeats says nothing new about where a replay stands.
        """
        keys = {line.key for line in self.lines[start : min(end, start + 64)]}
        return sum(word_characters(key) for key in keys)

    def is_periodic(self, start: int, end: int) -> bool:
        """Whether the lines `start:end` also stand right before themselves."""
        length = end - start
        if length <= 0 or start < length:
            return False
        before = self.lines[start - length : start]
        return [line.key for line in before] == [line.key for line in self.lines[start:end]]

    def is_cyclic(self, start: int, end: int) -> bool:
        """Whether the lines `start:end` are a few that stand there again and again, and none of
        them stands in the text but once: that one would tell where they are."""
        keys = [line.key for line in self.lines[start : min(end, start + _CYCLE_SEEN)]]
        whole = keys[: max(0, self.whole - start)]
        if len(keys) < _CYCLE or any(len(self.positions(key)) == 1 for key in whole):
            return False
        return 2 * len(set(whole)) <= len(keys)

    def follows_a_pattern(self, place: int) -> bool:
        """Whether a line is like the one above it, so that the next may be as like."""
        if not 0 < place < len(self.lines):
            return False
        return likeness(self.lines[place].key, self.lines[place - 1].key) >= ALIKE

    def repeats_lines(self) -> bool:
        """Whether, among the last hundred lines, one equals the next."""
        tail = self.lines[-100 : self.whole]
        return any(one.key == two.key for one, two in itertools.pairwise(tail))
