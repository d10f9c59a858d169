"""Where to join when a reply shows neither the anchor nor the witness.

Three things can have happened. The reply is the exact remainder (a scripted or stateful server,
or a model that saw more than it was shown): append to the kept text. The model wrote the
withheld text anew, differently: append to what it was shown. Or it left out the rest of the cut
line: append on a new line. Each leaves traces in the first line; all three are returned, so
that the final verification can try them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from autocoder_tui.engine.events import Proof
from autocoder_tui.engine.reply.frame_lines import read_frame_opening
from autocoder_tui.engine.reply.prose import is_prose_line
from autocoder_tui.engine.seam.candidates import Candidate
from autocoder_tui.engine.seam.likeness import (
    ALIKE,
    begins_alike,
    is_balanced,
    likeness,
    looks_whole,
)
from autocoder_tui.engine.seam.plan import word_characters
from autocoder_tui.engine.seam.ranks import Rank
from autocoder_tui.engine.seam.text_index import History
from autocoder_tui.text.common_prefix import common_length
from autocoder_tui.values import dataclass

_CONTINUES = frozenset(")]},.:;=+-*/%&|!?>'\" ")
"""Characters a line of code hardly begins with, but the rest of one may."""


_NUMBER = re.compile(r"\d+")
_SEAM = 1.5
_CLEAR, _MARGIN = 3.0, 1.5
"""What the exact remainder has to score, and how much more than the next, to be no guess."""
_REPEATED_WORDS = 8
"""Word characters that are not the same by chance."""
_LOOKED_BACK = 40_000
"""Characters of the text in which a word, or a pair of them, is looked for."""
_LONGEST_TOKEN = 80
"""Characters."""


@dataclass(slots=True)
class _Scores:
    remainder: float = 1.0
    resampled: float = 0.0
    skipped: float = -0.5


def guesses(
    history: History, reply: str, at: int, closing: str, *, resamples: bool
) -> list[Candidate]:
    """The three joins of `reply[at:]`, with ranks below those of anything found in it.

    `at` is where the reply begins once explained junk is taken off; `closing` is what was
    rolled back after the kept text; `resamples`: this endpoint has honoured an echo or a
    witness before, so it is no scripted server.
    """
    if history.text.endswith("\r") and reply.startswith("\r\n", at):
        at += 1
    head = reply[at:]
    filled = next((line for line in head.split("\n") if line.strip()), "")
    kept = len(history.text)
    scores = _scored(history, head, filled, resamples=resamples)
    found = _within_indentation(history, head, filled, at) or [
        Candidate(kept, at, scores.remainder, "remainder", begin=at),
        Candidate(history.sent, at, scores.resampled, "guess", begin=at),
    ]
    if history.cut_line.strip() and not head.startswith("\n"):
        found.append(Candidate(kept, at, scores.skipped, "guess", "\n", at))
    if closing and (is_prose_line(filled) or read_frame_opening(filled) is not None):
        # The frame was rightly closed: this is what comes after it.
        found.append(Candidate(kept + len(closing), at, Rank.AFTER_CLOSING, "remainder", begin=at))
    found.sort(key=lambda candidate: -candidate.rank)
    top = found[0]
    doubtful = (
        top.rank < _CLEAR
        or top.rank < found[1].rank + _MARGIN
        or head.startswith("\n")
        or (history.text[-1:] in (" ", "\t") and head[:1] in (" ", "\t"))
        or _repeats_last_token(history.text, head)
        or _begins_like_the_anchor(history, head)
    )
    sure = () if doubtful else (top,)
    return [one if one in sure else replace(one, proof="guess") for one in found]


def _repeats_last_token(text: str, head: str) -> bool:
    """Whether a reply begins with the word or the mark that the text ends with."""
    last = _last_token(text)
    return bool(last) and head.lstrip().startswith(last)


def _begins_like_the_anchor(history: History, head: str) -> bool:
    """Whether a reply begins with the words it was asked to begin with, if not with all."""
    anchor = history.plan.anchor
    common = word_characters(head[: common_length(anchor, head)])
    first = anchor.partition("\n")[0], head.partition("\n")[0]
    return common >= _REPEATED_WORDS or (likeness(*first) >= ALIKE and begins_alike(*first))


def _last_token(text: str) -> str:
    """The word, or the run of marks, that `text` ends with, white space aside."""
    end = text[-_LONGEST_TOKEN:].rstrip()
    start = len(end)
    while start and not end[start - 1].isspace() and _in_word(end[start - 1]) == _in_word(end[-1]):
        start -= 1
    return end[start:]


def _first_token(text: str) -> str:
    """The word, or the run of marks, that `text` begins with, white space aside."""
    return _last_token(text.strip()[:_LONGEST_TOKEN][::-1])[::-1]


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _within_indentation(
    history: History, head: str, filled: str, at: int
) -> list[Candidate] | None:
    """The joins when the cut fell within the indentation of a line, None when it did not.

    The reply's first line either lacks what is there already or has all of it again: that is
    told by which of both makes an indentation the lines above have.
    """
    cut, kept = history.cut_line, len(history.text)
    if not cut or cut.strip() or head.startswith(("\n", "\r")):
        return None
    above = [line for line in history.text.split("\n")[-12:-1] if line.strip()]
    usual = [indentation(line) for line in above][::-1]
    usual[1:1] = [usual[0] + unit for unit in ("    ", "  ", "\t", " " * 8)] if usual else []
    widest = max(map(len, usual), default=0)
    added, whole = cut + indentation(filled), indentation(filled)
    clear = added in usual and whole not in usual
    proof: Proof = "remainder" if clear else "guess"
    again = 0.0
    if whole.startswith(cut) and added not in usual:
        again = float(Rank.WHOLE_INDENTATION) if whole in usual or len(added) > widest + 8 else 0.0
    found = [
        Candidate(kept, at, Rank.REST_OF_INDENTATION, proof, begin=at),
        Candidate(kept - len(cut), at, again, "guess", begin=at),
    ]
    withheld = history.text[history.sent :].split("\n", 1)[0]
    if likeness(withheld, filled) >= 0.8 and whole == indentation(withheld):
        found.append(Candidate(history.sent, at, Rank.LIKE_THE_WITHHELD, "guess", begin=at))
    return found


def _scored(history: History, head: str, filled: str, *, resamples: bool) -> _Scores:
    scores = _Scores()
    cut = history.cut_line
    withheld, newline, _ = history.text[history.sent :].partition("\n")
    alike = likeness(withheld, filled)
    above = history.lines[history.sent_line - 1].key if history.sent_line else ""
    if newline and (alike < 0.7 or likeness(above, withheld) >= 0.6):
        # Among lines that are all alike, or by half, likeness does not mean the same line.
        alike = 0.0
    if withheld[:1].isspace() != filled[:1].isspace():
        alike /= 2
    if resamples:
        scores.resampled += 1.5
    if not history.plan.shown and read_frame_opening(filled) is not None:
        scores.resampled += 4
    if not cut.strip():
        scores.resampled += 4 if alike >= 0.8 else -1
        return scores
    if head.startswith("\n"):
        scores.remainder += 2
    if alike >= 0.5:
        scores.resampled += 2 if alike < 0.7 else 3
    scores.remainder += _usual_seam(history, head)
    _weigh_indentation(scores, cut, head, filled)
    _weigh_brackets(scores, cut, filled, alike)
    return scores


def _usual_seam(history: History, head: str) -> float:
    """How much what stands on both sides of the cut speaks for its being one line.

    Whether the word that the cut would have split, or the two words it fell between, stand
    together elsewhere; and whether a line elsewhere begins as the reply does.
    """
    line = head.partition("\n")[0]
    cut, first = history.cut_line, _first_token(line)
    last = _last_token(cut)
    if not first or not last or (len(last) + len(first) < 3 and not cut[-1:].isspace()):
        return 0.0
    between = cut[len(cut.rstrip()) :] + line[: len(line) - len(line.lstrip())]
    text = _NUMBER.sub("0", history.text[-_LOOKED_BACK:])
    rest = _NUMBER.sub("0", head[len(line) :][:_LOOKED_BACK])
    pair = _NUMBER.sub("0", last + between + first)
    begin = "\n" + _NUMBER.sub("0", line[: line.find(first) + len(first)])
    together = pair in text[: -len(last) - len(between)] or pair in rest
    begins = begin in text or begin in rest
    return _SEAM * (together - begins)


def _weigh_indentation(scores: _Scores, cut: str, head: str, filled: str) -> None:
    """A line that is indented like the cut one is a line, not the rest of one."""
    indent = indentation(filled)
    if head.startswith("\n"):
        return
    same = indent == indentation(cut)
    if indent and (same or (len(indent) >= 2 and not cut[-1:].isspace())):
        scores.resampled += 2 + same
        scores.skipped += 2
    elif filled[:1] in _CONTINUES:
        scores.remainder += 2
    elif cut[:1].isspace():
        # An indented line is gone on with at its margin only where a block ends.
        scores.remainder += 1


def _weigh_brackets(scores: _Scores, cut: str, filled: str, alike: float) -> None:
    whole = looks_whole(cut)
    if not is_balanced(filled):
        scores.remainder += 0.5
        if is_balanced(cut + filled):
            scores.remainder += 2
    elif not is_balanced(cut) and not is_balanced(cut + filled):
        scores.remainder -= 0.5
    if whole and alike < 0.4:
        scores.skipped += 1
