"""The one batch that the program runs, or shows; it goes on while other things are done."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from textual.worker import Worker, WorkerError

from autocoder_tui.batch.batch import Batch
from autocoder_tui.batch.conflicts import in_sequence, same_file
from autocoder_tui.batch.job import BatchJob
from autocoder_tui.batch.journal import BatchHead, BatchJournal, KeptBatch
from autocoder_tui.batch.local_runner import LocalRunner
from autocoder_tui.batch.sources import read_jobs
from autocoder_tui.batch.start import begin_batch, beside, local_runner, newest_of_project
from autocoder_tui.errors import AutocoderError
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.ui.controllers.send import may_replace_review
from autocoder_tui.ui.program import Program
from autocoder_tui.ui.screens.batch import BatchScreen
from autocoder_tui.ui.screens.dialogs.line_dialog import LineDialog
from autocoder_tui.ui.screens.dialogs.question import Answer, Question
from autocoder_tui.ui.terminal.key_queue import ASKS
from autocoder_tui.workspace.output_path import Refused


class BatchActions:
    """The App's side of the batch screen. A `BatchListener`."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._screen: BatchScreen | None = None
        self.batch: Batch | None = None
        """What is under way, or shown."""
        self._journal: BatchJournal | None = None
        self._worker: Worker[None] | None = None
        self._counted: dict[int, Decimal] = {}
        """What of each job's cost is spent already, or was before the program was started."""

    @property
    def running(self) -> bool:
        """Whether jobs are under way."""
        return self._worker is not None and not self._worker.is_finished

    # ------------------------------------------------------------------ showing

    def open(self) -> None:
        """Show the batch under way, or else the newest of this project."""
        self._app.run_worker(self._open(), group=ASKS, exit_on_error=True)

    async def _open(self) -> None:
        app = self._app
        if app.screen is not app.main:
            return
        if app.setup.demo:
            app.tell("The demo has no batches: start the program without --demo.")
            return
        self._screen = BatchScreen(self._asked)
        app.push_screen(self._screen, lambda _: self._closed())
        if self.batch is None:
            try:
                await self._take_newest()
            except AutocoderError as error:
                app.tell(error.message, severity="error")
                if self._screen is not None:
                    self._screen.say(error.message)
        self._show()

    async def _take_newest(self) -> None:
        app = self._app
        path = await asyncio.to_thread(newest_of_project, app.setup.places.state, app.root)
        if path is not None and self.batch is None:
            await self._take_kept(path)

    async def _take_kept(self, path: Path) -> None:
        reopen, before = partial(BatchJournal.reopen, path, self.batch_told), self.batch
        journal, kept = await asyncio.to_thread(reopen)
        if self.batch is before and not self.running and self._screen is not None:
            self._take(journal, kept, self._runner(kept.head), again=True)
        else:
            # Another was begun meanwhile, or nobody looks any more: it is free for others.
            journal.close()

    def _take(
        self, journal: BatchJournal, kept: KeptBatch, runner: LocalRunner, *, again: bool
    ) -> None:
        self._release()
        self._journal = journal
        self._counted = {n: result.cost_usd or Decimal(0) for n, result in kept.results.items()}
        self.batch = Batch(kept, journal, runner, runner.rates, self, again=again)

    def _runner(self, head: BatchHead) -> LocalRunner:
        return local_runner(self._app.setup, head, self.batch_told)

    def _release(self) -> None:
        if self._journal is not None:
            self._journal.close()
        self._journal = self.batch = None

    def _closed(self) -> None:
        self._screen = None
        if not self.running:
            # Another program may go on with it.
            self._release()

    def _show(self) -> None:
        if self._screen is not None:
            self._screen.show(self.batch, running=self.running)

    def job_changed(self, number: int) -> None:
        result = None if self.batch is None else self.batch.results.get(number)
        if result is not None and result.cost_usd is not None:
            self._app.spending.add(result.cost_usd - self._counted.get(number, Decimal(0)))
            self._counted[number] = result.cost_usd
        if self._screen is not None:
            self._screen.changed()

    def batch_told(self, message: str) -> None:
        self._app.main.log_line(message)

    # ------------------------------------------------------------------ what is wanted

    def _asked(self, message: BatchScreen.Wanted) -> None:
        self._app.run_worker(self._do(message), group=ASKS, exit_on_error=True)

    async def _do(self, message: BatchScreen.Wanted) -> None:
        batch, number = self.batch, message.number
        try:
            if message.deed == "new":
                await self._new()
            elif batch is None:
                return
            elif message.deed == "pause":
                self._pause(batch)
            elif message.deed == "retry":
                if await batch.retry():
                    self._go(batch)
            elif message.deed in ("earlier", "later"):
                await self._turn(batch, -1 if message.deed == "earlier" else 1)
            elif number is None:
                return
            elif message.deed == "cancel":
                await batch.cancel(number)
            elif message.deed in ("up", "down"):
                if await batch.move(number, -1 if message.deed == "up" else 1) and self._screen:
                    self._screen.go_to(number)
            else:
                await self._open_result(batch, number)
        except AutocoderError as error:
            self._app.tell(error.message, severity="error", timeout=12)
        self._show()

    async def _turn(self, batch: Batch, step: int) -> None:
        """Show another batch of this project."""
        app, place = self._app, self._app.setup.places.state
        if self.running:
            app.tell("A batch is under way: pause it (Space) and let its jobs end first.")
            return
        path = await asyncio.to_thread(beside, place, app.root, batch.head.batch_id, step)
        if path is None:
            app.tell(f"There is no {'earlier' if step < 0 else 'later'} batch of this project.")
        elif self.batch is batch and not self.running:
            await self._take_kept(path)

    def _pause(self, batch: Batch) -> None:
        if self.running and not batch.queue.paused:
            batch.pause()
        elif not batch.queue.over:
            batch.resume()
            self._go(batch)

    def _go(self, batch: Batch) -> None:
        if batch.head.sent_by != "run":
            raise Refused(
                "The provider answers this batch as a whole, so it can't go on here. In "
                f"a shell: autocoder-tui batch --resume {batch.head.batch_id}"
            )
        if not self.running:
            # Other runs may have spent of the session's cap since the batch began.
            left = self._session_left()
            if left is not None:
                of_batch = batch.head.max_cost
                most = batch.budget.spent + left
                batch.budget.cap = most if of_batch is None else min(of_batch, most)
            work = self._work(batch)
            self._worker = self._app.run_worker(work, group="batch", exit_on_error=False)

    async def _work(self, batch: Batch) -> None:
        try:
            await batch.run()
        finally:
            self._worker = None
            if self._app.is_running:
                self._ended(batch)

    def _ended(self, batch: Batch) -> None:
        if batch.queue.over:
            counts = batch.counts
            failed = f", {counts['failed']} failed" if counts["failed"] else ""
            self._app.signs.ended("the batch is over")
            self._app.tell(f"The batch is over: {counts['done']} done{failed}. Q has the results.")
        elif batch.held:
            self._app.tell(f"The batch is paused: {batch.held}", severity="warning", timeout=12)
        if self._screen is None:
            self._release()
        self._show()

    # ------------------------------------------------------------------ a new one

    async def _new(self) -> None:
        app = self._app
        if self.running:
            app.tell("A batch is under way: pause it (Space) and let its jobs end first.")
            return
        hint = "Control files, folders of them, or lists of jobs (.jsonl: a job on each line)."
        line = await app.push_screen_wait(LineDialog("New batch", hint))
        if line is None:
            return
        try:
            names = _names(app.root, line)
        except ValueError:
            app.tell("A quotation mark is missing in the names.", severity="error")
            return
        jobs = self._with_model(await asyncio.to_thread(read_jobs, app.setup, names))
        ordered = await self._in_order(jobs)
        if ordered is None:
            return
        head = BatchHead(project=str(app.root), max_cost=self._session_left())
        runner = self._runner(head)
        journal, kept = await begin_batch(runner, head, ordered, self.batch_told)
        self._take(journal, kept, runner, again=False)
        assert self.batch is not None
        self._go(self.batch)

    def _session_left(self) -> Decimal | None:
        """US dollars that the cap of the session leaves, None without one."""
        session = self._app.spending.limits(self._app.setup.limits)
        cap = session.max_session_cost_usd
        return None if cap is None else max(cap - session.session_spent_usd, Decimal(0))

    def _with_model(self, jobs: list[BatchJob]) -> list[BatchJob]:
        """Jobs that name no model take the one that is chosen."""
        chosen = self._app.chosen
        if chosen is None:
            return jobs
        name, base_url = chosen.model.name, chosen.endpoint.provider.base_url
        return [
            job
            if job.model.name or job.model.base_url
            else replace(job, model=replace(job.model, name=name, base_url=base_url))
            for job in jobs
        ]

    async def _in_order(self, jobs: list[BatchJob]) -> list[BatchJob] | None:
        app = self._app
        groups = await asyncio.to_thread(same_file, app.root, jobs)
        if groups:
            names = ", ".join(visible(group[0].output or "") for group in groups[:5])
            question = Question(
                "Several jobs write the same file",
                f"{names}. They can run one after the other, each on the result of the one before.",
                (
                    Answer("sequence", "One after the other", "o"),
                    Answer("back", "Don't run", "d", harmless=True),
                ),
                start=1,
            )
            if await app.push_screen_wait(question) != "sequence":
                return None
        return in_sequence(jobs, groups)

    # ------------------------------------------------------------------ results

    async def _open_result(self, batch: Batch, number: int) -> None:
        app, job = self._app, batch.jobs[number]
        if batch.queue.status(number) != "done":
            return
        run = await asyncio.to_thread(app.recovery.history.get, job.run_id)
        if not await app.recovery.same_project(run) or not await may_replace_review(app):
            return
        if self._screen is not None:
            await batch.open_result(number)
            self._screen.dismiss(None)
        if await app.recovery.open_run(run):
            await asyncio.to_thread(app.recovery.history.settled, job.run_id)

    # ------------------------------------------------------------------ the end

    async def close(self) -> None:
        """Stop what is under way in order; what has come is kept, and Q goes on with it."""
        worker = self._worker
        if worker is not None:
            worker.cancel()
            with contextlib.suppress(TimeoutError, WorkerError):
                async with asyncio.timeout(2):
                    await worker.wait()
        self._release()


def _names(root: Path, line: str) -> list[str]:
    """The files that a line names, as a shell would read it. Raises ValueError."""
    return [str(root / Path(name).expanduser()) for name in shlex.split(line)]
