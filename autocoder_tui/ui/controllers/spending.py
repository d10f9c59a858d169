"""Spending caps while the program is open: of each run, and of all runs since it started."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_UP, Decimal

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.metering.budget import STOPPED, CapQuestion
from autocoder_tui.engine.metering.money import cap_problem, format_usd
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.widgets.meters.meters import Meters

_CENT = Decimal("0.01")


class SessionSpending:
    """`spent` is what runs and jobs of batches so far cost in US dollars, those without a known
    price left out.

    `wants_review` says whether the person who ended the last run at a cap asked to see it.
    """

    def __init__(self, app: Program) -> None:
        self._app = app
        self._session_cap: Decimal | None = None
        self._uncapped: set[tuple[str, str]] = set()
        self.spent = Decimal(0)
        self.wants_review = True

    def limits(self, limits: Limits) -> Limits:
        """`limits` for the next run: with what the session has spent, and its raised cap."""
        self.wants_review = True
        cap = self._capped(limits)
        self._app.main.query_one(Meters).cap_usd = self.left(limits)
        return replace(limits, max_session_cost_usd=cap, session_spent_usd=self.spent)

    def left(self, limits: Limits) -> Decimal | None:
        """US dollars the next run may cost by both caps, None where there is none."""
        session = self._capped(limits)
        caps = [limits.max_cost_usd, None if session is None else session - self.spent]
        return min((max(Decimal(0), cap) for cap in caps if cap is not None), default=None)

    def _capped(self, limits: Limits) -> Decimal | None:
        """The session's cap, as far as it was raised."""
        cap = limits.max_session_cost_usd
        if cap is not None and self._session_cap is not None:
            cap = max(cap, self._session_cap)
        return cap

    def ended(self, state: RunState) -> None:
        """A run is over: what it cost is spent."""
        cost = None if state.usage is None else state.usage.cost_usd
        self.add(cost or Decimal(0))

    def add(self, cost: Decimal) -> None:
        """So many US dollars more are spent, by a run or by a job of a batch."""
        self.spent += cost
        if self._app.is_running:
            self._app.main.query_one(Meters).session_usd = self.spent

    async def may_run(self, model: Model, limits: Limits) -> bool:
        """Ask whether to run without the cap, where it can't hold; once for each model."""
        problem = cap_problem(model, limits)
        place = (model.provider, model.name)
        if problem is None or place in self._uncapped:
            return True
        answers = (Answer("stop", "Don't run", "d"), Answer("go on", "Run without the cap", "w"))
        if (
            await self._app.push_screen_wait(Question("No price known", problem, answers))
            != "go on"
        ):
            return False
        self._uncapped.add(place)
        self._app.main.log_line(f"{model.name} runs without a spending cap.")
        return True

    async def raise_cap(self, question: CapQuestion) -> Decimal | None:
        """Ask the user; the run waits. The new cap in US dollars, or None to end the run."""
        higher = next_cap(question)
        whose = "this run" if question.cap == "run" else "this session"
        limit, spent = format_usd(question.limit), format_usd(question.spent)
        stopped = f" {STOPPED}" if question.stopped else ""
        happened = (
            f"{spent} is spent, more than the {limit} allowed for {whose}.{stopped}"
            if question.spent > question.limit
            else f"The next request could cost more than the {limit} allowed for {whose}; "
            f"{spent} is spent."
        )
        text = (
            f"{happened} Going on allows {format_usd(higher)} in all. "
            "What has come is kept either way."
        )
        answers = (
            Answer("go on", f"Go on, up to {format_usd(higher)}", "g"),
            Answer("review", "Review what is there", "r"),
            Answer("stop", "Stop", "s"),
        )
        meters = self._app.main.query_one(Meters)
        meters.pause(True)
        try:
            answer = await self._app.ask_unbidden(Question("Spending cap", text, answers))
        finally:
            meters.pause(False)
        self.wants_review = answer != "stop"
        if answer != "go on":
            return None
        if question.cap == "session":
            self._session_cap = higher
        meters.cap_usd = higher - self.spent if question.cap == "session" else higher
        self._app.main.log_line(f"The cap of {whose} was raised to {format_usd(higher)}.")
        return higher


def next_cap(question: CapQuestion) -> Decimal:
    """Enough for the next request at its longest, at least twice the cap, in whole cents."""
    return max(question.enough, 2 * question.limit).quantize(_CENT, ROUND_UP)
