"""What the steps of one run work with: its folder, its face, its model, its money."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import field, replace
from decimal import Decimal

from autocoder_tui.engine.request import Limits
from autocoder_tui.runs.fallback import limits_after
from autocoder_tui.runs.guidance import Guidance
from autocoder_tui.runs.setup import ChosenModel, Setup
from autocoder_tui.steps.face import ProjectFace
from autocoder_tui.steps.project import Project
from autocoder_tui.steps.record import StepRecord
from autocoder_tui.steps.run_folder import RunFolder, RunHead
from autocoder_tui.steps.token_usage import TokenUsage, UsageRow
from autocoder_tui.store.evaluation import Evaluation
from autocoder_tui.store.history.history import History, UnknownRun
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.history.schema import HistoryUnavailable
from autocoder_tui.values import dataclass


@dataclass(slots=True)
class Workplace:
    """`model` gives the model that is chosen now, `report` keeps an error nobody foresaw and says
    so in a sentence. `spent_usd` is what the run cost so far, unknown prices left out; `limits`
    are those of all of it."""

    project: Project
    run: RunFolder
    head: RunHead
    setup: Setup
    face: ProjectFace
    model: Callable[[], ChosenModel]
    report: Callable[[Exception], str]
    history: History
    usage: TokenUsage
    guidance: Guidance
    limits: Limits
    spent_usd: Decimal = Decimal(0)
    warned: set[str] = field(default_factory=set)

    def warn(self, warning: str) -> None:
        """Say it once, however many requests it is about."""
        if warning not in self.warned:
            self.warned.add(warning)
            self.face.told(warning)

    async def keep(self, record: StepRecord) -> None:
        """Write the record down. Raises ProjectUnusable."""
        await asyncio.to_thread(self.keep_now, record)

    def keep_now(self, record: StepRecord) -> None:
        """The same, blocking; then what its requests took."""
        self.run.write(record, self.head.configuration)
        rows = [
            UsageRow(
                effect.usage_row,
                record.name,
                effect.used.prompt_tokens,
                effect.used.completion_tokens,
            )
            for effect in record.effects
            if effect.usage_row
        ]
        if rows and (said := self.usage.add(rows)):
            self.face.told(said)

    def next_row(self) -> int:
        """The row that what a request took is going to have. Blocking; raises
        ProjectUnusable."""
        return self.usage.next_number()[0]

    def limits_now(self, more: Decimal = Decimal(0)) -> Limits:
        """What the next request may cost, where `more` was spent that is not booked yet."""
        return limits_after(self.limits, self.spent_usd + more)

    def kept(self, run_id: str) -> KeptRun | None:
        """The run of this id, where history has it. Blocking."""
        try:
            return self.history.get(run_id)
        except (UnknownRun, HistoryUnavailable):
            return None

    def keep_evaluation(self, evaluation: Evaluation) -> None:
        """Keep what a person says of the run beside it, and with its requests in the history.
        Blocking; raises ProjectUnusable."""
        self.run.write_evaluation(evaluation)
        records, _ = self.run.records(self.head)
        run_ids = [run_id for record in records for run_id in record.run_ids]
        try:
            self.history.evaluate(run_ids, evaluation)
        except HistoryUnavailable as error:
            self.face.told(f"{error.message} What you said is kept in the project alone.")

    def wrote(self, digests: dict[str, str]) -> None:
        """These files of the project hold what the run wrote. Blocking; raises
        ProjectUnusable."""
        self.head = replace(self.head, written={**self.head.written, **digests})
        self.run.write_head(self.head)
