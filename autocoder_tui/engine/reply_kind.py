"""What the loop has to know of a reply by what it is to be: files, or a text for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from autocoder_tui.engine import seam
from autocoder_tui.engine.end_words import STOPPED_AT_CAP, read_end, was_cut
from autocoder_tui.engine.ending import is_announced, is_confirmed, lost_cause, open_cause
from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.engine.events import Cause, FileProposed
from autocoder_tui.engine.proposed_files import checked_reply, proposed_files
from autocoder_tui.engine.purpose import writes_files
from autocoder_tui.engine.reply.parse import frame_state, reply_end
from autocoder_tui.engine.request import RunRequest
from autocoder_tui.engine.unclosed import NOT_CLOSED, missing_closing

_FENCE: Final = re.compile(
    r"((?:[ \t]*(?:[-*+>]|\d{1,9}[.)])(?:[ \t]+|(?=>)))*)([ \t]*)(`{3,}|~{3,})([^\n]*)"
)
"""With the marks of the lists and quotes it stands in, and its indentation."""
_LONG_QUESTION: Final = 1800
"""Characters."""
_MANY_ANSWERS: Final = 12
_OPEN_BLOCK: Final = (
    "The answer never closed its last code block: asked for more, the model had nothing to add."
)


class HasText(Protocol):
    """What a reply is read with."""

    @property
    def text(self) -> str: ...


class ReplyKind(Protocol):
    """How far a reply has come, and what it brings."""

    never_closed: str
    """What is said of a run that ended with `missing_closing`."""

    def is_closed(self, text: str) -> bool:
        """Whether something is there, and nothing in it is open."""

    def has_enough(self, reply: HasText) -> bool:
        """Whether a reply need not be read any further while it still comes."""

    def is_done(self, text: str, reason: str | None) -> bool:
        """Whether no part is missing after one that ended with this finish reason."""

    def is_announced(self, text: str) -> bool:
        """Whether all is there but what the text itself says is to come."""

    def cause_of(self, text: str, reason: str | None, lost: ProviderError | None) -> Cause:
        """Why more is asked for: as `ending.cause_of` says."""

    def is_confirmed(
        self, before: str, text: str, cause: Cause | None, reason: str | None, *, told: bool
    ) -> bool:
        """Whether a reply to `before` shows that all is there: see `ending.is_confirmed`."""

    def verified(self, text: str, joins: Sequence[seam.Join]) -> str:
        """The text, joined otherwise where that is surely better."""

    def missing_closing(self, text: str) -> str:
        """The line that is all that `text` lacks, "" where more may be missing."""

    def files(
        self, text: str, joins: Sequence[seam.Join], *, finished: bool, around: Sequence[str]
    ) -> Iterator[FileProposed]:
        """The files that are proposed."""

    def notes(self, text: str) -> str:
        """What stands beside the files. Raises EmptyReply where nothing can be proposed."""


class FileReply:
    """Files in frames, with notes around them."""

    never_closed: str = NOT_CLOSED

    def __init__(self, request: RunRequest) -> None:
        self._request = request

    def is_closed(self, text: str) -> bool:
        return frame_state(text) == "closed"

    def has_enough(self, reply: HasText) -> bool:
        return False

    def is_done(self, text: str, reason: str | None) -> bool:
        expected = 1 if self._request.target is not None else None
        return seam.next_step(text, reason, files_expected=expected) == "done"

    def is_announced(self, text: str) -> bool:
        return is_announced(text)

    def cause_of(self, text: str, reason: str | None, lost: ProviderError | None) -> Cause:
        # A code fence may be one inside the file, and bare text has no end of its own: there only
        # the server's word tells.
        ended = reply_end(text)
        closed = ended.framed and ended.state == "closed"
        return lost_cause(lost) if lost is not None else open_cause(reason, closed=closed)

    def is_confirmed(
        self, before: str, text: str, cause: Cause | None, reason: str | None, *, told: bool
    ) -> bool:
        return is_confirmed(before, text, cause, reason, told=told)

    def verified(self, text: str, joins: Sequence[seam.Join]) -> str:
        return seam.verify(text, joins, target=self._request.target).text

    def missing_closing(self, text: str) -> str:
        return missing_closing(self._request, text)

    def files(
        self, text: str, joins: Sequence[seam.Join], *, finished: bool, around: Sequence[str]
    ) -> Iterator[FileProposed]:
        return proposed_files(self._request, text, joins, finished=finished, around=around)

    def notes(self, text: str) -> str:
        return checked_reply(self._request, text).notes


class TextReply:
    """A text in Markdown: nothing is proposed of it. It ends where the model says so, outside a
    code block."""

    never_closed: str = _OPEN_BLOCK

    def is_closed(self, text: str) -> bool:
        return bool(text.strip()) and not open_fence(text)

    def has_enough(self, reply: HasText) -> bool:
        return False

    def is_done(self, text: str, reason: str | None) -> bool:
        if was_cut(reason) or read_end(reason) == "filter":
            return False
        return self.is_closed(text)

    def is_announced(self, text: str) -> bool:
        return False

    def cause_of(self, text: str, reason: str | None, lost: ProviderError | None) -> Cause:
        closed = self.is_closed(text)
        return lost_cause(lost) if lost is not None else open_cause(reason, closed=closed)

    def is_confirmed(
        self, before: str, text: str, cause: Cause | None, reason: str | None, *, told: bool
    ) -> bool:
        """Only where a server never says how a reply ended, and the model has no more."""
        if read_end(reason) not in ("unsaid", "ordinary"):
            return False
        return cause == "unsaid end" and text == before

    def verified(self, text: str, joins: Sequence[seam.Join]) -> str:
        return text

    def missing_closing(self, text: str) -> str:
        fence = open_fence(text)
        line_ended = text.endswith("\n")
        return f"{'' if line_ended else chr(10)}{fence}\n" if fence else ""

    def files(
        self, text: str, joins: Sequence[seam.Join], *, finished: bool, around: Sequence[str]
    ) -> Iterator[FileProposed]:
        return iter(())

    def notes(self, text: str) -> str:
        return ""


class QuestionReply(TextReply):
    """A question to the person. What is cut off for its length is whole enough: a small model that
    comes to no end only says the same again."""

    def has_enough(self, reply: HasText) -> bool:
        """A question is short: what goes on for long is the program itself, or the same again."""
        text = reply.text
        return len(text) > _LONG_QUESTION or text.count("\n- ") > _MANY_ANSWERS

    def is_done(self, text: str, reason: str | None) -> bool:
        ended = read_end(reason) in ("ordinary", "length", "unsaid", "unknown")
        return bool(text.strip()) and ended and reason != STOPPED_AT_CAP


def kind_of(request: RunRequest) -> ReplyKind:
    """What the reply to `request` is."""
    if request.purpose == "clarify":
        return QuestionReply()
    return FileReply(request) if writes_files(request.purpose) else TextReply()


def open_fence(text: str) -> str:
    """The signs that close the code block which is open at the end of a Markdown text, "" where
    none is. Source: CommonMark 0.31, section 4.5, with latitude in lists and quotes: there models
    leave out the indentation of what follows the line that opens."""
    fence, is_inside = "", False
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found is None:
            continue
        marks, indent, signs, rest = found.groups()
        is_deep = len(indent.expandtabs(4)) > 3 and not marks
        if not fence:
            if not is_deep and not (signs[0] == "`" and "`" in rest):
                fence, is_inside = signs, bool(marks)
        elif signs[0] == fence[0] and len(signs) >= len(fence) and not rest.strip():
            if is_inside or not (is_deep or marks):
                fence = ""
    return fence
