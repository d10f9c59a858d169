"""How much the next reply may hold, and what happens when money runs out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Literal, TypeAlias

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.errors import ContextFull, SpendingCapReached
from autocoder_tui.engine.metering.money import format_usd
from autocoder_tui.engine.metering.usage import Accounts
from autocoder_tui.engine.request import Limits
from autocoder_tui.values import dataclass

LEAST_OUTPUT = 256
"""Tokens: a request that could not answer with at least this many is not sent."""

CLEARLY = Decimal("1.02")
"""Times its cap what has come must cost before a reply is stopped: a model may cut the same
text into a few more tokens than we count."""
_CHECKED_EVERY = 512
"""Characters between two looks at what a reply costs while it comes."""


@dataclass(frozen=True, slots=True)
class CapQuestion:
    """The next request could pass a spending cap: of this run, or of the whole session. It may
    be passed already (`spent` above `limit`); `stopped` says that a reply was stopped for it.

    `spent` and `limit` are US dollars; with `enough` as the limit the request, at its full
    length, could be sent.
    """

    cap: Literal["run", "session"]
    spent: Decimal
    limit: Decimal
    enough: Decimal
    stopped: bool = False


STOPPED = "The server sent more than it was asked for, so it was stopped."

RaiseCap: TypeAlias = Callable[[CapQuestion], Awaitable[Decimal | None]]
"""Asks a person for a higher cap while the run waits; None ends the run."""


class Allowance:
    """The output limit of each request of one run: model, user, window and spending caps."""

    def __init__(
        self, model: Model, limits: Limits, accounts: Accounts, raise_cap: RaiseCap | None
    ) -> None:
        self._model = model
        self._limits = limits
        self._accounts = accounts
        self._raise_cap = raise_cap
        self._run_cap = limits.max_cost_usd
        self._session_cap = limits.max_session_cost_usd
        self._checked_at = 0
        self._passed = False

    async def most_output(self, prompt_tokens: int, *, stopped: bool = False) -> int | None:
        """Most tokens the next reply may have, None for no limit. `stopped`: the
        reply before was stopped because `is_passed`.

        Raises ContextFull, and SpendingCapReached unless a person raises the cap.
        """
        wanted = self._without_caps(prompt_tokens)
        while (question := self._question(prompt_tokens, wanted, stopped)) is not None:
            raised = None if self._raise_cap is None else await self._raise_cap(question)
            if raised is None or raised <= question.limit:
                raise _reached(question)
            if question.cap == "run":
                self._run_cap = raised
            else:
                self._session_cap = raised
        self._passed = False
        affordable = [
            tokens
            for cap in (self._run_cap, self._left_of_session())
            if cap is not None
            and (tokens := self._accounts.affordable_output(prompt_tokens, cap)) is not None
        ]
        most = [value for value in (wanted, *affordable) if value is not None]
        return min(most) if most else None

    def is_passed(self) -> bool:
        """Whether what has come costs clearly more than a cap, though the request asked for no
        more than fits: some servers do not heed it. Whoever hears so is to stop the reply."""
        received = self._accounts.characters
        if not self._passed and received - self._checked_at >= _CHECKED_EVERY:
            self._checked_at = received
            caps = [cap for cap in (self._run_cap, self._left_of_session()) if cap is not None]
            cost = self._accounts.least_cost_usd() if caps else None
            self._passed = cost is not None and cost > min(caps) * CLEARLY
        return self._passed

    def _without_caps(self, prompt_tokens: int) -> int | None:
        model = self._model
        most = [value for value in (model.max_tokens, self._limits.max_output_tokens) if value]
        if model.context_length is not None:
            room = model.context_length - prompt_tokens
            if room < LEAST_OUTPUT:
                raise ContextFull(
                    f"Prompt and reply so far fill the context window of {model.name} "
                    f"({model.context_length:,} tokens). The text so far is kept; "
                    "continue with a model that takes more."
                )
            most.append(room)
        return min(most) if most else None

    def _left_of_session(self) -> Decimal | None:
        """What the session's cap leaves for this run as a whole."""
        if self._session_cap is None:
            return None
        return self._session_cap - self._limits.session_spent_usd

    def _question(
        self, prompt_tokens: int, wanted: int | None, stopped: bool
    ) -> CapQuestion | None:
        """The cap in the way of a reply of any use, None if there is none."""
        spent = self._accounts.totals().cost_usd
        if spent is None:
            return None
        output = LEAST_OUTPUT if wanted is None else wanted
        needed = self._accounts.cost_of(prompt_tokens, output) or Decimal(0)
        if self._is_in_the_way(self._run_cap, prompt_tokens, wanted):
            assert self._run_cap is not None
            return CapQuestion("run", spent, self._run_cap, spent + needed, stopped)
        if self._is_in_the_way(self._left_of_session(), prompt_tokens, wanted):
            assert self._session_cap is not None
            of_session = self._limits.session_spent_usd + spent
            enough = of_session + needed
            return CapQuestion("session", of_session, self._session_cap, enough, stopped)
        return None

    def _is_in_the_way(self, cap: Decimal | None, prompt_tokens: int, wanted: int | None) -> bool:
        if cap is None:
            return False
        affordable = self._accounts.affordable_output(prompt_tokens, cap)
        least = LEAST_OUTPUT if wanted is None else min(LEAST_OUTPUT, wanted)
        return affordable is not None and affordable < least


def _reached(question: CapQuestion) -> SpendingCapReached:
    spent, limit = format_usd(question.spent), format_usd(question.limit)
    of = "the session" if question.cap == "session" else "a run"
    setting = "max_session_cost" if question.cap == "session" else "max_cost"
    happened = f"The next request could pass the spending cap of {limit} for {of} ({spent} spent)."
    if question.spent > question.limit:
        stopped = f" {STOPPED}" if question.stopped else ""
        happened = f"The spending cap of {limit} for {of} is passed: {spent} spent.{stopped}"
    return SpendingCapReached(
        f"{happened} The text so far is kept; raise {setting} to go on.",
        spent=spent,
        limit=limit,
    )
