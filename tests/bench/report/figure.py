"""One row of the report: what was measured, beside what, and what it should be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tests.bench.report.pairs import middle

Bound: TypeAlias = Literal["times", "most", "least"]


@dataclass(frozen=True, slots=True)
class Goal:
    """`times`: at most so many times the baseline; `most` and `least`: of our own figure."""

    bound: Bound
    value: float
    words: str = ""
    """What else belongs to it, as it is shown."""

    def shown(self, unit: str) -> str:
        said = {
            "times": f"≤ {self.value:g} ×",
            "most": f"≤ {self.value:g} {unit}",
            "least": f"≥ {self.value:g} {unit}",
        }[self.bound]
        return f"{said}{self.words}"


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` beside `baseline`, which is the figure of what `beside` names, in the same run.

    `n` is how many times it was measured. `fails` is what else of the goal is not met. `paired` is
    the ratio where both were measured in pairs: the median of theirs, which is not the ratio of the
    medians. `loop_ms` is what `pairs.machine_ms` was meanwhile."""

    what: str
    ours: float
    unit: str
    n: int
    baseline: float | None = None
    beside: str = ""
    goal: Goal | None = None
    fails: str = ""
    paired: float | None = None
    loop_ms: float | None = None

    @classmethod
    def of_pairs(
        cls,
        what: str,
        unit: str,
        pairs: Sequence[tuple[float, float]],
        beside: str,
        goal: Goal | None = None,
        *,
        fails: str = "",
        n: int | None = None,
    ) -> Figure:
        """Medians of figures that were measured in turns (`pairs.in_turns`). `n` is how many
        figures they are made of, where that is more than the pairs."""
        ours, baseline, ratio = middle(pairs)
        count = len(pairs) if n is None else n
        return cls(what, ours, unit, count, baseline, beside, goal, fails, paired=ratio)

    @property
    def ratio(self) -> float | None:
        if self.paired is not None:
            return self.paired
        return self.ours / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none, or nothing to compare with."""
        if self.goal is None:
            return None
        if self.goal.bound == "times":
            reached = None if self.ratio is None else self.ratio <= self.goal.value
        elif self.goal.bound == "most":
            reached = self.ours <= self.goal.value
        else:
            reached = self.ours >= self.goal.value
        return reached if reached is None else reached and not self.fails


def percentile(times: Sequence[float], share: float) -> float:
    """The figure that `share` of `times` are not above."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def shown(value: float | None) -> str:
    """Three figures that count, or a dash."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
