"""How far a project is: plain values for whoever shows it."""

from __future__ import annotations

from decimal import Decimal

from autocoder_tui.steps.step import StepState
from autocoder_tui.values import dataclass


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step. `tokens` are those sent and those that came; `cost_usd` is None where a price is
    not known, `seconds` how long it worked. `detail` is one line on what it does now, or on how
    it ended; `output` its text, `files` the paths it generated, `run_ids` its runs in the
    history, oldest first."""

    name: str
    summary: str
    state: StepState
    tokens: tuple[int, int] = (0, 0)
    cost_usd: Decimal | None = Decimal(0)
    seconds: float = 0.0
    requests: int = 0
    detail: str = ""
    output: str = ""
    files: tuple[str, ...] = ()
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectProgress:
    """All of it. `at` is the index of the step that runs, None where none does; `left_usd` is
    the range of what the steps that remain may cost, None where a price is not known; `cap_usd`
    the cap over all of them."""

    run: str
    configuration: str
    steps: tuple[StepProgress, ...]
    at: int | None = None
    left_usd: tuple[Decimal, Decimal] | None = None
    cap_usd: Decimal | None = None

    @property
    def spent_usd(self) -> Decimal | None:
        """What the steps cost so far, None where a price is not known."""
        costs = [step.cost_usd for step in self.steps]
        if any(cost is None for cost in costs):
            return None
        return sum((cost for cost in costs if cost is not None), Decimal(0))

    @property
    def ended(self) -> bool:
        """Whether nothing is left to run."""
        return self.at is None and all(step.state in ("done", "skipped") for step in self.steps)
