"""`autocoder-tui batch`: many jobs without the screen, their report and the exit code."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from autocoder_tui.batch.batch import Batch
from autocoder_tui.batch.cluster.cluster_runner import ClusterRunner
from autocoder_tui.batch.journal import (
    BatchHead,
    BatchJournal,
    KeptBatch,
    batch_paths,
    find_batch,
    read_batch,
)
from autocoder_tui.batch.local_runner import LocalRunner
from autocoder_tui.batch.plan import in_order, why_not_applied
from autocoder_tui.batch.provider.provider_runner import ProviderRunner
from autocoder_tui.batch.provider.rounds import FIRST_POLL
from autocoder_tui.batch.sources import read_jobs
from autocoder_tui.batch.start import begin_batch, local_runner
from autocoder_tui.config.dirs import state_dir
from autocoder_tui.config.run_options import given_options
from autocoder_tui.diagnostics.debug_log import DebugLog
from autocoder_tui.errors import AutocoderError
from autocoder_tui.headless.batch_console import BatchConsole
from autocoder_tui.headless.batch_provider import (
    batch_of_results,
    next_name,
    prepare_batch,
    take_in,
    write_out,
)
from autocoder_tui.headless.batch_results import BatchResults
from autocoder_tui.headless.command import recover
from autocoder_tui.headless.console import say, saying
from autocoder_tui.headless.delivery import print_result
from autocoder_tui.headless.exit_codes import EXIT_FAILED, EXIT_OK
from autocoder_tui.headless.shutdown import HeadlessShutdown
from autocoder_tui.runs.export import local_time
from autocoder_tui.runs.setup import Setup, load_setup
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.system.atomic_write import write_atomically
from autocoder_tui.workspace.output_path import Refused, check_output

STDOUT = "-"
_GRACE = 10.0
"""Seconds that jobs under way have to put away what they have received."""


def batch_command(options: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do the job of `autocoder-tui batch`; returns the exit code. Raises AutocoderError."""
    state = state_dir(environ)
    if options.list:
        print_result(batch_table(state).encode("utf-8", "replace"))
        return EXIT_OK
    resume = options.batch
    if options.collect is not None:
        resume = batch_of_results(state, options.collect)
    path = None if resume is None else find_batch(state, resume)
    directory = options.directory
    if path is not None and directory is None:
        directory = read_batch(path).head.project
    setup = load_setup(Path(directory or "."), options, environ)
    with saying(setup) as log:
        for problem in setup.problems:
            say(problem)
        recover(setup)
        face = _BatchFace(setup, options, log)
        with face.ending:
            asyncio.run(face.go(path))
            return face.reported()


class _BatchFace:
    """One batch without the screen."""

    def __init__(self, setup: Setup, options: argparse.Namespace, log: DebugLog) -> None:
        self._setup = setup
        self._options = options
        self._log = log
        self._console = BatchConsole(setup.debug_level)
        self._batch: Batch | None = None
        self._written_out = False
        self.ending = HeadlessShutdown(_GRACE, again_at_once=True)

    async def go(self, path: Path | None) -> None:
        self.ending.begin()
        if path is None:
            journal, kept, runner = await self._new()
        else:
            journal, kept, runner = await self._kept(path)
        results = BatchResults(runner, kept.jobs)
        batch = self._batch = Batch(
            kept,
            journal,
            runner,
            runner.rates,
            self._console,
            deliver=results.write if kept.head.deliver == "apply" else None,
            again=path is not None,
        )
        self._console.begin(batch)
        try:
            if isinstance(runner, ClusterRunner):
                await runner.connect(self._options.dask, batch.head.at_once)
            say(
                f"Batch {batch.head.batch_id}: {len(batch.jobs)} jobs, "
                f"{batch.head.at_once} at once.",
                1,
            )
            retried = await batch.retry() if self._options.retry_failed else []
            if isinstance(runner, ProviderRunner) and not await self._answered(
                runner, batch, retried, again=path is not None
            ):
                self._written_out = True
                return
            await batch.run()
            if isinstance(runner, ProviderRunner) and batch.all_done:
                await runner.clear()
            if batch.head.deliver == "patch" and batch.head.patch is not None:
                await self._write_patch(batch, results, Path(batch.head.patch))
        except asyncio.CancelledError:
            pass  # the signal is in the exit code
        finally:
            if isinstance(runner, ClusterRunner):
                await runner.close()
            self._console.clear()
            journal.close()

    async def _answered(
        self, runner: ProviderRunner, batch: Batch, retried: list[int], *, again: bool
    ) -> bool:
        """Have the requests answered; False where that is for another program to do."""
        waiting = [batch.jobs[number] for number in batch.queue.those("waiting")]
        if not waiting:
            return True  # what is done is in history, and was paid for
        await prepare_batch(runner, batch.head, waiting, again=again, retried=retried)
        if batch.head.sent_by == "provider":
            await runner.rounds.run()
            return True
        named = _absolute(self._options.export)
        target = next_name(batch.head, runner) if named is None else Path(named)
        return not await write_out(runner, target, say)

    # ------------------------------------------------------------------ before it begins

    async def _new(self) -> tuple[BatchJournal, KeptBatch, LocalRunner]:
        options, setup = self._options, self._setup
        if not options.paths:
            raise Refused(
                "Name the control files, folders of them or lists of jobs (.jsonl) to run, or go "
                "on with a batch: --resume ID."
            )
        jobs = await asyncio.to_thread(read_jobs, setup, options.paths, given_options(options))
        jobs = await asyncio.to_thread(in_order, setup.root, jobs, options.same_file)
        if options.dask is not None and (options.provider_batch or options.export):
            raise Refused("--dask sends each job from a worker: leave out the provider's batches.")
        sent_by = "provider" if options.provider_batch else "file" if options.export else "run"
        if sent_by != "run" and any(job.after for job in jobs):
            raise Refused(
                "Jobs that go on from each other's result can't be in one batch of a provider. "
                "Run them without --provider-batch, or make a batch of each step."
            )
        if options.export == STDOUT or (options.patch_file == STDOUT and options.batch_json):
            raise Refused(
                "--export wants the name of a file, and --patch - has stdout for itself: leave out "
                "--json, or name a file."
            )
        deliver = "apply" if options.apply else "patch" if options.patch_file else "review"
        head = BatchHead(
            project=str(setup.root),
            at_once=options.jobs or 4,
            max_cost=options.batch_cost,
            deliver=deliver,  # type: ignore[arg-type]
            patch=_absolute(options.patch_file),
            report=_absolute(options.report),
            sent_by=sent_by,  # type: ignore[arg-type]
        )
        for name in (head.patch, head.report):
            check_output(None if name in (None, STDOUT) else Path(name), force=True)
        if deliver == "apply":
            reason = await asyncio.to_thread(why_not_applied, setup, jobs)
            if reason is not None:
                raise Refused(f"Nothing was sent. {reason}")
        runner = self._runner(head)
        journal, kept = await begin_batch(runner, head, jobs, self._console.batch_told)
        return journal, kept, runner

    async def _kept(self, path: Path) -> tuple[BatchJournal, KeptBatch, LocalRunner]:
        options = self._options
        if options.paths:
            raise Refused("A batch that is gone on with has its jobs: leave out the files.")
        reopened = partial(BatchJournal.reopen, path, self._console.batch_told)
        journal, kept = await asyncio.to_thread(reopened)
        try:
            _check_settled(kept.head, options)
            if options.collect is not None:
                state, batch_id = self._setup.places.state, kept.head.batch_id
                count = await asyncio.to_thread(take_in, state, batch_id, options.collect)
                say(f"{count} results of batch {kept.head.batch_id}.")
        except AutocoderError:
            journal.close()
            raise
        head = replace(
            kept.head,
            at_once=options.jobs or kept.head.at_once,
            max_cost=options.batch_cost or kept.head.max_cost,
            patch=_absolute(options.patch_file) or kept.head.patch,
            report=_absolute(options.report) or kept.head.report,
        )
        if head != kept.head:
            await asyncio.to_thread(journal.new_head, head)
            kept.head = head
        return journal, kept, self._runner(head)

    def _runner(self, head: BatchHead) -> LocalRunner:
        trace = self._log.trace if self._setup.debug_level >= 3 else None
        tell = self._console.batch_told
        if self._options.dask is not None:
            return local_runner(self._setup, head, tell, trace, kind=ClusterRunner)
        if head.sent_by == "run":
            return local_runner(self._setup, head, tell, trace)
        runner = local_runner(self._setup, head, tell, trace, kind=ProviderRunner)
        runner.show_rounds(self._console.round_came, self._options.poll or FIRST_POLL)
        return runner

    # ------------------------------------------------------------------ after it

    async def _write_patch(self, batch: Batch, results: BatchResults, path: Path) -> None:
        """One patch of all results, in the order they are to be applied in."""
        pieces, handed_out = [], []
        for number in sorted(batch.queue.those("done"), key=list(batch.queue.order).index):
            job = batch.jobs[number]
            try:
                pieces.append(await results.patch(job))
                handed_out.append(job)
            except AutocoderError as error:
                await batch.fail(number, error.kind, f"It is not in the patch. {error.message}")
        if str(path) == STDOUT:
            print_result(b"".join(pieces))
        else:
            await asyncio.to_thread(write_atomically, path, b"".join(pieces))
            say(f"wrote {visible(str(path))} ({len(pieces)} results)", 1)
        await results.seen_to(handed_out)

    def reported(self) -> int:
        """Write the report; the exit code."""
        batch = self._batch
        if batch is None:
            return 128 + self.ending.signal if self.ending.signal else EXIT_FAILED
        lines = "".join(f"{line}\n" for line in batch.report())
        if batch.head.report is not None:
            write_atomically(Path(batch.head.report), lines.encode())
        if self._options.batch_json:
            print_result(lines.encode())
        if not self._written_out:
            self._say_end(batch, json.loads(lines.splitlines()[-1])["totals"])
        if self.ending.signal:
            return 128 + self.ending.signal
        if self._written_out and self._options.collect is None:
            return EXIT_OK  # that is what was asked for
        return EXIT_OK if batch.all_done else EXIT_FAILED

    def _say_end(self, batch: Batch, totals: Mapping[str, object]) -> None:
        counts = batch.counts
        stood = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        cost = "" if totals["cost_usd"] is None else f", ${totals['cost_usd']:.4f}"
        say(
            f"{stood}; {totals['requests']} requests, {totals['completion_tokens']:,} tokens{cost}",
            1,
        )
        name = batch.head.batch_id
        if counts["waiting"]:
            say(f"{counts['waiting']} jobs wait; go on: autocoder-tui batch --resume {name}")
        elif counts["failed"] or counts["cancelled"]:
            say(f"Try what failed again: autocoder-tui batch --resume {name} --retry-failed")
        if counts["done"] and batch.head.deliver == "review":
            say(
                f"{counts['done']} results wait for review: Q in autocoder-tui "
                f"{visible(batch.head.project)}",
                1,
            )


def _check_settled(head: BatchHead, options: argparse.Namespace) -> None:
    """How the requests of a batch go out, and what becomes of its results, was settled when it
    began: sent another way, what is paid for already would be paid for again. Raises Refused."""
    ways = {
        "--dask": (options.dask is not None, ("run",)),
        "--provider-batch": (options.provider_batch, ("provider",)),
        "--export": (options.export is not None, ("file",)),
    }
    ends = {
        "--apply": (options.apply, ("apply",)),
        "--patch": (options.patch_file is not None, ("patch",)),
    }
    cap = options.batch_cost
    if head.sent_by != "run" and cap is not None and cap != head.max_cost:
        raise Refused(
            f"The cap of batch {head.batch_id} was shared out among its requests when it began: "
            "leave out --max-cost, or make a new batch."
        )
    for settled, flags in ((head.sent_by, ways), (head.deliver, ends)):
        for flag, (given, wanted) in flags.items():
            if given and settled not in wanted:
                raise Refused(
                    f"Batch {head.batch_id} was begun without {flag}, and goes on as it was begun: "
                    f"leave out {flag}, or make a new batch."
                )


def batch_table(state: Path) -> str:
    """The batches so far, the one written to last first."""
    rows = [f"{'id':<10}{'begun':<18}{'jobs':>6}{'done':>6}{'failed':>8}{'left':>6}  project"]
    for path in batch_paths(state):
        try:
            kept = read_batch(path)
        except (AutocoderError, OSError):
            rows.append(f"{visible(path.stem):<10}can't be read")
            continue
        ended = [result.status for result in kept.results.values()]
        rows.append(
            f"{visible(kept.head.batch_id):<10}{visible(local_time(kept.head.created)):<18}"
            f"{len(kept.jobs):>6}{ended.count('done'):>6}{ended.count('failed'):>8}"
            f"{len(kept.jobs) - len(ended):>6}  {visible(kept.head.project)}"
        )
    return "\n".join(rows if len(rows) > 1 else ["There is no batch yet."]) + "\n"


def _absolute(name: str | None) -> str | None:
    return name if name in (None, STDOUT) else str(Path(name).absolute())
