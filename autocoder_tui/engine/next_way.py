"""Which way of asking is next: nothing is asked twice in the same words for the same text."""

from __future__ import annotations

from typing import NamedTuple

from autocoder_tui.engine import seam
from autocoder_tui.engine.end_words import read_end
from autocoder_tui.engine.errors import BadRequest, PrefillRefused, ProviderError, ServerFailed
from autocoder_tui.engine.events import Cause, ContinuationStarted
from autocoder_tui.engine.prefill import (
    NONE,
    TRIED_FIRST,
    forget_guess,
    learn_from_reply,
    learn_prefill,
    refuse,
)
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.request import RunRequest

_PROVEN = frozenset({"prefill", "echo", "witness"})


class Ask(NamedTuple):
    """A continuation to ask for, and the way it is asked in."""

    way: seam.Way
    plan: seam.Continuation

    def started(
        self, part: int, cause: Cause, finish_reason: str | None, *, echo: bool
    ) -> ContinuationStarted:
        """The event that part number `part` is asked for in this way; `echo` as for PartReader's
        `resamples`."""
        return ContinuationStarted(
            part, self.plan.anchor, cause, finish_reason, echo, self.way.name
        )


class NextWay:
    """Walks the ways of asking for the continuations of one run.

    `known` is what is known of the endpoint; what its replies teach is added to it. The reply is
    an answer without files where it is `prose`.
    """

    def __init__(self, known: Capabilities, *, prose: bool = False) -> None:
        forget_guess(known)
        self._known = known
        self._prose = prose
        self._used: set[tuple[str, str, bool]] = set()
        self._last: str | None = None
        self._guessed = False

    def ask(self, text: str, finish_reason: str | None) -> Ask | None:
        """How to ask for what comes after `text`, which ended with `finish_reason`.

        None when every way has been used up on it.
        """
        for way in self._order(cut_at_limit=read_end(finish_reason) == "length"):
            plan = seam.plan_continuation(
                text, finish_reason=finish_reason, way=way.name, prose=self._prose
            )
            if _sent(plan) not in self._used:
                return Ask(way, plan)
        return None

    async def learn(self, request: RunRequest) -> None:
        """Find out by what the server is whether it continues an assistant message."""
        await learn_prefill(self._known, request.endpoint, request.model.name)

    def prefill(self, plan: seam.Continuation | None) -> str | None:
        """How the assistant message of `plan` is to be continued, None where it is not."""
        if plan is None or not plan.prefill:
            return None
        return self._known.prefill or TRIED_FIRST

    def refused(self, ask: Ask, error: ProviderError) -> bool:
        """Whether `error` says that an assistant message is not continued here.

        Where that is only tried, any error that the server makes of it is a refusal.
        """
        if not ask.plan.prefill:
            return False
        tried = self._known.prefill is None and isinstance(error, BadRequest | ServerFailed)
        if tried or isinstance(error, PrefillRefused):
            refuse(self._known)
            return True
        return False

    def brought(self, ask: Ask, join: seam.Join, head: str) -> bool:
        """What came of `ask`, and how that joined; `head` is how the reply began.

        Whether it shows that a prefill that was only tried did not work: then a reply that
        does not prove where it belongs is not worth keeping.
        """
        # What was added may be all in the text that is withheld: then this would be the same.
        self._used.add(_sent(ask.plan))
        self._guessed = join.progress and join.proof == "guess"
        if join.progress and not self._guessed and ask.plan.witness.strip():
            # What proves nothing by itself is for where something else went wrong.
            self._last = ask.way.name
        if not ask.plan.prefill:
            return False
        tried = self._known.prefill is None
        learn_from_reply(self._known, ask.plan, join, head)
        return tried and join.progress and join.proof not in _PROVEN

    def _order(self, *, cut_at_limit: bool) -> list[seam.Way]:
        known = self._known
        takes = None if known.prefill is None else known.prefill != NONE
        # Who went on, if not where it was clear, can be asked to copy lines once more.
        copies = known.echo or self._guessed
        ways = seam.ways_for(prefill=takes, echo=copies, cut_at_limit=cut_at_limit)
        # What worked is taken again first.
        return sorted(ways, key=lambda way: way.name != self._last)


def _sent(plan: seam.Continuation) -> tuple[str, str, bool]:
    """All by which one request to go on differs from another."""
    return plan.shown, plan.instruction, plan.prefill
