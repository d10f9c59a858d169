"""How likely each kind of join is, from what in the reply speaks for it: one ordered table.

Ranks are compared, and lowered by how dubious what stands before the repeated lines is (0 to 9, or
20 more); their order and the line at `CERTAIN` are what counts. The joins for which nothing in the
reply speaks are scored in `guess`. To change which of two joins wins, change it here.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Rank(float, Enum):
    """The rank of a join, likeliest first, and why it stands where it does."""

    why: str

    def __new__(cls, value: float, why: str) -> Rank:
        member = float.__new__(cls, value)
        member._value_ = float(value)
        member.why = why
        return member

    EXPECTED = 100, "The reply begins with anchor and witness to the character, as it was asked."
    PREFILL_WITNESS = (
        90,
        "The server went on from our message, and first come withheld words.",
    )
    REQUESTED_ECHO = (
        80,
        "The lines it was asked for, white space aside, down to the end.",
    )
    LONG_ECHO = 75, "Other shown lines down to the end, saying too much to be equal by chance."
    ECHO = 74, "Other shown lines down to the end, where no line follows its double."
    SHOWN_FRAGMENT = 72, "From within a shown line to the end: words of it, hence no chance."
    WITNESS_FRAGMENT = 71, "Begins with all that was withheld, where that says something."
    WITNESS = 70, "The withheld lines, white space aside, down to the end."
    BARE_WITNESS = 66, "All that was withheld but for the white space around it."
    SHORT_ECHO = (
        65,
        "A few shown lines down to the end, where lines do follow their double.",
    )
    LONG_PART = 60, "Withheld lines, though not from the first on, that say much."
    PART = 58, "The last withheld lines, few words, where no line follows its double."
    ARRIVAL = 57, "Followed past other wordings, and at the end line for line in place."
    REQUESTED_DIVERGED = 56, "The anchor, then another line than the cut one: that line said anew."
    ANCHOR_ONLY = 55, "The anchor to the character, then anything but a closing."
    LONG_DIVERGED = 52, "As above after shown lines nobody asked for, which say much."
    LOOSE_ARRIVAL = 51, "Followed to a last line that is only like the one at the end."
    UNREACHED = 48, "Other words for a whole withheld line: it may yet be followed to the end."
    REPEATED_CUT_LINE = 45, "All of the cut line again, or as much of it as is no chance."
    CUT_LINE_TWICE = 40, "Begins like the cut line, but that line stands in the text already."
    INNER_WORDS = 39, "Some words of the cut line again, from within it on."
    DIVERGED = 35, "After few shown lines another than the cut one: maybe the next ones like them."
    SHORT_SHOWN_FRAGMENT = 34, "From within a shown line, but a word or less of it."
    SHORT_WITNESS_FRAGMENT = 33, "Begins with what was withheld, which says next to nothing."
    SHORT_WITNESS = 30, "The withheld lines, which say next to nothing."
    SHORT_DIVERGED = 20, "Hardly a word repeated, then another line than the cut one."
    CUT_BLANKS = 12, "The cut line's indentation and marks again."
    AFTER_CLOSING = 9, "Talk or a new frame: the frame was closed rightly, and this comes after it."
    LIKE_THE_WITHHELD = 8.5, "Cut in an indentation, begun anew like the first withheld line."
    WHOLE_INDENTATION = 8, "Cut in an indentation, which the reply has all of again."
    REST_OF_INDENTATION = 6, "Cut in an indentation, of which the reply has the rest."
    LINE_BEGUN_AGAIN = 5, "Begins with the cut line: as likely the next line, which begins like it."
    WEAK_ARRIVAL = 4.5, "One line that is like the last, or a way back that only common lines tell."
    WITHIN_WORDS = 4, "Repeats from within a word, though more than one: a chance, mostly."
    CYCLIC = 3, "Repeats lines that are all the same: how many it begins with tells nothing."
    PATTERN = 0.5, "Repeats a line of a list in which all are alike: the next one, mostly."
    NO_WORD = -1, "Repeats a mark or a blank, or the line of which the cut line is to be ended."
    WITHIN_WORD = -2, "Repeats a letter or two from within a word."


CERTAIN: Final = 50
"""Rank from which a join needs no further text of the reply."""
INNER_MARKS: Final = (float(Rank.NO_WORD), 0.3, 0.9)
"""The rank of repeating none, one or two word characters of the cut line: weighed against the
scores of `guess`, which are about 1 where nothing is known."""
