"""What becomes of a batch's results without the screen: written, or a patch of all of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from autocoder_tui.batch.job import BatchJob, JobResult
from autocoder_tui.batch.local_runner import LocalRunner, setup_of
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.outcome import Outcome
from autocoder_tui.headless.output import Delivery
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.runs.restore import events_of, model_as_sent, prepared_of
from autocoder_tui.runs.setup import Setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.workspace.errors import WorkspaceError
from autocoder_tui.workspace.in_git import why_not_in_git
from autocoder_tui.workspace.output_path import Refused
from autocoder_tui.workspace.textfile import read_text_file


class BatchResults:
    """Takes the results of jobs that are done from history, each as if all of it were accepted."""

    def __init__(self, runner: LocalRunner, jobs: Iterable[BatchJob]) -> None:
        self._runner = runner
        self._jobs = {job.number: job for job in jobs}
        self._writing = asyncio.Lock()

    async def write(self, job: BatchJob, result: JobResult) -> JobResult:
        """Write the file a job names; the result then says so, or why not."""
        kept = await self._runner.kept(job.run_id)
        if kept is None:
            return replace(
                result, status="failed", kind="undelivered", error="Its run is not in history."
            )
        before = self._jobs.get(job.after)
        prior = None if before is None else await self._runner.kept(before.run_id)
        # One after the other: each write has a place in the order that undo goes back by.
        async with self._writing:
            try:
                await asyncio.to_thread(self._write, job, kept, prior)
                await asyncio.to_thread(self._runner.history.settled, job.run_id)
            except AutocoderError as error:
                return replace(result, status="failed", kind=error.kind, error=error.message)
        return replace(result, written=True)

    def _write(self, job: BatchJob, kept: KeptRun, prior: KeptRun | None) -> None:
        setup = setup_of(self._runner.setup, job)
        assert job.output is not None
        output = setup.root / job.output
        if not _is_written(output, job, kept):
            if prior is None or not _is_written(output, job, prior):
                _check_in_git(setup.root, job.output)
            delivery, prepared = _delivery(setup, kept)
            delivery.deliver(prepared, output)

    async def seen_to(self, jobs: Sequence[BatchJob]) -> None:
        """Nobody has to be asked about these results any more."""
        for job in jobs:
            with suppress(AutocoderError):  # asked about once more, then
                await asyncio.to_thread(self._runner.history.settled, job.run_id)

    async def patch(self, job: BatchJob) -> bytes:
        """The result of a job as a patch. Raises AutocoderError where it can't be one."""
        kept = await self._runner.kept(job.run_id)
        if kept is None:
            raise AutocoderError(f"The run of {job.name} is not in history.")
        setup = setup_of(self._runner.setup, job)
        setup = replace(setup, result=replace(setup.result, patch=True))

        def made(kept: KeptRun) -> bytes:
            delivery, prepared = _delivery(setup, kept)
            delivery.deliver(prepared, None)
            return delivery.printed

        return await asyncio.to_thread(made, kept)


class _Collected(Delivery):
    """Keeps what would be printed."""

    printed = b""

    def print(self, data: bytes) -> bool:
        self.printed = data
        return True


def _delivery(setup: Setup, kept: KeptRun) -> tuple[_Collected, Prepared]:
    state = RunState()
    for event in events_of(kept):
        state.apply(event, 0.0)
    state.run_id = kept.run_id
    prepared = prepared_of(kept, model_as_sent(kept), setup.limits, setup.root)
    return _Collected(setup, Outcome(status="done", state=state)), prepared


def _check_in_git(root: Path, name: str) -> None:
    """Git could give back all there was when the batch began; somebody may have written since.
    Raises Refused."""
    if os.path.lexists(root / name) and (reasons := why_not_in_git(root, [name])):
        raise Refused(
            f"{visible(name)} is there and was not written over, because {reasons[name]}: it has "
            "changed since the batch began. The result waits in history; commit or move the file, "
            "and try it again."
        )


def _is_written(output: Path, job: BatchJob, kept: KeptRun) -> bool:
    """Whether the file holds the result already: the program was killed after it was written."""
    texts = [file.after for file in kept.files if file.path == job.output and file.complete]
    try:
        return bool(texts) and read_text_file(output).text == texts[-1]
    except WorkspaceError:
        return False
