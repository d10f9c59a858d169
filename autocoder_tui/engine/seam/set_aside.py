"""A part that could only be joined by a guess, kept while it is asked for once more."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from autocoder_tui.engine.reply.prose import is_prose_line
from autocoder_tui.engine.seam.candidates import is_closing, is_frame_line
from autocoder_tui.engine.seam.marker_filter import is_marker_line
from autocoder_tui.engine.seam.reader import PartReader
from autocoder_tui.engine.seam.values import Continuation, Edit, Join
from autocoder_tui.engine.seam.ways import plan_continuation
from autocoder_tui.engine.text_buffer import GrowingText
from autocoder_tui.text.common_prefix import common_length

PROVEN = frozenset({"echo", "witness", "prefill"})
"""The proofs that come from what a reply repeats."""
_SURE = PROVEN | {"remainder"}


class Settled(NamedTuple):
    """What is taken of a part set aside and of the reply that came instead."""

    edit: Edit
    """From the text that the second reply led to, to `text`."""
    text: str
    joins: list[Join]
    finish_reason: str | None
    """That of the reply `text` ends with."""
    second: bool
    """Whether that is the second one."""


class SetAside:
    """The text with the guessed part, how that was joined, and the reply that came instead.

    The second reply is taken in its place where it proves where it belongs. Otherwise it may tell
    what the first one was. A server that is silent, or says the same though it was shown more or
    less of the text, keeps its own place in it: then the first was the exact remainder. So it was
    where the second goes on after it and never says again what was taken back. Where both only
    close the text after a whole line there is no seam that could be wrong.
    """

    def __init__(self, first: PartReader, join: Join, finish_reason: str | None) -> None:
        """`first` has read the guessed part, not withdrawn yet; `join` is how it joined."""
        self.text, self.join, self.finish_reason = first.text, join, finish_reason
        self._plan = first.continuation
        self._said = GrowingText()

    def hear(self, text: str) -> None:
        """Take the next characters of the second reply."""
        self._said.append(text)

    def forget(self) -> None:
        """What was heard is taken back: the second reply is still to come."""
        self._said = GrowingText()

    def settle(self, second: PartReader, join: Join, finish_reason: str | None) -> Settled:
        """What is taken of both, once the second reply has ended and `join` is how it joined."""
        if join.progress and join.proof in PROVEN:
            return Settled(Edit(), second.text, [join], finish_reason, second=True)
        said = str(self._said)
        if join.progress and self._only_closes and second.text.rstrip() == self.text.rstrip():
            closed = replace(self.join, proof="remainder", alternatives=())
            return self._first(second, self.text, closed)
        again = self._is_the_same(said)
        scripted = again and not self._begins_further_up(said)
        silent = finish_reason is not None and not said.strip()
        if silent or (scripted and _shown(second.continuation) != _shown(self._plan)):
            return self._first(second, *self._as_remainder())
        if again:
            # Read after the first it would double the text, or replace it.
            return self._first(second, self.text, self.join)
        text, first = self._as_remainder()
        reader, after = self._read_on(text, said, finish_reason)
        if not (after.progress and after.proof in _SURE):
            text, first = self.text, self.join
            reader, after = self._read_on(text, said, finish_reason)
        if not after.progress:
            return self._first(second, text, first)
        edit = _between(second.text, reader.text)
        return Settled(edit, reader.text, [first, after], finish_reason, second=True)

    def _first(self, second: PartReader, text: str, join: Join) -> Settled:
        edit = _between(second.text, text)
        return Settled(edit, text, [join], self.finish_reason, second=False)

    def _as_remainder(self) -> tuple[str, Join]:
        """The text with the first reply joined as the exact remainder, if that can be."""
        scripted = self.join.scripted
        if self._plan is None or scripted is None or not scripted.fits(self.text):
            return self.text, self.join
        surely = replace(self.join, offset=self._plan.keep, proof="remainder", scripted=None)
        return scripted.applied(self.text), surely

    def _read_on(self, text: str, said: str, finish_reason: str | None) -> tuple[PartReader, Join]:
        """The second reply read as what comes after the first."""
        plan = plan_continuation(text, finish_reason=self.finish_reason)
        reader = PartReader(plan, text)
        reader.feed(said)
        return reader, reader.finish(finish_reason)[1]

    def _is_the_same(self, said: str) -> bool:
        """Whether the second reply says no more than the first, but for what the text holds, or
        what is no text."""
        part, said = self.text[self.join.offset :].strip(), said.strip()
        if not part or not said:
            return False
        if part.startswith(said):
            return True
        return said.endswith(part) and all(map(self._is_nothing_new, _before(said, part)))

    def _is_nothing_new(self, line: str) -> bool:
        if not line.strip() or line.strip() in self.text[: self.join.offset]:
            return True
        return is_marker_line(line) or is_prose_line(line) or is_frame_line(line)

    def _begins_further_up(self, said: str) -> bool:
        """Whether what the second reply says before it is the same stands in the text, too: then
        it began where it was asked to."""
        before, part = self.text[: self.join.offset], self.text[self.join.offset :].strip()
        return any(line.strip() and line.strip() in before for line in _before(said.strip(), part))

    @property
    def _only_closes(self) -> bool:
        """Whether the guessed part is nothing but what closes a text that ends with a line."""
        before, part = self.text[: self.join.offset], self.text[self.join.offset :]
        lines = [line for line in part.split("\n") if line.strip()]
        return before.endswith("\n") and bool(lines) and all(map(is_closing, lines))

    def restored(self, text: str) -> tuple[Edit, str]:
        """The edit of `text` that brings the guessed part back, and what it leads to."""
        return _between(text, self.text), self.text


def _before(said: str, part: str) -> list[str]:
    """The lines of `said` before the `part` it ends with; none if it ends otherwise."""
    return said.removesuffix(part).split("\n") if said.endswith(part) else []


def _shown(plan: Continuation | None) -> int:
    return 0 if plan is None else len(plan.shown)


def _between(old: str, new: str) -> Edit:
    common = common_length(old, new)
    return Edit(len(old) - common, new[common:])
