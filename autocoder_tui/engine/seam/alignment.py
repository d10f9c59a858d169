"""Reading a reply beside the text so far when it says some of its lines in other words.

A model that starts the file again, or goes back some lines, seldom repeats all of them to the
character. What was received stands; the reply is followed line by line, other wordings are
passed over, and it is joined where it reaches the end of what is held.
"""

from __future__ import annotations

import bisect

from autocoder_tui.engine.reply.frame_lines import read_frame_opening
from autocoder_tui.engine.seam.likeness import ALIKE, likeness
from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.replay import match_cut_line
from autocoder_tui.engine.seam.text_index import History, Line
from autocoder_tui.values import dataclass

_REACH = 40
"""Lines of H that a reply may leave out at once and still be followed."""
_LANDMARK = 8
"""Word characters of a line that is looked for further down."""
_STRAY = 3
"""Lines in a row that stand nowhere, after which a reply is not followed further."""
_EVIDENT = 20
"""Word characters that are not repeated by chance."""
_OLDER_LINES, _OLDER_WORDS = 3, 30
"""What has to be repeated, from the first line on, for a reply that goes back in the text."""
_FOUNDED = 0.25
"""Share of a restart that has to stand in H: lines that are only alike may be the next ones."""

_TOLD = 0.5
"""The same of a reply that goes back without having opened the frame again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Line number `at` of the reply is where it reached the end of H.

    `drop`: the character of the reply after the cut line. None: H ends at a line end, or
    (`rewritten`) the reply writes the cut line in other words.
    """

    at: int
    drop: int | None
    rewritten: bool
    sure: bool
    """Whether that line, and the one before it, are where they should be to the character."""
    weak: bool = False
    """Whether nothing but that this one line is alike speaks for it."""


class Alignment:
    """Where in H a reply stands that says lines otherwise, leaves some out or adds some."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._next: int | None = None
        self._exact = self._alike = self._missed = 0
        self._run = 0
        """Lines repeated exactly one after the other, up to now."""
        self._words = 0
        self._stray = 0
        self._begun = 0
        self._begins_elsewhere = False
        self._said = self._known = 0
        """Word characters below a frame opened again, and those of lines that stand in H."""
        self.restarted = False
        """Whether the reply opened a frame again that H has opened."""
        self.arrival: Arrival | None = None

    @property
    def goes_back(self) -> bool:
        """Whether the reply repeats lines from further up than it was asked to."""
        if self.restarted:
            return not self.begins_anew
        older = self._begun < self._history.anchor_line
        long = self._exact >= _OLDER_LINES and self._words >= _OLDER_WORDS
        return older and long and self._missed <= 2 * (self._exact + self._alike)

    @property
    def following(self) -> bool:
        """Whether the reply may still reach the end of H."""
        if self.arrival is not None or self._next is None:
            return False
        return self.restarted or self.goes_back or self._stray < _STRAY

    @property
    def begins_anew(self) -> bool:
        """Whether hardly a line below a frame opened again stands in H: it is the rest."""
        return self.restarted and self._said > _EVIDENT and self._known < _FOUNDED * self._said

    @property
    def _is_founded(self) -> bool:
        """Whether what is repeated says where: not only lines that stand all over the file, as
        those of the records of a list do, while the ones that tell them apart are new."""
        return self.restarted or not self.goes_back or self._known >= _TOLD * self._said

    @property
    def repeats(self) -> bool:
        """Whether most of the reply goes over what is held without reaching its end."""
        if self.arrival is not None:
            return False
        if self.restarted:
            return not self.begins_anew and self._stray < _STRAY
        if not self.goes_back:
            return False
        nothing_new = not self._missed and not self._alike
        return nothing_new or (self._is_founded and self._missed <= self._exact + self._alike)

    def follow(self, number: int, line: Line, body: str) -> None:
        """Take the reply's next line that is not blank and no talk."""
        if self.arrival is not None:
            return
        opening = read_frame_opening(body.strip())
        if opening is not None:
            place = self._history.opening_place(opening.path)
            if place is not None:
                self.restarted = True
                self._next = self._begun = place + 1
                self._stray = self._said = self._known = 0
                return
        places = len(self._history.positions(line.key))
        if places <= 1:
            # A line that stands in H more than once may well stand in its rest, too.
            self._said += word_characters(line.key)
            self._known += word_characters(line.key) * places
        if self._next is not None and not self.following:
            # It went astray: a line further down that lines up is the next one like it.
            self._next, self._begins_elsewhere = None, True
        if self._next is None and (self._begins_elsewhere or not self._start(line)):
            self._begins_elsewhere = True
            return
        self._step(number, line, body)

    @property
    def _is_evident(self) -> bool:
        """Whether so much was repeated that it is no chance."""
        return self.goes_back or self._exact >= 2 or self._words >= _EVIDENT

    def _start(self, line: Line) -> bool:
        history = self._history
        places = history.positions(line.key)
        if history.anchor_line < history.sent_line and history.anchor_line in places[-64:]:
            self._next = history.anchor_line
        elif places and places[-1] < history.anchor_line:
            self._next = places[-1] if len(places) == 1 else None
        # A line that is only like the anchor's first may as well be the next of its kind.
        sent = history.sent_line
        if self._next is None and sent < len(history.lines):
            alike = likeness(history.lines[sent].key, line.key) >= ALIKE
            if alike and not history.follows_a_pattern(sent):
                self._next = sent
        self._begun = self._next or 0
        return self._next is not None

    def _step(self, number: int, line: Line, body: str) -> None:
        history = self._history
        place = self._next
        assert place is not None
        if place < history.whole and history.lines[place].key == line.key:
            return self._matched(number, line, place, exact=True)
        further = self._further_down(line, place)
        if further is not None:
            self._run = 0
            return self._matched(number, line, further, exact=True)
        # Below lines that stand nowhere, one like the withheld line may come after it.
        passed_over = place >= history.sent_line and self._stray > 0
        alike = place < history.whole and likeness(history.lines[place].key, line.key) >= ALIKE
        if alike and not passed_over:
            return self._matched(number, line, place, exact=False)
        if place >= history.whole - 2 and self._reached_cut_line(number, line, body, place):
            return None
        self._missed += 1
        self._stray += 1
        self._run = 0
        return None

    def _matched(self, number: int, line: Line, place: int, *, exact: bool) -> None:
        before = self._run
        self._stray = 0
        self._exact += exact
        self._alike += not exact
        self._run = self._run + 1 if exact else 0
        if exact:
            self._words += word_characters(line.key)
        self._next = place + 1
        if self._next < len(self._history.lines) or self.begins_anew:
            return
        if self._may_arrive(exact=exact) and self._is_founded:
            words = word_characters(line.key)
            sure = exact and (words >= _LANDMARK or bool(before and words))
            self.arrival = Arrival(number, None, rewritten=False, sure=sure)
        elif not self._is_founded or not (self._missed or self._history.follows_a_pattern(place)):
            self.arrival = Arrival(number, None, rewritten=False, sure=False, weak=True)

    def _may_arrive(self, *, exact: bool) -> bool:
        """Whether what came before makes it likely that a line is the last one of H."""
        if self.goes_back:
            return True
        if not exact and not self._is_evident:
            return False
        return not self._missed or (exact and self._is_evident)

    def _reached_cut_line(self, number: int, line: Line, body: str, place: int) -> bool:
        history = self._history
        cut = history.cut_line
        if history.whole == len(history.lines) or not (self._exact or self._alike):
            return False
        if self.begins_anew:
            return False
        if not self._may_arrive(exact=True):
            return False
        if not self._run and history.positions(line.key):
            # It begins like the cut line, but as well is a line from further up.
            return False
        length = match_cut_line(cut, body)
        words = word_characters(cut)
        if length is not None and (words >= 3 or place == history.whole):
            sure = words >= (3 if place == history.whole else _LANDMARK) or bool(self._run)
            weak = not sure and not self._exact
            drop = line.start + length
            self.arrival = Arrival(number, drop, rewritten=False, sure=sure, weak=weak)
            return True
        if not self._may_arrive(exact=False) or place < history.whole or words < 3:
            return False
        if likeness(cut, body) >= ALIKE:
            sure = bool(self._run) and not history.follows_a_pattern(place)
            self.arrival = Arrival(number, None, rewritten=True, sure=sure)
            return True
        return False

    def _further_down(self, line: Line, place: int) -> int | None:
        """The nearest line below `place` that says the same, if it says enough."""
        if word_characters(line.key) < _LANDMARK:
            return None
        places = self._history.positions(line.key)
        at = bisect.bisect_left(places, place)
        if at == len(places):
            return None
        if places[at] - place <= _REACH:
            return places[at]
        # After an opening frame a model may begin with the block it stood in.
        return places[-1] if self.restarted and not (self._exact or self._alike) else None
