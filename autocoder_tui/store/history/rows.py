"""The rows of the database of history: a run written to one, and read from one again.

A row holds the run as a whole (`data`), beside what it is listed by; `run_text` holds the texts
it is found by. Where `data` is damaged, what the others hold is read instead.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from autocoder_tui.problems import shortened
from autocoder_tui.store.errors import StoreError
from autocoder_tui.store.history.evaluations import forget_evaluations
from autocoder_tui.store.history.kept_run import KeptRun, continued
from autocoder_tui.store.history.schema import IS_ASIDE
from autocoder_tui.store.history.search import COLUMNS, drop_text, forget_index, keep_text
from autocoder_tui.store.history.summary import (
    LISTED,
    PATHS,
    THREADED,
    RunSummary,
    ThreadRun,
    column_text,
    listed_paths,
    summary_row,
)
from autocoder_tui.store.snapshot import Snapshot
from autocoder_tui.text.json_pieces import as_json, json_pieces, read_json

LAST: Final = "last"
"""Reference to the run that began last."""


class UnknownRun(StoreError):
    """No run in history is called so, or several are."""

    kind = "unknown_run"


_ROW: Final = (*LISTED, *THREADED, PATHS, "review", "data")
_KEPT: Final = ", ".join(f"runs.{name} AS {name}" for name in _ROW)
_FOUND_BY: Final = ", ".join(f"run_text.{name} AS its_{name}" for name in COLUMNS)

NEWEST_FIRST: Final = "ORDER BY position DESC, number DESC"

_FEW: Final = 100
_MOST_SEARCHED: Final = 8_000_000
"""Characters; an index of more takes minutes to write."""

_READ: Final = 64_000
"""Bytes, compressed."""

Say: TypeAlias = Callable[[str], object]


def storable(text: str) -> str:
    """`text` as a column to compare by: without half characters, one to one."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def referred(connection: sqlite3.Connection, reference: str, say: Say) -> KeptRun:
    """The run that is called `reference`. Raises UnknownRun."""
    if reference == LAST:
        # A question in passing is not what somebody wants to go on with.
        row = connection.execute(
            "SELECT run_id FROM runs WHERE number NOT IN "
            f"(SELECT number FROM runs WHERE {IS_ASIDE}) {NEWEST_FIRST} LIMIT 1"
        ).fetchone()
        rows = [] if row is None else [row]
    else:
        prefix = reference.lower()
        rows = connection.execute(
            f"SELECT run_id FROM runs WHERE name = ? {NEWEST_FIRST}", [storable(reference)]
        ).fetchall()
        named_so = connection.execute("SELECT run_id FROM runs WHERE run_id = ?", [reference])
        rows = named_so.fetchall() or rows
        if prefix and prefix.isalnum():
            by_id = connection.execute(
                "SELECT run_id FROM runs WHERE substr(run_id, 1, ?) = ?", [len(prefix), prefix]
            ).fetchall()
            exact = [row for row in by_id if row["run_id"] == prefix]
            rows = exact or rows or by_id
    names = {str(row["run_id"]) for row in rows}
    if len(names) > 1:
        some = ", ".join(sorted(names)[:5])
        raise UnknownRun(
            f'"{shortened(reference)}" is {len(names)} runs: {some}. Name one by its id.'
        )
    run = find(connection, names.pop(), say) if names else None
    if run is None:
        if reference == LAST:
            raise UnknownRun("There is no run in history yet.")
        raise UnknownRun(
            f'No run in history is called "{shortened(reference)}". '
            "List them with: autocoder-tui history list --all"
        )
    return run


def find(connection: sqlite3.Connection, run_id: str, say: Say) -> KeptRun | None:
    """The run with this id, None where there is none. `say` hears what of it is lost."""
    row = connection.execute(
        f"SELECT {_KEPT}, {_FOUND_BY} FROM runs LEFT JOIN run_text USING (number) WHERE run_id = ?",
        [run_id],
    ).fetchone()
    if row is None:
        return None
    run = unpacked(row["data"])
    if run is None:
        text = {name: row[f"its_{name}"] for name in COLUMNS}
        run = from_columns(summary_row(row), text)
        say(
            f"What is kept of run {shortened(run_id)} is damaged: its requirements, reply and "
            "notes are still there, its inputs and proposed files are not."
        )
    return replace(run, review=kept_review_of(row["review"]))


def kept_review_of(kept: object) -> dict[str, Any] | None:
    """How the review of a run stood; None also where that can't be read any more."""
    try:
        data = json.loads(kept) if isinstance(kept, str) else None
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def unpacked(data: object) -> KeptRun | None:
    """The run that is kept in `data`; None where that is damaged."""
    try:
        return KeptRun.from_data(read_json(_inflated(data)))  # type: ignore[arg-type]
    except (ValueError, TypeError, zlib.error, RecursionError, MemoryError):
        return None


def _inflated(data: bytes) -> str:
    """The text in `data`, by pieces: to put a large one together is a wait for all threads, and is
    done once. Raises zlib.error, ValueError."""
    unpacker = zlib.decompressobj()
    pieces = [
        unpacker.decompress(data[begin : begin + _READ]).decode("ascii")
        for begin in range(0, len(data), _READ)
    ]
    if not unpacker.eof:
        raise zlib.error("incomplete")
    return "".join(pieces)


def thread_run(row: sqlite3.Row) -> ThreadRun:
    """A run of a conversation; `first` in the row is the data of one that began it."""
    run = None if row["first"] is None else unpacked(row["first"])
    return ThreadRun(
        summary_row(row),
        str(row["requirements"] or ""),
        str(row["reply"] or ""),
        () if run is None else run.snapshot.turns,
    )


def from_columns(line: RunSummary, text: Mapping[str, object]) -> KeptRun:
    """A run whose data is damaged, from what it is listed and found by."""
    snapshot = Snapshot(
        run_id=line.run_id,
        journal_id="",
        started=line.started,
        project=line.project,
        requirements=column_text(text["requirements"]),
        target=line.target,
        model=line.model,
        provider=line.provider,
        base_url="",
        demo=line.demo,
        mode=line.mode,
        purpose=line.purpose,
        thread=line.thread,
        parent=line.parent,
    )
    return KeptRun(
        snapshot=snapshot,
        name=line.name,
        ended=line.ended,
        # Not finished, whatever it was: the files it proposed are gone, and come from the reply.
        status="interrupted" if line.status == "finished" else line.status,
        reply=column_text(text["reply"]),
        notes=column_text(text["notes"]),
        prompt_tokens=line.prompt_tokens,
        completion_tokens=line.completion_tokens,
        cost_usd=line.cost_usd,
    )


def together(earlier: KeptRun, run: KeptRun) -> KeptRun:
    """What is known of a run and what came later as one run."""
    if not set(run.journal_ids) <= set(earlier.journal_ids):
        return continued(earlier, run)
    review = earlier.review if run.review is None else run.review
    return replace(earlier, review=review)


def put(
    connection: sqlite3.Connection, run: KeptRun, *, offered: int | None, named: bool | None = None
) -> None:
    """Insert or replace the row of `run`; what is None here stays as it was."""
    values = row_of(run)
    if offered is not None:
        values["offered"] = offered
    if named is not None:
        values["named"] = named
    put_columns(connection, values, text_of(run))


def put_columns(
    connection: sqlite3.Connection, values: Mapping[str, object], text: Mapping[str, str]
) -> None:
    """Insert or replace the row with these columns, found by `text`."""
    keep_text(connection, put_row(connection, values), text)


def put_row(connection: sqlite3.Connection, values: Mapping[str, object]) -> int:
    """Insert or replace the row of the run with these columns; returns its number."""
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    changed = ", ".join(f"{name} = excluded.{name}" for name in values)
    connection.execute(
        f"INSERT INTO runs ({columns}) VALUES ({marks}) "
        f"ON CONFLICT (run_id) DO UPDATE SET {changed}",
        list(values.values()),
    )
    row = connection.execute("SELECT number FROM runs WHERE run_id = ?", [values["run_id"]])
    return int(row.fetchone()["number"])


def row_of(run: KeptRun) -> dict[str, object]:
    """The columns of `run`, but for what is decided about it later."""
    snapshot = run.snapshot
    plain = run.to_data()
    review = plain.pop("review")
    return {
        "run_id": storable(run.run_id),
        "name": storable(run.name),
        "position": storable(run.position),
        "started": storable(run.started),
        "ended": storable(run.ended),
        "project": storable(snapshot.project),
        "model": storable(snapshot.model),
        "provider": storable(snapshot.provider),
        "target": None if snapshot.target is None else storable(snapshot.target),
        "status": run.status,
        "demo": snapshot.demo,
        "mode": snapshot.mode,
        "purpose": snapshot.purpose,
        "thread": storable(snapshot.thread),
        "parent": storable(snapshot.parent),
        "prompt_tokens": run.prompt_tokens,
        "completion_tokens": run.completion_tokens,
        "cost_usd": None if run.cost_usd is None else str(run.cost_usd),
        "files": len(run.files),
        "characters": len(run.reply),
        "paths": as_json(listed_paths(run)),
        "review": None if review is None else as_json(review),
        "data": _packed(plain),
    }


def _packed(plain: Mapping[str, Any]) -> bytes:
    """`plain` as JSON, compressed. A long text goes in by pieces: in one call it would stop all
    other threads, and with them the screen, for as long as it takes."""
    packer, packed = zlib.compressobj(6), bytearray()
    for piece in json_pieces(plain):
        packed += packer.compress(piece.encode())
    return bytes(packed + packer.flush())


def text_of(run: KeptRun) -> dict[str, str]:
    """The texts that `run` is found by: of a very long reply the beginning."""
    return {
        "name": run.name,
        "requirements": run.snapshot.requirements,
        "reply": run.reply[:_MOST_SEARCHED],
        "notes": run.notes[:_MOST_SEARCHED],
        "model": run.snapshot.model,
        "target": run.snapshot.target or "",
        "project": run.snapshot.project,
    }


def remove(connection: sqlite3.Connection, condition: str, *values: object) -> int:
    """Remove the rows for which `condition` holds; returns how many."""
    rows = connection.execute(f"SELECT number FROM runs WHERE {condition}", values).fetchall()
    numbers = [(row["number"],) for row in rows]
    (there,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    if len(numbers) > max(_FEW, there // 2):
        # To take each out of the index takes longer than to make a new one of those that stay.
        forget_index(connection)
        connection.executemany("DELETE FROM run_text WHERE number = ?", numbers)
    else:
        for (number,) in numbers:
            drop_text(connection, number)
    connection.executemany("DELETE FROM runs WHERE number = ?", numbers)
    forget_evaluations(connection)
    return len(numbers)
