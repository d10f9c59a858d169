"""The batches of a provider, without the screen: what is to be done before the jobs are played."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from autocoder_tui.batch.job import BatchJob
from autocoder_tui.batch.journal import BatchHead
from autocoder_tui.batch.provider.exchange import (
    Taken,
    batch_in,
    collect_results,
    export_requests,
)
from autocoder_tui.batch.provider.provider_runner import ProviderRunner
from autocoder_tui.batch.provider.record import BatchRecord
from autocoder_tui.safety.sanitize import visible
from autocoder_tui.workspace.output_path import Refused


def batch_of_results(state: Path, source: str) -> str:
    """The batch whose results are in the file `source`. Blocking.

    Raises NoSuchBatch, and Refused for a file that can't be read.
    """
    try:
        return batch_in(state, Path(source))
    except OSError as error:
        raise _unreadable(source, error) from error


def take_in(state: Path, batch_id: str, source: str) -> int:
    """Take in the results of a batch from the file `source`; how many there were. Blocking: the
    journal of the batch is held. Raises NoSuchBatch, and Refused."""
    try:
        return collect_results(BatchRecord.open(state, batch_id), Path(source))
    except OSError as error:
        raise _unreadable(source, error) from error


def _unreadable(source: str, error: OSError) -> Refused:
    reason = (error.strerror or "unknown reason").lower()
    return Refused(f"{visible(source)} can't be taken in ({reason}).")


async def prepare_batch(
    runner: ProviderRunner,
    head: BatchHead,
    jobs: Sequence[BatchJob],
    *,
    again: bool,
    retried: list[int],
) -> None:
    """Freeze the `jobs` that wait, or go on with a batch that was frozen. Raises AutocoderError
    and OSError."""
    if again and await runner.reopen(retried):
        return
    await runner.freeze(jobs, head.max_cost, begun=again)


async def write_out(runner: ProviderRunner, target: Path, say: Callable[[str], object]) -> bool:
    """Write what is still to be answered to `target`; False where all is. Raises Refused."""
    try:
        count = await export_requests(runner.record, runner.rounds, target)
    except Taken as error:
        raise Refused(
            f"{visible(str(target))} is there already. Name another file for the requests."
        ) from error
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Refused(f"{visible(str(target))} can't be written ({reason}).") from error
    if count:
        say(
            f"{count} requests are in {visible(str(target))}. When they are answered: "
            "autocoder-tui batch --collect RESULTS.jsonl"
        )
    return bool(count)


def next_name(head: BatchHead, runner: ProviderRunner) -> Path:
    """Where the requests of the next round go, if nothing else is said."""
    number = 1 + max((sent.round for sent in runner.record.submissions), default=0)
    return Path(f"batch-{head.batch_id}-round-{number}.jsonl").absolute()
