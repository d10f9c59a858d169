"""One run of a project: its steps one after the other, each written down as it goes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from typing import Final

from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.redaction import REDACTED, redacted, safe_line
from autocoder_tui.steps.context import Spent
from autocoder_tui.steps.draft import Files, files_of, fold_step, read_files, render
from autocoder_tui.steps.errors import ProjectUnusable, StepFailed
from autocoder_tui.steps.generated_files import checked_names
from autocoder_tui.steps.own_steps import in_words
from autocoder_tui.steps.progress import ProjectProgress, StepProgress
from autocoder_tui.steps.record import Effect, StepRecord
from autocoder_tui.steps.remaining_cost import remaining_usd
from autocoder_tui.steps.request import digest
from autocoder_tui.steps.running_step import RunningStep, step_file
from autocoder_tui.steps.step import Step
from autocoder_tui.steps.workplace import Workplace
from autocoder_tui.store.history.kept_run import now

FINISHED: Final = ("done", "skipped")


class ProjectSession:
    """Runs the `steps` of a run, whose records are `records`; made by `steps.opening`. It belongs
    to the event loop, and has the project to itself until `close`."""

    def __init__(
        self,
        place: Workplace,
        steps: Sequence[Step],
        records: Sequence[StepRecord],
        prompt: str,
        held: ExitStack,
    ) -> None:
        self._place = place
        self._steps = tuple(steps)
        self._records = list(records)
        self._prompt = prompt
        self._held = held
        self._at: int | None = None
        self._began = 0.0
        self._left: tuple[Decimal, Decimal] | None = None
        self._rendered: dict[int, tuple[StepRecord, str]] = {}
        self._count_spent()

    @property
    def run_name(self) -> str:
        """What its folder in the logs is called."""
        return self._place.run.name

    @property
    def place(self) -> Workplace:
        return self._place

    @property
    def steps(self) -> tuple[Step, ...]:
        return self._steps

    @property
    def records(self) -> tuple[StepRecord, ...]:
        """How the steps stand, with all that they did."""
        return tuple(self._records)

    @property
    def progress(self) -> ProjectProgress:
        return ProjectProgress(
            self._place.run.name,
            self._place.head.configuration,
            tuple(map(self._progress_of, range(len(self._steps)))),
            self._at,
            self._left,
            self._place.limits.max_cost_usd,
        )

    def close(self) -> None:
        """Let go of the project."""
        self._held.close()

    # ------------------------------------------------------------------ what a person does

    async def run(self, *, pause: bool = False) -> None:
        """Go on from the first step that is not done or skipped; with `pause` do that one only.
        Returns at the end, or at a step that failed. A cancellation leaves the step stopped, and
        is raised. Raises ProjectUnusable where nothing can be written down."""
        for index, record in enumerate(self._records):
            if record.state in FINISHED:
                continue
            if not await self._run_step(index) or pause:
                return

    async def skip(self, index: int) -> None:
        """Leave a step out; what it did is kept."""
        self._check_idle(index)
        record = self._records[index]
        skipped = replace(record, state="skipped", detail="skipped", resend=())
        await self._change(index, skipped)
        await self._make_stale(index)

    async def edit(self, index: int, text: str) -> None:
        """Put `text` in the place of a step's output; those after it that are done are stale then.
        Raises NotFiles where it was files and is not any more, StepFailed where there is no
        output yet."""
        self._check_idle(index)
        record = self._records[index]
        if record.state not in ("done", "stale", "stopped", "failed", "skipped"):
            raise StepFailed(f"The step {record.name} has no output yet. Run it first.")
        if record.output is None and files_of(record):
            files = await asyncio.to_thread(read_files, text)
            files = await asyncio.to_thread(checked_names, self._place.project.root, files)
            if redacted(text) != text:
                self._place.face.told(
                    f"A key stands in it: it is taken out of the log, where {REDACTED} will stand "
                    "for it after the next start."
                )
            changed = replace(record, edited_files=files, edited=True)
        else:
            changed = replace(record, output=redacted(text), edited=True)
        await self._change(index, replace(changed, state="done", detail="edited by you"))
        await self._make_stale(index)

    async def again_from(self, index: int) -> None:
        """Have a step done anew; its log so far is kept under another name. Those after it that
        are done are stale then."""
        self._check_idle(index)
        record = self._records[index]
        await asyncio.to_thread(self._place.run.keep_copy, record)
        await self._change(index, record.begun_anew())
        await self._make_stale(index)

    async def resend(self, index: int, logged: StepRecord) -> None:
        """Have a step done anew with the messages and the answers of a log, word for word."""
        await self.again_from(index)
        resent = tuple(
            Effect(
                one.kind, one.key, messages=one.messages, question=one.question, answer=one.answer
            )
            for one in logged.effects
        )
        if any(REDACTED in one.content for effect in resent for one in effect.messages):
            self._place.face.told(
                f"A key was taken out of the log: {REDACTED} is sent where it stood."
            )
        await self._change(index, replace(self._records[index], resend=resent))

    @property
    def draft(self) -> Files:
        """The files that the steps generated and nobody decided on yet."""
        draft: Files = {}
        for record in self._records:
            if record.state != "skipped":
                draft = fold_step(draft, record)
        return draft

    def output_text(self, index: int) -> str:
        """What `edit` edits: the step's text, else its files as a reply that holds them."""
        record = self._records[index]
        if record.output is not None:
            return record.output
        made_of, text = self._rendered.get(index, (None, ""))
        if made_of is not record:
            text = render(files_of(record))
            self._rendered[index] = (record, text)
        return text

    # ------------------------------------------------------------------ one step

    async def _run_step(self, index: int) -> bool:
        """Run it; whether it is done."""
        record = self._records[index]
        self._at, self._began = index, time.monotonic()
        began = record.began or now()
        record = replace(record, state="running", detail="", began=began, ended="")
        before = record.seconds
        running: RunningStep | None = None
        try:
            await self._change(index, record)
            await self._look_ahead()
            running = self._running(index, record)
            try:
                output = await self._steps[index].work(running)
            finally:
                await running.close()
            if output is not None and not isinstance(output, str):
                kind = type(output).__name__
                raise StepFailed(
                    f"The step {record.name} gave back a {kind}, and an output is a text. Have it "
                    "return a str, or nothing."
                )
            running.finish()
            ended = replace(
                running.record,
                state="done",
                resend=(),
                output=None if output is None else redacted(output),
                edited=False,
                edited_files=None,
                detail="",
            )
        except asyncio.CancelledError:
            ended = replace(self._of(running, record), state="stopped", detail="stopped")
            self._end(index, ended, before)
            self._place.keep_now(self._records[index])
            raise
        except ProjectUnusable as error:
            # Nothing can be written down: what is on disk says that the step runs.
            self._end(index, self._failed(running, record, error.message), before)
            raise
        except AutocoderError as error:
            ended = self._failed(running, record, error.message)
        except SystemExit:
            said = f"The step {record.name} ended the program. A step returns, or raises."
            ended = self._failed(running, record, said)
        except Exception as error:
            ended = self._failed(running, record, self._in_words(index, error))
        self._end(index, ended, before)
        await self._place.keep(self._records[index])
        await self._look_ahead()
        return ended.state == "done"

    def _running(self, index: int, record: StepRecord) -> RunningStep:
        draft: Files = {}
        outputs: dict[str, str] = {}
        spent: dict[str, Spent] = {}
        lineage: list[object] = [self._prompt]
        for number, earlier in enumerate(self._records[:index]):
            if earlier.state == "skipped":
                continue
            draft = fold_step(draft, earlier)
            used = earlier.used
            spent[earlier.name] = Spent(
                used.requests,
                (used.prompt_tokens, used.completion_tokens),
                used.cost_usd,
                earlier.seconds,
            )
            outputs[earlier.name] = self.output_text(number)
            ids = [(one.key, one.run_id, one.written) for one in earlier.effects]
            lineage.append((earlier.name, earlier.times, outputs[earlier.name], ids))

        def changed(record: StepRecord) -> None:
            self._records[index] = record
            self._count_spent()
            self._place.face.progressed(self.progress)

        line = digest(lineage)
        return RunningStep(self._place, record, self._prompt, outputs, draft, spent, line, changed)

    def _failed(self, running: RunningStep | None, record: StepRecord, message: str) -> StepRecord:
        return replace(self._of(running, record), state="failed", detail=message)

    @staticmethod
    def _of(running: RunningStep | None, record: StepRecord) -> StepRecord:
        return record if running is None else running.record

    def _in_words(self, index: int, error: Exception) -> str:
        step = self._steps[index]
        if step.origin == "shipped":
            return self._place.report(error)
        return in_words(error, step_file(step.origin, step.where))

    def _end(self, index: int, record: StepRecord, before: float) -> None:
        seconds = round(before + time.monotonic() - self._began, 3)
        self._records[index] = replace(record, ended=now(), seconds=seconds)
        self._at = None
        self._count_spent()
        self._place.face.progressed(self.progress)

    # ------------------------------------------------------------------ how it stands

    def _check_idle(self, index: int) -> None:
        if self._at is not None:
            name = self._steps[self._at].name
            raise StepFailed(f"The step {name} runs. Stop it first.")
        if not 0 <= index < len(self._steps):
            raise StepFailed(f"There is no step {index + 1}: there are {len(self._steps)}.")

    async def _change(self, index: int, record: StepRecord) -> None:
        self._records[index] = record
        self._count_spent()
        await self._place.keep(record)
        self._place.face.progressed(self.progress)

    async def _make_stale(self, index: int) -> None:
        for later in range(index + 1, len(self._records)):
            record = self._records[later]
            if record.state == "done":
                detail = f"{self._steps[index].name} has changed since"
                await self._change(later, replace(record, state="stale", detail=detail))
        await self._look_ahead()

    def _count_spent(self) -> None:
        costs = (record.used.cost_usd for record in self._records)
        self._place.spent_usd = sum((cost for cost in costs if cost is not None), Decimal(0))

    async def _look_ahead(self) -> None:
        await self.weigh_left()
        self._place.face.progressed(self.progress)

    async def weigh_left(self) -> None:
        """Work out what the steps that remain may cost."""
        left = [
            step
            for step, record in zip(self._steps, self._records, strict=True)
            if record.state not in FINISHED
        ]
        draft: Files = {}
        for record in self._records:
            if record.state in ("done", "running"):
                draft = fold_step(draft, record)
        self._left = await asyncio.to_thread(remaining_usd, self._place, self._prompt, draft, left)

    def _progress_of(self, index: int) -> StepProgress:
        step, record = self._steps[index], self._records[index]
        used = record.used
        seconds = record.seconds
        if index == self._at:
            seconds += time.monotonic() - self._began
        last = record.said[-1] if record.said else ""
        return StepProgress(
            step.name,
            step.summary,
            record.state,
            (used.prompt_tokens, used.completion_tokens),
            used.cost_usd,
            seconds,
            used.requests,
            safe_line(" ".join((record.detail or last).split())),
            self.output_text(index),
            tuple(files_of(record)),
            record.run_ids,
        )
