"""A run looked at in passing, beside a list: read so that no other thread waits for it.

A run is read piece by piece (see `json_pieces`), which is slow; one that is too large for what is
done in passing is not read.
"""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass, replace
from typing import Final

from autocoder_tui.store.history.kept_run import KeptRun
from autocoder_tui.store.history.rows import Say, find, kept_review_of
from autocoder_tui.text.json_pieces import decoder

MOST_BYTES: Final = 4_000_000
"""Of a run as JSON, all in all."""
_FIRST: Final = 40_000
"""Characters of a text of a run that is larger."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The beginnings of what was asked for and of what came; `run` is None of a large one."""

    run: KeptRun | None
    requirements: str
    reply: str


def glance_at(connection: sqlite3.Connection, run_id: str, say: Say) -> Glance | None:
    """What is to be seen of the run with this id."""
    row = connection.execute(
        "SELECT review, CASE WHEN length(data) <= ? THEN data END AS data, length(data) AS size "
        "FROM runs WHERE run_id = ?",
        [MOST_BYTES, run_id],
    ).fetchone()
    if row is None:
        return None
    data = _unpacked(row["data"]) if (row["size"] or 0) <= MOST_BYTES else None
    if data is None:
        return _beginning(connection, run_id)
    try:
        run = KeptRun.from_data(decoder().decode(data))
    except (ValueError, TypeError, RecursionError, MemoryError):
        damaged = find(connection, run_id, say)
        return None if damaged is None else _whole(damaged)
    return _whole(replace(run, review=kept_review_of(row["review"])))


def _whole(run: KeptRun) -> Glance:
    return Glance(run, run.snapshot.requirements, run.reply)


def _beginning(connection: sqlite3.Connection, run_id: str) -> Glance:
    row = connection.execute(
        "SELECT substr(requirements, 1, ?) AS requirements, substr(reply, 1, ?) AS reply "
        "FROM run_text JOIN runs USING (number) WHERE run_id = ?",
        [_FIRST, _FIRST, run_id],
    ).fetchone()
    texts = ("", "") if row is None else (row["requirements"], row["reply"])
    return Glance(None, *(str(text or "") for text in texts))


def _unpacked(data: object) -> str | None:
    """The JSON of a run; "" of a damaged one, None of one that is too large."""
    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, MOST_BYTES)  # type: ignore[arg-type]
    except (TypeError, zlib.error):
        return ""
    return None if unpacker.unconsumed_tail else found.decode("ascii", "replace")
