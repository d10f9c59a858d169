"""A batch whose requests another program answers: a file of them out, a file of results in."""

from __future__ import annotations

import asyncio
import os
import uuid
from pathlib import Path

from autocoder_tui.batch.provider.record import BatchRecord, NoSuchBatch
from autocoder_tui.batch.provider.requests import batch_of
from autocoder_tui.batch.provider.rounds import Rounds
from autocoder_tui.engine.provider.batch_lines import read_result
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


def collect_results(state: Path, source: Path) -> tuple[BatchRecord, int]:
    """Take in a file of results; the batch they belong to, and how many they are. Blocking.

    What holds no result of a batch that is known raises NoSuchBatch. Raises OSError.
    """
    found: BatchRecord | None = None
    kept: list[bytes] = []
    with source.open("rb") as lines:
        for line in lines:
            result = read_result(line.decode("utf-8", "replace"))
            if result is None:
                continue
            if found is None:
                found = BatchRecord.open(state, batch_of(result.custom_id))
            if batch_of(result.custom_id) == found.id:
                kept.append(line if line.endswith(b"\n") else line + b"\n")
    if found is None:
        raise NoSuchBatch(
            f"{source.name} holds no result that this program could read. It wants JSON Lines "
            "with custom_id and response, as the OpenAI batch API and vLLM's run-batch write them."
        )
    name = f"imported-{len(found.imported) + 1}.jsonl"
    write_atomically(found.folder / name, b"".join(kept))
    found.imported.append(name)
    found.save()
    return found, len(kept)
