"""Following where in the text so far a reply repeats it, line by line as it arrives.

A reply that repeats the end of the text H and goes on from there is a *replay* that runs to
the end of H. Every place where one may have begun is tracked at once, and each line of the
reply only filters the places that are still possible: nothing is matched again from the start.
"""

from __future__ import annotations

from dataclasses import field

from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.text_index import History, Line
from autocoder_tui.values import dataclass

_FREE_LINES = 3
"""Lines after which the places of a start that are tracked are capped."""
_PLACES_FIRST, _PLACES_LAST = 8, 56


@dataclass(frozen=True, slots=True)
class Replay:
    """Lines of the reply, from number `first` on, that stand in H from line `start` to `end`.

    `complete`: it reached the end of H; `drop` is then the character of the reply after the
    cut line, or None when H ends at a line end and what follows decides. Otherwise line `end`
    of H and line `at` of the reply differ.
    """

    first: int
    start: int
    end: int
    at: int
    complete: bool
    drop: int | None = None


@dataclass(slots=True)
class _Start:
    first: int
    matched: int = 0
    places: list[int] = field(default_factory=list)
    """Indices in H of the lines expected next."""


def match_cut_line(cut: str, line: str) -> int | None:
    """How many characters of `line` repeat all of `cut`, white space aside; None if not.

    White space at the end of `cut` is matched as far as it is there.
    """
    if line.startswith(cut):
        return len(cut)
    at = 0
    for character in cut:
        if character.isspace():
            continue
        while at < len(line) and line[at].isspace():
            at += 1
        if at == len(line) or line[at] != character:
            return None
        at += 1
    for character in cut[len(cut.rstrip()) :]:
        if line[at : at + 1] != character:
            break
        at += 1
    return at


class ReplayTracker:
    """All replays a reply may be in the middle of, and those that ended."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._starts: list[_Start] = []
        self.ended: list[Replay] = []

    @property
    def following(self) -> bool:
        """Whether some replay may still go on."""
        return any(start.places for start in self._starts)

    @property
    def completed(self) -> bool:
        """Whether some replay ran to the end of H."""
        return any(replay.complete for replay in self.ended)

    def begin(self, number: int, line: Line, text: str, *, only: int | None = None) -> None:
        """Let a replay begin with the reply's line `number`; `only` at line `only` of H."""
        history = self._history
        start = _Start(number)
        places = history.positions(line.key)
        if only is not None:
            places = [only] if only in places[-1000:] else []
        start.places = list(places)
        if only is None and word_characters(history.cut_line) >= 3:
            start.places.append(history.whole)
        self._advance(start, number, line, text)
        if start.places:
            self._starts.append(start)

    def follow(self, number: int, line: Line, text: str) -> None:
        """Compare the reply's next filled line with what every replay expects."""
        for start in self._starts:
            self._advance(start, number, line, text)
        self._starts = [start for start in self._starts if start.places]

    def _advance(self, start: _Start, number: int, line: Line, text: str) -> None:
        history = self._history
        kept: list[int] = []
        for place in start.places:
            begun = place - start.matched
            if place < history.whole and history.lines[place].key == line.key:
                if place + 1 == len(history.lines):
                    self._end(start, begun, place + 1, number, complete=True)
                else:
                    kept.append(place + 1)
            elif place == history.whole and place < len(history.lines):
                length = match_cut_line(history.cut_line, text)
                if length is not None:
                    drop = line.start + length
                    self._end(start, begun, place + 1, number, complete=True, drop=drop)
                elif start.matched:
                    self._end(start, begun, place, number)
            elif start.matched:
                self._end(start, begun, place, number)
        start.matched += 1
        if start.matched >= _FREE_LINES and len(kept) > _PLACES_FIRST + _PLACES_LAST:
            kept = kept[:_PLACES_FIRST] + kept[-_PLACES_LAST:]
        start.places = kept

    def _end(
        self,
        start: _Start,
        begun: int,
        end: int,
        at: int,
        *,
        complete: bool = False,
        drop: int | None = None,
    ) -> None:
        # A replay that ended before the cut line, or before the withheld text, says nothing
        # about where to join.
        sent, whole = self._history.sent_line, self._history.whole
        if complete or end >= sent > begun or (begun == sent and end == whole):
            self.ended.append(Replay(start.first, begun, end, at, complete, drop))
