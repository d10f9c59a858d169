"""A part that could only be joined by a guess, kept while it is asked for once more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from autocoder_tui.engine.seam.candidates import is_closing
from autocoder_tui.engine.seam.reader import PartReader
from autocoder_tui.engine.seam.values import Edit, Join
from autocoder_tui.engine.seam.ways import plan_continuation
from autocoder_tui.text.common_prefix import common_length

_PROVEN = frozenset({"echo", "witness", "prefill"})


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


@dataclass(slots=True)
class SetAside:
    """The text with the guessed part, how that was joined, and the reply that came instead.

    The second reply is taken in its place where it proves where it belongs. One that does not
    is read as what comes after the guessed part: a server that keeps its own place in the text
    goes on from there and never says again what was taken back. Where both only close the text
    after a whole line there is no seam that could be wrong.
    """

    text: str
    join: Join
    finish_reason: str | None
    said: list[str] = field(default_factory=list)
    """The second reply as it comes in."""

    def settle(self, second: PartReader, join: Join, finish_reason: str | None) -> Settled:
        """What is taken of both, once the second reply has ended and `join` is how it joined."""
        if join.progress and join.proof in _PROVEN:
            return Settled(Edit(), second.text, [join], finish_reason, second=True)
        if join.progress and self._only_closes and second.text.rstrip() == self.text.rstrip():
            closed = replace(self.join, proof="remainder", alternatives=())
            edit = _between(second.text, self.text)
            return Settled(edit, self.text, [closed], self.finish_reason, second=False)
        if self._said_again:
            edit = _between(second.text, self.text)
            return Settled(edit, self.text, [self.join], self.finish_reason, second=False)
        plan = plan_continuation(self.text, finish_reason=self.finish_reason)
        reader = PartReader(plan, self.text)
        reader.feed("".join(self.said))
        _, after = reader.finish(finish_reason)
        edit = _between(second.text, reader.text)
        if after.progress:
            return Settled(edit, reader.text, [self.join, after], finish_reason, second=True)
        return Settled(edit, self.text, [self.join], self.finish_reason, second=False)

    @property
    def _said_again(self) -> bool:
        """Whether the second reply says no more than the first: a server that answers the same to
        whatever it is asked. Read after the first it would double the text, or replace it."""
        part, said = self.text[self.join.offset :].strip(), "".join(self.said).strip()
        return bool(part) and bool(said) and (part.startswith(said) or said.endswith(part))

    @property
    def _only_closes(self) -> bool:
        """Whether the guessed part is nothing but what closes a text that ends with a line."""
        before, part = self.text[: self.join.offset], self.text[self.join.offset :]
        lines = [line for line in part.split("\n") if line.strip()]
        return before.endswith("\n") and bool(lines) and all(map(is_closing, lines))

    def restored(self, text: str) -> tuple[Edit, str]:
        """The edit of `text` that brings the guessed part back, and what it leads to."""
        return _between(text, self.text), self.text


def _between(old: str, new: str) -> Edit:
    common = common_length(old, new)
    return Edit(len(old) - common, new[common:])
