"""Beginning a batch, and going on with one that was begun before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from autocoder_tui.batch.job import BatchJob
from autocoder_tui.batch.journal import (
    BatchHead,
    BatchJournal,
    BatchUnavailable,
    KeptBatch,
    batch_paths,
    read_batch,
)
from autocoder_tui.batch.local_runner import LocalRunner
from autocoder_tui.batch.plan import check_jobs
from autocoder_tui.batch.rate import Rates
from autocoder_tui.diagnostics.crash_report import report_of_run
from autocoder_tui.engine.trace import Trace
from autocoder_tui.runs.setup import Setup

_Runner = TypeVar("_Runner", bound=LocalRunner)


def local_runner(
    setup: Setup,
    head: BatchHead,
    tell: Callable[[str], object],
    trace: Trace | None = None,
    kind: type[_Runner] = LocalRunner,  # type: ignore[assignment]
) -> _Runner:
    """Who does the jobs: this process, or another `kind`. Call it in the event loop."""
    report = partial(report_of_run, state=setup.places.state, environ=setup.environ)
    return kind(setup, head.batch_id, Rates(head.at_once), report, tell, trace)


async def begin_batch(
    runner: LocalRunner, head: BatchHead, jobs: Sequence[BatchJob], tell: Callable[[str], object]
) -> tuple[BatchJournal, KeptBatch]:
    """Look for what is against the jobs, and write them down.

    Raises Refused, naming all of it, and BatchUnavailable where nothing can be written.
    """
    await check_jobs(runner, head, jobs)
    create = partial(BatchJournal.create, runner.setup.places.state, head, jobs, tell)
    return await asyncio.to_thread(create), KeptBatch(head, list(jobs))


def beside(state: Path, project: Path, batch_id: str, step: int) -> Path | None:
    """The journal of the batch of this project that was begun `step` before (negative) or after
    the one called `batch_id`; None where there is none. Blocking."""
    begun: list[tuple[str, str, Path]] = []
    for path in batch_paths(state):
        with suppress(BatchUnavailable, OSError):
            head = read_batch(path).head
            if head.project == str(project):
                begun.append((head.created, head.batch_id, path))
    begun.sort()
    at = next((at for at, (_, name, _) in enumerate(begun) if name == batch_id), None)
    if at is None or not 0 <= at + step < len(begun):
        return None
    return begun[at + step][2]


def newest_of_project(state: Path, project: Path) -> Path | None:
    """The journal of the batch of this project that was written to last. Blocking."""
    for path in batch_paths(state):
        with suppress(BatchUnavailable, OSError):
            if read_batch(path).head.project == str(project):
                return path
    return None
