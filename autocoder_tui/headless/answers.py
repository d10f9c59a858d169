"""Who answers what a model asks before it writes, without the screen."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from autocoder_tui.engine.clarification import Clarification, Round
from autocoder_tui.engine.question_reply import likeness
from autocoder_tui.headless.console import say
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.values import dataclass
from autocoder_tui.workspace.textfile import read_text_file

NOBODY_ANSWERS: Final = (
    "--mode clarify asks questions, and nobody is there to answer them: give --answers FILE, or "
    "--yes to have the model's own assumptions taken"
)
SKIPPED: Final = "-"
"""An answer in a file that is none: the assumption is taken."""
_ENOUGH_ALIKE: Final = 0.4
_PAIR: Final = re.compile(r"(Q|A):[ \t]*(.*)", re.I)
_HOW: Final = (
    "Answer each question on a line: a number takes a suggested answer, an empty line the "
    "assumption. /back goes to the question before, /write (or Ctrl+D) ends the questions."
)


class Answers(Protocol):
    async def settle(self, made: Clarification, at: int, limit: int) -> Clarification:
        """What it is once there is something for question `at`, which is open."""


def someone_answers(setup: Setup) -> bool:
    """Whether the questions of this run have anything to be answered by."""
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    return setup.task.answers is not None or setup.task.assume or at_terminal


def answers_of(setup: Setup) -> Answers:
    """What the command line said. Blocking; raises AutocoderError for a file that can't be
    read."""
    if setup.task.answers is not None:
        text = read_text_file(Path(setup.task.answers)).text
        return GivenAnswers(text)
    return GivenAnswers("") if setup.task.assume else TypedAnswers()


@dataclass(slots=True)
class _Given:
    answer: str
    question: str = ""
    used: bool = False


class GivenAnswers:
    """Those of a file: a paragraph each, in the order of the questions; or pairs "Q: ... A: ...",
    each for the question that is most like its own. What is not answered is assumed."""

    def __init__(self, text: str) -> None:
        self._given = _pairs(text) or [
            _Given(paragraph.strip())
            for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))
            if paragraph.strip()
        ]

    def pass_over(self, count: int) -> None:
        """So many questions were answered at an earlier time: where answers go by their order,
        theirs are used up."""
        if not any(one.question for one in self._given):
            for one in self._given[:count]:
                one.used = True

    async def settle(self, made: Clarification, at: int, limit: int) -> Clarification:
        asked = made.rounds[at]
        found = self._find(asked.question)
        if found is not None:
            found.used = True
        if found is None or found.answer in ("", SKIPPED):
            say(f"{_numbered(asked, at)} Assumed: {asked.taken}")
            return made.assumed(at)
        say(f"{_numbered(asked, at)} Answered: {found.answer}")
        return made.answered(at, found.answer)

    def _find(self, question: str) -> _Given | None:
        left = [one for one in self._given if not one.used]
        if not any(one.question for one in self._given):
            return left[0] if left else None
        best = max(left, key=lambda one: likeness(one.question, question), default=None)
        alike = best is not None and likeness(best.question, question) >= _ENOUGH_ALIKE
        return best if alike else None


def _pairs(text: str) -> list[_Given]:
    pairs: list[_Given] = []
    label = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        found = _PAIR.match(line.strip())
        if found is not None:
            label, line = found[1].upper(), found[2]
            if label == "Q":
                pairs.append(_Given("", line))
                continue
        if pairs and label == "Q":
            pairs[-1].question = f"{pairs[-1].question} {line.strip()}".strip()
        elif pairs and label == "A":
            pairs[-1].answer = f"{pairs[-1].answer}\n{line}".strip()
    return [pair for pair in pairs if pair.question]


class TypedAnswers:
    """Those of whoever sits at the terminal, line by line; the questions go to stderr."""

    def __init__(self, read: Callable[[], asyncio.Future[str | None]] | None = None) -> None:
        self._read = read or typed_line
        self._told = False

    async def settle(self, made: Clarification, at: int, limit: int) -> Clarification:
        if not self._told:
            self._told = True
            _show(_HOW)
        while True:
            _show_question(made.rounds[at], at, limit)
            line = await self._read()
            typed = None if line is None else line.strip()
            if typed is None or typed == "/write":
                return made.stopped()
            if typed == "/back":
                at = max(0, at - 1)
                continue
            made = _taken(made, at, typed)
            after = made.open_round
            if after is None:
                return made
            at = after


def _taken(made: Clarification, at: int, typed: str) -> Clarification:
    asked = made.rounds[at]
    number = int(typed) if typed.isdecimal() and len(typed) < 3 else 0
    if 0 < number <= len(asked.suggestions):
        typed = asked.suggestions[number - 1]
    if not typed:
        if asked.state == "answered":
            return made  # gone back to, and left as it was
        _show(f"Assumed: {asked.taken}")
    return made.answered(at, typed)


def _show_question(asked: Round, at: int, limit: int) -> None:
    _show(f"\n{at + 1}/{limit} {asked.question}")
    for number, text in enumerate(asked.suggestions, 1):
        _show(f"  {number}  {text}")
    _show(f"  (nothing: {asked.outcome or asked.taken})")
    with suppress(OSError, ValueError):
        sys.stderr.write("> ")
        sys.stderr.flush()


def _show(text: str) -> None:
    with suppress(OSError, ValueError):
        print(visible(text, lines=True), file=sys.stderr, flush=True)


def _numbered(asked: Round, at: int) -> str:
    return f"Question {at + 1}: {asked.question}"


def typed_line() -> asyncio.Future[str | None]:
    """The next line from the terminal, None at its end. A thread reads it that no end of the
    program waits for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str | None] = loop.create_future()

    def end(line: str | None) -> None:
        if not done.done():
            done.set_result(line)

    def read() -> None:
        data = b""
        try:
            while not data.endswith(b"\n"):
                more = os.read(sys.stdin.fileno(), 4096)
                if not more:
                    break
                data += more
        except (OSError, ValueError):
            data = b""
        line = data.decode("utf-8", "replace") if data else None
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(end, line)

    threading.Thread(target=read, name="answers", daemon=True).start()
    return done
