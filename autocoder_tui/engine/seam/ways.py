"""The ways of asking for what is missing, in the order in which they are tried.

A model asked the same thing in the same words at temperature 0 answers the same. So where one
way brought nothing the next is taken, and each differs from the others in what is shown, in
what is withheld or in how it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from autocoder_tui.engine.reply.frame_lines import last_is_edit
from autocoder_tui.engine.reply.framing import read_opening
from autocoder_tui.engine.seam.plan import (
    ANCHOR_LINES,
    choose_anchor,
    earlier_start,
    roll_back,
    witness_start,
)
from autocoder_tui.engine.seam.values import MARKER, Continuation
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass

_FURTHER_LINES: Final = 4
_FURTHER_ANCHOR_LINES: Final = 5
_QUOTED_LINES: Final = 30

_LINES = """\
Your message was cut off after line {line} of {place}. Go on from there: write the file from \
line {first} to the closing line. These are lines {first} to {line}, which you have written; \
copy them exactly, then go on with line {next}:

{anchor}
{marker}"""
_FURTHER_UP = """\
Your message was cut off after line {line} of {place}. Its last lines are:

{anchor}
Write the rest of the file, from line {next} to the closing line. First copy the last lines \
above exactly, with their indentation, then go on with line {next}."""
_WHOLE_TAIL = """\
Your message was cut off within {place}. It ends like this:

{anchor}
Copy these lines exactly, finish the last of them where it is unfinished, and write on from \
there to the closing line of the file. Send nothing else."""
_APART = """\
Lines 1 to {line} of {place} are written and stay as they are. They end like this:

{anchor}
Now write only what comes after them: the rest of the file, from line {next} to its closing \
line, which is </file>. Begin with line {next}."""

_IN_EDIT: Final = {
    _LINES: """\
Your message was cut off after its line {line}. Go on from there: write the message from line \
{first} to its end. These are lines {first} to {line}, which you have written; copy them exactly, \
then go on with line {next}:

{anchor}
{marker}""",
    _FURTHER_UP: """\
Your message was cut off after its line {line}. Its last lines are:

{anchor}
Write the rest of the message, from line {next} on. First copy the last lines above exactly, \
with their indentation, then go on with line {next}.""",
    _WHOLE_TAIL: """\
Your message was cut off within a change. It ends like this:

{anchor}
Copy these lines exactly, finish the last of them where it is unfinished, and write on from \
there to the line that closes the last change. Send nothing else.""",
    _APART: """\
Lines 1 to {line} of your message are written and stay as they are. They end like this:

{anchor}
Now write only what comes after them: the rest of the changes, from line {next} on, to the \
closing line, which is </edit>. Begin with line {next}.""",
}
"""The same, where the message ends in the changes to a file: its lines are none of the file."""

_IN_PROSE: Final = {
    _LINES: _IN_EDIT[_LINES],
    _FURTHER_UP: _IN_EDIT[_FURTHER_UP],
    _WHOLE_TAIL: """\
Your message was cut off. It ends like this:

{anchor}
Copy these lines exactly, finish the last of them where it is unfinished, and write on from \
there to the end of your answer. Send nothing else.""",
    _APART: """\
Lines 1 to {line} of your answer are written and stay as they are. They end like this:

{anchor}
Now write only what comes after them: the rest of the answer, from line {next} on. Begin with \
line {next}.""",
}
"""The same for a reply that is an answer and holds no files."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a continuation is planned for: the kept text, what was rolled back after it, and
    the file it is in, where that is known better than from its frame. `prose` has no files."""

    text: str
    closing: str
    file: str | None = None
    prose: bool = False

    @property
    def sent(self) -> int:
        """Where what is usually withheld begins."""
        return witness_start(self.text)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking. `why` says what it is good for."""

    name: str
    why: str
    plan: Callable[[Kept], Continuation]


def _prefill(kept: Kept) -> Continuation:
    shown = kept.text[: kept.sent]
    witness = kept.text[kept.sent :]
    return Continuation(len(kept.text), shown, witness, "", "", bool(shown), kept.closing)


def _prefill_all(kept: Kept) -> Continuation:
    # Models write a blank together with the word after it, and not after one that is there.
    sent = len(kept.text.rstrip(" \t"))
    shown, witness = kept.text[:sent], kept.text[sent:]
    return Continuation(len(kept.text), shown, witness, "", "", bool(shown), kept.closing)


def _lines(kept: Kept) -> Continuation:
    return _asking(kept, kept.sent, _LINES)


def _further_up(kept: Kept) -> Continuation:
    sent = earlier_start(kept.text, kept.sent, _FURTHER_LINES)
    return _asking(kept, sent, _FURTHER_UP, least_lines=_FURTHER_ANCHOR_LINES)


def _whole_tail(kept: Kept) -> Continuation:
    return _asking(kept, len(kept.text), _WHOLE_TAIL)


def _apart(kept: Kept) -> Continuation:
    return _asking(kept, kept.sent, _APART, apart=True)


def _from_the_start(kept: Kept) -> Continuation:
    return Continuation(len(kept.text), "", kept.text, "", "", False, kept.closing)


def _asking(
    kept: Kept,
    sent: int,
    words: str,
    *,
    least_lines: int = ANCHOR_LINES,
    apart: bool = False,
) -> Continuation:
    """Ask in `words` for what comes after the first `sent` characters."""
    shown, witness = kept.text[:sent], kept.text[sent:]
    anchor = choose_anchor(shown, least_lines)
    instruction = ""
    if anchor:
        file, line = "", shown.count("\n")
        if kept.prose:
            words = _IN_PROSE[words]
        elif last_is_edit(shown):
            words = _IN_EDIT[words]
        else:
            file, line = _place(shown)
        instruction = words.format(
            place=kept.file or file or "your message",
            first=max(1, line + 1 - anchor.count("\n")),
            line=line,
            next=line + 1,
            anchor=_block(_end(shown) if apart else anchor),
            marker=MARKER,
        )
    return Continuation(
        len(kept.text), shown, witness, anchor, instruction, False, kept.closing, apart
    )


def _place(shown: str) -> tuple[str, int]:
    """The file whose frame is open at the end of `shown`, and how many of its lines are there.

    "" and all lines of the message where there is no frame.
    """
    end = len(shown)
    while (start := shown.rfind("<file", 0, end)) >= 0:
        line_end = shown.find("\n", start)
        if line_end >= 0 and shown[start - 1 : start] in ("", "\n"):
            opening = read_opening(shown[start:line_end])
            if opening is not None:
                return visible(opening.path), shown.count("\n", line_end + 1)
        end = start
    return "", shown.count("\n")


def _end(shown: str) -> str:
    """The last lines of `shown`, as many as a request is to quote."""
    start = len(shown)
    for _ in range(_QUOTED_LINES):
        start = shown.rfind("\n", 0, max(0, start - 1)) + 1
    return shown[start:]


def _block(lines: str) -> str:
    return lines if lines.endswith("\n") else lines + "\n"


PREFILL: Final = Way(
    "prefill",
    "The server itself goes on from our assistant message: exact, and the prompt is cached.",
    _prefill,
)
PREFILL_ALL: Final = Way(
    "prefill, all of it",
    "Nothing is withheld: a server that goes on from our message, but words the unfinished line "
    "otherwise when it writes it again, can only finish it.",
    _prefill_all,
)
LINES: Final = Way(
    "last lines, numbered",
    "The number of the line keeps small models in place, and large ones copy the lines.",
    _lines,
)
FURTHER_UP: Final = Way(
    "further up",
    "More is withheld and more lines are copied, for the end of the text may be what leads a "
    "model astray; no marker stands last, which the smallest models copy and stop.",
    _further_up,
)
WHOLE_TAIL: Final = Way(
    "whole end shown",
    "Nothing is withheld: a model that will not write the unfinished line again completes it.",
    _whole_tail,
)
APART: Final = Way(
    "in the request",
    "A fresh request that quotes the end: for a model that takes its own message for its last.",
    _apart,
)
FROM_THE_START: Final = Way(
    "from the start",
    "The first request again: where the reply was not cut at a limit of length, it may come "
    "whole this time, and it is lined up with what is here.",
    _from_the_start,
)
WAYS: Final = (PREFILL, PREFILL_ALL, LINES, FURTHER_UP, WHOLE_TAIL, APART, FROM_THE_START)
_BY_NAME: Final = {way.name: way for way in WAYS}


def ways_for(*, prefill: bool | None, echo: bool | None, cut_at_limit: bool) -> Iterator[Way]:
    """The ways for an endpoint, the first to be tried first.

    `prefill`: whether it continues an assistant message; None, not known, has that tried
    before the model is asked to copy lines a second time, and later where it is known to copy
    them (`echo`). `cut_at_limit`: the reply would end at the same place again.
    """
    if prefill:
        yield PREFILL
        yield PREFILL_ALL
    yield LINES
    if prefill is None and not echo:
        yield PREFILL
    yield FURTHER_UP
    if prefill is None and echo:
        yield PREFILL
    yield WHOLE_TAIL
    yield APART
    if not cut_at_limit:
        yield FROM_THE_START


def plan_continuation(
    text: str,
    *,
    finish_reason: str | None,
    prefill: bool = False,
    target_hint: str | None = None,
    way: str = "",
    prose: bool = False,
) -> Continuation:
    """How to ask for what comes after `text`, the joined text so far.

    `finish_reason` is that of the last part (None: the stream just ended). `way` names one of
    `WAYS`; without it the server continues the assistant message itself with `prefill`, and
    is asked to copy the last lines otherwise. `target_hint` names the file being written, if
    it is known better than from the text. A text in `prose` is an answer without files.
    """
    kept = Kept(*roll_back(text, finish_reason, prose=prose), target_hint, prose)
    return _BY_NAME.get(way, PREFILL if prefill else LINES).plan(kept)
