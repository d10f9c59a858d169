"""What people said of the runs of projects, in a table of its own: older databases have none.

The project keeps it too, beside the run; here it is for the list to be found by.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from autocoder_tui.store.evaluation import QUESTIONS, Evaluation, from_plain

FILTERS: Final[Mapping[str, tuple[str, str]]] = {
    f"{'' if answer == 'yes' else 'not-'}{name}": (name, answer)
    for name in QUESTIONS
    for answer in ("yes", "no")
}
"""What runs can be listed by: the name of a question, or of its contrary."""
ANY: Final = "any"
"""Whatever was said."""

_TABLE: Final = "evaluations"
_MAKE: Final = f"""CREATE TABLE IF NOT EXISTS {_TABLE} (
    run_id TEXT NOT NULL PRIMARY KEY, ran TEXT, worked TEXT, useful TEXT, note TEXT
)"""


def put_evaluation(
    connection: sqlite3.Connection, run_ids: Iterable[str], evaluation: Evaluation
) -> None:
    """Keep it with these runs, in the place of an earlier one."""
    connection.execute(_MAKE)
    said = (evaluation.ran, evaluation.worked, evaluation.useful, evaluation.note)
    connection.executemany(
        f"INSERT OR REPLACE INTO {_TABLE} VALUES (?, ?, ?, ?, ?)",
        [(run_id, *said) for run_id in run_ids],
    )


def evaluation_of(connection: sqlite3.Connection, run_id: str) -> Evaluation | None:
    """What was said of the run, None for nothing."""
    if not _is_there(connection):
        return None
    row = connection.execute(f"SELECT * FROM {_TABLE} WHERE run_id = ?", [run_id]).fetchone()
    return None if row is None else from_plain(dict(row))


def condition(connection: sqlite3.Connection, wanted: str) -> tuple[str, list[str]]:
    """What holds for the runs of which `wanted` was said: one of `FILTERS`, or `ANY`."""
    if not _is_there(connection):
        return "0", []
    if wanted == ANY:
        return f"runs.run_id IN (SELECT run_id FROM {_TABLE})", []
    name, answer = FILTERS[wanted]
    return f"runs.run_id IN (SELECT run_id FROM {_TABLE} WHERE {name} = ?)", [answer]


def forget_evaluations(connection: sqlite3.Connection) -> None:
    """Remove what was said of runs that are gone."""
    if _is_there(connection):
        connection.execute(f"DELETE FROM {_TABLE} WHERE run_id NOT IN (SELECT run_id FROM runs)")


def _is_there(connection: sqlite3.Connection) -> bool:
    row = connection.execute(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [_TABLE]
    ).fetchone()
    return row is not None
