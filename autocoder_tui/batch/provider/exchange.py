"""A batch whose requests another program answers: a file of them out, a file of results in."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from autocoder_tui.batch.provider.record import BatchRecord, NoSuchBatch
from autocoder_tui.batch.provider.requests import batch_of
from autocoder_tui.batch.provider.rounds import Rounds
from autocoder_tui.engine.provider.batch_lines import BatchResult, read_result
from autocoder_tui.system.atomic_write import write_atomically


class Taken(ValueError):
    """The file to be written is there already."""


async def export_requests(record: BatchRecord, rounds: Rounds, target: Path) -> int:
    """Write the requests that are awaited to `target`; their number. With none, no file.

    Requests to several models are in it one after the other. Raises
    Taken, OSError and ValueError.
    """
    if await asyncio.to_thread(target.exists):
        raise Taken(str(target))
    await rounds.load()
    before = len(record.submissions)
    count = await rounds.write_round()
    written = record.submissions[before:]
    if count:
        await asyncio.to_thread(_join, [record.folder / sent.file for sent in written], target)
    for sent in written:
        # Who answers it is not asked how far it is.
        record.change(sent, status="exported")
    return count


def _join(files: list[Path], target: Path) -> None:
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    with part.open("xb") as whole:
        for file in files:
            whole.write(file.read_bytes())
        whole.flush()
        os.fsync(whole.fileno())
    part.replace(target)


def batch_in(state: Path, source: Path) -> str:
    """The id of the batch whose results are in a file. Blocking.

    Raises NoSuchBatch where they are of no batch that is known, or of several, and OSError.
    """
    named = {batch_of(result.custom_id) for result, _ in _results(source)}
    found = sorted(named & {record.id for record in BatchRecord.all(state)})
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchBatch(
            f"{source.name} holds results of {len(found)} batches: {', '.join(found)}. Give the "
            "lines of each in a file of their own."
        )
    raise NoSuchBatch(
        f"{source.name} holds no result that this program could read, of a batch that it knows. "
        "It wants JSON Lines with custom_id and response, as the OpenAI batch API and vLLM's "
        "run-batch write them."
    )


def collect_results(record: BatchRecord, source: Path) -> int:
    """Take in what a file has of the results of a batch; how many they are. Blocking. Nobody else
    may have the batch meanwhile. Raises OSError."""
    kept = [line for result, line in _results(source) if batch_of(result.custom_id) == record.id]
    name = f"imported-{len(record.imported) + 1}.jsonl"
    write_atomically(record.folder / name, b"".join(kept))
    record.imported.append(name)
    record.save()
    return len(kept)


def _results(source: Path) -> Iterator[tuple[BatchResult, bytes]]:
    """Each result with its line."""
    with source.open("rb") as lines:
        for line in lines:
            result = read_result(line.decode("utf-8", "replace"))
            if result is not None:
                yield result, line if line.endswith(b"\n") else line + b"\n"
