"""What a run has used so far: the provider's figures where it gives them, ours until then."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from autocoder_tui.engine.calibration import Weights
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.events import PartFinished, UsageReported, UsageUpdated
from autocoder_tui.engine.metering.money import cost_usd
from autocoder_tui.engine.metering.tokens import TailCounter, TokenCounter
from autocoder_tui.engine.provider.chunks import Usage
from autocoder_tui.values import dataclass

METER_PERIOD = 0.25
"""Seconds between two usage events while text streams in."""
_MOST_TIMES, _MOST_ADDED = 20, 50_000


@dataclass(frozen=True, slots=True)
class Booked:
    """One request that was booked; `cost_usd` is None where no price is known."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal | None

    def finished(self, part: int, finish_reason: str | None) -> PartFinished:
        """The end of part `part`, which it was."""
        return PartFinished(
            part, finish_reason, self.completion_tokens, self.prompt_tokens, self.cost_usd
        )


class Accounts:
    """Token and cost totals over the requests of one run.

    A request is opened with our count of its prompt; `reported()` replaces our figures by
    the provider's (replaces, never adds: some repeat it in every chunk); `close()` books it.
    """

    def __init__(self, model: Model, counter: TokenCounter) -> None:
        self._model = model
        self._counter = counter
        self._booked = Usage(0, 0, 0, 0)
        self._booked_estimated = False
        self._booked_usd: Decimal | None = Decimal(0)
        self._charged_usd: Decimal | None = None
        self._booked_charged = 0
        self._booked_priced = 0
        self._dubious = False
        self._prompt_tokens = 0
        self._weights = Weights()
        self._output = TailCounter(counter)
        self._unreported = self._output
        """What came after the last report; the same as long as there is none."""
        self._reported: Usage | None = None
        self.characters = 0
        """Characters received over all requests, reasoning included."""
        self.chunks = 0
        """Chunks received over all requests, empty ones too."""

    def open(self, weights: Weights) -> None:
        """A request that weighs `weights` (our count) is about to be sent."""
        self._weights = weights
        self._prompt_tokens = self._counter.calibrated(weights)
        self._output = self._unreported = TailCounter(self._counter)
        self._reported = None
        self._charged_usd = None

    def received(self, text: str) -> None:
        """Text or reasoning of the open request came in: output that is paid for."""
        self.characters += len(text)
        self._output.append(text)
        if self._unreported is not self._output:
            self._unreported.append(text)

    def reported(self, usage: Usage) -> None:
        """The provider's count so far. Some report once, with the first text, as well as at
        the end: what comes after a report is added by our count."""
        if usage.prompt_tokens is not None and usage.prompt_tokens > self._most_believed:
            usage = replace(usage, prompt_tokens=None, cached_tokens=0, dubious=True)
        self._dubious |= usage.dubious
        if usage.prompt_tokens is None and usage.completion_tokens is None:
            return
        if usage.cost_usd is not None:
            self._charged_usd = usage.cost_usd
        self._reported = usage
        self._unreported = TailCounter(self._counter)

    def report(self, part: int) -> UsageReported | None:
        """What the provider counted for the prompt of the open request, None if it did not."""
        given = self._reported
        if given is None or given.prompt_tokens is None or self._weights.total == 0:
            return None
        margin = Decimal(0) if self._counter.exact else self._counter.calibration.margin
        return UsageReported(part, self._weights, self._prompt_tokens, given.prompt_tokens, margin)

    def close(self) -> Booked:
        """Book the open request."""
        current = self._current()
        self._booked_estimated |= self._is_estimated
        self._booked = _sum(self._booked, current)
        prompt, completion = current.prompt_tokens or 0, current.completion_tokens or 0
        cost = self._cost(current)
        self._booked_usd = _added(self._booked_usd, cost)
        if self._charged_usd is not None:
            self._booked_charged += 1
        elif prompt or completion:
            self._booked_priced += 1
        self.open(Weights())
        return Booked(prompt, completion, cost)

    def abandon(self) -> None:
        """The open request failed: it is paid for only if some output came."""
        if self._output.tokens or self._reported is not None:
            self.close()
        else:
            self.open(Weights())

    def affordable_output(self, prompt_tokens: int, cap_usd: Decimal) -> int | None:
        """Most output tokens a request may have so that the run stays under `cap_usd`.

        Never negative; None where the price is not known, so that nothing can be promised.
        """
        spent = self.totals().cost_usd
        prompt_cost = cost_usd(self._model, prompt_tokens, 0)
        price = self._model.output_price
        if spent is None or prompt_cost is None or price is None or price == 0:
            return None
        return max(0, int((cap_usd - spent - prompt_cost) * 1_000_000 / price))

    def cost_of(self, prompt_tokens: int, completion_tokens: int) -> Decimal | None:
        """What one more request would cost at most, in US dollars; None where not known."""
        return cost_usd(self._model, prompt_tokens, completion_tokens)

    def least_cost_usd(self) -> Decimal | None:
        """What the run has cost so far at the least, our count of the open request taken as
        low as it may be; None where no price is known."""
        current = self._current()
        prompt, completion = current.prompt_tokens or 0, current.completion_tokens or 0
        if self._is_estimated and not self._counter.exact:
            sure = 1 - self._counter.calibration.margin
            prompt, completion = int(prompt * sure), int(completion * sure)
        least = self._cost(Usage(prompt, completion, current.cached_tokens, 0))
        return _added(self._booked_usd, least)

    def _cost(self, current: Usage) -> Decimal | None:
        """What the open request costs: what the provider charges, else `current` at our prices."""
        if self._charged_usd is not None:
            return self._charged_usd
        prompt, completion = current.prompt_tokens or 0, current.completion_tokens or 0
        if self._booked_charged and not (prompt or completion):
            # Between two requests: what was charged is known, whether or not there is a price.
            return Decimal(0)
        return cost_usd(self._model, prompt, completion, current.cached_tokens)

    @property
    def _most_believed(self) -> int:
        """Most prompt tokens a provider may report: it may add instructions of its own, or cut
        text far finer, but not beyond all measure."""
        return _MOST_TIMES * self._prompt_tokens + _MOST_ADDED

    @property
    def _is_estimated(self) -> bool:
        """Whether the figures of the open request are not the provider's alone."""
        if self._reported is None or None in (
            self._reported.prompt_tokens,
            self._reported.completion_tokens,
        ):
            return self._prompt_tokens > 0
        return self._unreported.tokens > 0

    def _current(self) -> Usage:
        ours = Usage(self._prompt_tokens, self._output.tokens, 0, 0)
        if self._reported is None:
            return ours
        given, said = self._reported, self._reported.completion_tokens
        return Usage(
            ours.prompt_tokens if given.prompt_tokens is None else given.prompt_tokens,
            ours.completion_tokens if said is None else said + self._unreported.tokens,
            given.cached_tokens or 0,
            given.reasoning_tokens or 0,
        )

    def totals(self) -> UsageUpdated:
        """The run so far, the open request included."""
        current = self._current()
        usage = _sum(self._booked, current)
        prompt, completion = usage.prompt_tokens or 0, usage.completion_tokens or 0
        cached = usage.cached_tokens or 0
        return UsageUpdated(
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_tokens=cached,
            cost_usd=_added(self._booked_usd, self._cost(current)),
            estimated=self._booked_estimated or self._is_estimated,
            reasoning_tokens=usage.reasoning_tokens,
            chunks=self.chunks,
            dubious=self._dubious,
            cost_reported=self._is_cost_reported,
        )

    @property
    def _is_cost_reported(self) -> bool:
        """Whether the provider has named the cost of every request."""
        charged = self._charged_usd is not None
        if self._booked_priced or (not charged and (self._prompt_tokens or self._output.tokens)):
            return False
        return charged or self._booked_charged > 0


def _added(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else left + right


def _sum(left: Usage, right: Usage) -> Usage:
    return Usage(
        (left.prompt_tokens or 0) + (right.prompt_tokens or 0),
        (left.completion_tokens or 0) + (right.completion_tokens or 0),
        (left.cached_tokens or 0) + (right.cached_tokens or 0),
        (left.reasoning_tokens or 0) + (right.reasoning_tokens or 0),
    )
