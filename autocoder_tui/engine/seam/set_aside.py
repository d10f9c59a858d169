"""A part that could only be joined by a guess, kept while it is asked for once more."""

from __future__ import annotations

from dataclasses import dataclass, field

from autocoder_tui.engine.seam.history import common_length
from autocoder_tui.engine.seam.plan import plan_continuation
from autocoder_tui.engine.seam.reader import PartReader
from autocoder_tui.engine.seam.values import Edit, Join

_PROVEN = frozenset({"echo", "witness", "prefill"})


@dataclass(slots=True)
class SetAside:
    """The text with the guessed part, how that was joined, and the reply that came instead.

    The second reply is taken in its place where it proves where it belongs. One that does not
    is read as what comes after the guessed part: a server that keeps its own place in the text
    goes on from there and never says again what was taken back.
    """

    text: str
    join: Join
    finish_reason: str | None
    said: list[str] = field(default_factory=list)
    """The second reply as it comes in."""

    def settle(
        self, second: PartReader, join: Join, finish_reason: str | None
    ) -> tuple[Edit, str, list[Join], str | None]:
        """What is taken of both, once the second reply has ended and `join` is how it joined.

        The edit of the text that `second` has, the text it leads to, the joins it holds, and
        the finish reason that counts.
        """
        if join.progress and join.proof in _PROVEN:
            return Edit(), second.text, [join], finish_reason
        plan = plan_continuation(self.text, finish_reason=self.finish_reason)
        reader = PartReader(plan, self.text)
        reader.feed("".join(self.said))
        _, after = reader.finish(finish_reason)
        text, joins = reader.text, [self.join]
        if after.progress:
            joins.append(after)
        else:
            finish_reason = self.finish_reason
        common = common_length(second.text, text)
        return Edit(len(second.text) - common, text[common:]), text, joins, finish_reason
