"""Answers that begin with the steps that led to them, as models that do not reason are asked to.

The form is read with latitude: models make headings or bold text of the two labels, put the first
step on the line of its label, and leave either out.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

STEPS_FORM: Final = """\
Your reply has two parts. The first begins with a line that says "Steps:"; below it you think in \
at most five short lines that begin with "- ": which lines of the files matter, and what they do \
with the values the question is about. The second begins with a line that says "Answer:"; below \
it stands the answer for the user, who does not see the steps. It begins with a full sentence; a \
block of code in it begins at the start of a line. Write both labels as they are here, whatever \
the language."""

_MOST_STEPS: Final = 12_000
"""Characters after which what has no second label is the answer itself."""
_MOST_LABEL: Final = 16


def _label(word: str) -> re.Pattern[str]:
    """A line that is the label `word`, or begins with it and a colon; the group is the rest."""
    return re.compile(
        rf"[ \t]*(?:#{{1,6}}[ \t]+)?(?:\*\*|__)?{word}"
        r"(?:(?::(?:\*\*|__)?|(?:\*\*|__):)[ \t]*(.*)|(?:\*\*|__)?[ \t]*)",
        re.IGNORECASE,
    )


_STEPS: Final = _label("steps?")
_ANSWER: Final = _label("answer")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


class Stepped(NamedTuple):
    """A reply taken apart. `begin` is where the answer begins in it, None while that is open."""

    steps: str
    begin: int | None


def read_steps(text: str, *, finished: bool) -> Stepped:
    """What of `text` leads to the answer. Where the answer is missing, all of it is one."""
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Stepped("", 0 if finished else None)
    offset = sum(len(line) + 1 for line in lines[:first])
    is_open = first == len(lines) - 1 and not finished
    label = _STEPS.fullmatch(lines[first])
    if label is None:
        answer = _ANSWER.fullmatch(lines[first])
        if answer is not None and (not is_open or (answer[1] or "").strip("*_")):
            return Stepped("", _begin_in(lines, first, offset, answer))
        undecided = is_open and len(lines[first].strip()) < _MOST_LABEL
        return Stepped("", None if undecided else 0)
    steps = [label[1]] if label[1] else []
    offset += len(lines[first]) + 1
    fence = ""
    for at in range(first + 1, len(lines)):
        line = lines[at]
        answer = None if fence else _ANSWER.fullmatch(line)
        whole = at < len(lines) - 1 or finished
        # A label and the beginning of its line are known before the line has ended.
        if answer is not None and (whole or (answer[1] or "").strip("*_")):
            return Stepped("\n".join(steps).strip("\n"), _begin_in(lines, at, offset, answer))
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        if whole:
            steps.append(line)
        offset += len(line) + 1
    if finished or len(text) > _MOST_STEPS:
        return Stepped("", 0)
    return Stepped("\n".join(steps).strip("\n"), None)


def _begin_in(lines: list[str], at: int, offset: int, label: re.Match[str]) -> int:
    """Where the answer begins whose label is in line `at`, which begins at `offset`."""
    if label[1]:
        return offset + label.start(1)
    begin = offset + len(lines[at]) + 1
    for line in lines[at + 1 :]:
        if line.strip():
            break
        begin += len(line) + 1
    return min(begin, sum(map(len, lines)) + len(lines) - 1)


def answer_of(text: str) -> str:
    """The answer without the steps."""
    return text[read_steps(text, finished=True).begin or 0 :]
