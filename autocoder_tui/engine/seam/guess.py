"""Where to join when a reply shows neither the anchor nor the witness.

Three things can have happened. The reply is the exact remainder (a scripted or stateful server,
or a model that saw more than it was shown): append to the kept text. The model wrote the
withheld text anew, differently: append to what it was shown. Or it left out the rest of the cut
line: append on a new line. Each leaves traces in the first line; all three are returned, so
that the final verification can try them.
"""

from __future__ import annotations

from dataclasses import dataclass

from autocoder_tui.engine.reply_framing import read_opening
from autocoder_tui.engine.reply_prose import is_prose_line
from autocoder_tui.engine.seam.candidates import Candidate, is_balanced, likeness
from autocoder_tui.engine.seam.history import History

_CONTINUES = frozenset(")]},.:;=+-*/%&|!?>'\" ")
"""Characters a line of code hardly begins with, but the rest of one may."""


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
    head = reply[at:]
    filled = next((line for line in head.split("\n") if line.strip()), "")
    kept = len(history.text)
    scores = _scored(history, head, filled, resamples=resamples)
    found = [
        Candidate(kept, at, scores.remainder, "remainder"),
        Candidate(history.sent, at, scores.resampled, "guess"),
    ]
    if history.cut_line.strip() and not head.startswith("\n"):
        found.append(Candidate(kept, at, scores.skipped, "guess", "\n"))
    if closing and (is_prose_line(filled) or read_opening(filled) is not None):
        # The frame was rightly closed: this is what comes after it.
        found.append(Candidate(kept + len(closing), at, 9, "remainder"))
    top = max(found, key=lambda candidate: candidate.rank)
    if top.proof == "remainder" and top.rank < 2.5:
        found[found.index(top)] = Candidate(top.offset, top.drop, top.rank, "guess", top.glue)
    return found


def _scored(history: History, head: str, filled: str, *, resamples: bool) -> _Scores:
    scores = _Scores()
    cut = history.cut_line
    withheld = history.text[history.sent :].split("\n", 1)[0]
    alike = likeness(withheld, filled)
    if resamples:
        scores.resampled += 1.5
    if not history.plan.shown and read_opening(filled) is not None:
        scores.resampled += 4
    if not cut.strip():
        scores.resampled += 4 if alike >= 0.6 else -1
        return scores
    if head.startswith("\n"):
        scores.remainder += 2
    if alike >= 0.5:
        scores.resampled += 2 if alike < 0.7 else 3
    _weigh_indentation(scores, cut, head, filled)
    _weigh_brackets(scores, cut, filled, alike)
    return scores


def _weigh_indentation(scores: _Scores, cut: str, head: str, filled: str) -> None:
    """A line that is indented like the cut one is a line, not the rest of one."""
    indent = filled[: len(filled) - len(filled.lstrip())]
    if head.startswith("\n"):
        return
    if len(indent) >= 2 or indent == "\t":
        scores.resampled += 2
        scores.skipped += 2
        if indent == cut[: len(cut) - len(cut.lstrip())]:
            scores.resampled += 1
    elif filled[:1] in _CONTINUES:
        scores.remainder += 2
    elif cut[:1].isspace():
        # An indented line is gone on with at its margin only where a block ends.
        scores.remainder += 1


def _weigh_brackets(scores: _Scores, cut: str, filled: str, alike: float) -> None:
    whole = is_balanced(cut)
    if not is_balanced(filled):
        scores.remainder += 0.5
        if is_balanced(cut + filled):
            scores.remainder += 2
    elif not whole and not is_balanced(cut + filled):
        scores.remainder -= 0.5
    if whole and alike < 0.4:
        scores.skipped += 1
