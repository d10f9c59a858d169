"""History: every run with all that it was given and all that came of it.

Each call opens the database, does one piece of work and closes it again, so that it can be
made from any thread and several programs can share the file. Every call blocks, for two
seconds at most where another program has it locked, and may raise HistoryUnavailable.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from autocoder_tui.engine.purpose import Purpose
from autocoder_tui.store.evaluation import Evaluation
from autocoder_tui.store.history.database import Database
from autocoder_tui.store.history.evaluations import condition as evaluated_so
from autocoder_tui.store.history.evaluations import evaluation_of, put_evaluation
from autocoder_tui.store.history.glance import Glance, glance_at
from autocoder_tui.store.history.inquiry import Inquiry
from autocoder_tui.store.history.kept_run import KeptRun, default_name
from autocoder_tui.store.history.retention import oldest_kept, position_after
from autocoder_tui.store.history.rows import (
    LAST,
    NEWEST_FIRST,
    UnknownRun,
    find,
    put,
    put_columns,
    referred,
    remove,
    row_of,
    storable,
    text_of,
    thread_run,
    together,
)
from autocoder_tui.store.history.search import matching
from autocoder_tui.store.history.summary import (
    AWAITED,
    LISTED,
    OFFERED,
    PATHS,
    THREADED,
    RunSummary,
    ThreadRun,
    summary_of,
    summary_row,
)
from autocoder_tui.text.json_pieces import as_json

_AT_A_TIME = 20

__all__ = ["LAST", "History", "RunSummary", "UnknownRun", "summary_of"]


_LINE = ", ".join(
    [
        *(f"runs.{name} AS {name}" for name in LISTED),
        *(f"modes.{name} AS {name}" for name in THREADED),
        f"files_of.{PATHS} AS {PATHS}",
    ]
)
_LINES = (
    "runs CROSS JOIN runs AS modes INDEXED BY runs_modes ON modes.number = runs.number "
    "CROSS JOIN runs AS files_of INDEXED BY runs_paths ON files_of.number = runs.number"
)
"""The lines of the list. What stands behind `data` in a row is read from an index: in the row
itself all of `data` would be read on the way."""

_FIRST = "CASE WHEN modes.parent = '' AND modes.purpose = 'query' THEN runs.data END AS first"
"""What a conversation that began elsewhere keeps of it."""


class History:
    """The runs kept in the state folder `state`."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._database = Database(state)

    def messages(self) -> list[str]:
        """What happened to the database since the last call, as sentences to show."""
        return self._database.taken_messages()

    def held(self) -> AbstractContextManager[None]:
        """For a program that keeps many runs: each is kept faster meanwhile."""
        return self._database.held()

    # ------------------------------------------------------------------ keeping

    def add(self, run: KeptRun, *, offered: bool = False) -> KeptRun:
        """Keep `run`; returns it as it is kept. A run that was kept before and went on since
        is put together with what is known of it; one journal is never counted twice. The result
        of a batch's job waits in the list of the batch: no start asks about it."""
        return self.add_all([run], offered=offered)[0]

    def add_all(self, runs: Sequence[KeptRun], *, offered: bool = False) -> list[KeptRun]:
        """Keep several runs in one write, each as `add` does."""
        # Compressed before the database is locked, for others wait then: a long text takes a while.
        marks = [AWAITED if run.snapshot.batch else int(offered) for run in runs]
        rows = [
            ({**row_of(run), "offered": mark}, text_of(run))
            for run, mark in zip(runs, marks, strict=True)
        ]

        def work(connection: sqlite3.Connection) -> list[KeptRun]:
            kept = []
            for run, mark, (columns, text) in zip(runs, marks, rows, strict=True):
                lost: list[str] = []
                earlier = find(connection, run.run_id, lost.append)
                if earlier is None or lost:
                    # Of a damaged one, what is known now takes the place.
                    put_columns(connection, columns, text)
                    kept.append(run)
                else:
                    kept.append(together(earlier, run))
                    put(connection, kept[-1], offered=mark)
            return kept

        return self._database.do(work, write=True)

    def keep_review(self, run_id: str, data: dict[str, Any]) -> bool:
        """Keep how the review of a run stands; whether there is such a run."""
        return self._changed("UPDATE runs SET review = ? WHERE run_id = ?", as_json(data), run_id)

    def settled(self, run_id: str, *, offered: bool = False) -> None:
        """Don't offer this run any more, somebody has seen to it; or do offer it once more."""
        self._changed("UPDATE runs SET offered = ? WHERE run_id = ?", str(int(offered)), run_id)

    def evaluate(self, run_ids: Sequence[str], evaluation: Evaluation) -> None:
        """Keep with these runs what a person says of what they came to."""
        self._database.do(
            partial(put_evaluation, run_ids=run_ids, evaluation=evaluation), write=True
        )

    def evaluation(self, run_id: str) -> Evaluation | None:
        """What was said of a run, None for nothing."""
        return self._database.do(partial(evaluation_of, run_id=run_id))

    def rename(self, run_id: str, name: str) -> bool:
        """Call a run `name`; whether there is such a run. A named run is never pruned. Without
        a name it is called as it was at first."""

        def work(connection: sqlite3.Connection) -> bool:
            run = find(connection, run_id, self._database.say)
            if run is None:
                return False
            called = name or default_name(run.snapshot.requirements)
            put(connection, replace(run, name=called), offered=None, named=bool(name))
            return True

        return self._database.do(work, write=True)

    def delete(self, run_ids: Sequence[str]) -> int:
        """Remove runs for good; returns how many there were."""

        def work(connection: sqlite3.Connection) -> int:
            return sum(remove(connection, "run_id = ?", run_id) for run_id in run_ids)

        return self._database.do(work, write=True)

    def delete_all(self, project: str | None = None) -> int:
        """Remove every run, or every run of one project; returns how many there were."""

        def work(connection: sqlite3.Connection) -> int:
            if project is None:
                return remove(connection, "1")
            return remove(connection, "project = ?", storable(project))

        return self._database.do(work, write=True)

    def prune(self, keep_runs: int, keep_days: int, *, spare: str = "") -> int:
        """Remove runs that ended more than `keep_days` ago or are beyond the newest `keep_runs`,
        0 for no limit; returns how many. Named and offered runs stay, and so do the newest and
        the one with the id `spare`. While the clock can't be trusted none is too old."""

        def work(connection: sqlite3.Connection) -> int:
            oldest = oldest_kept(connection, keep_days, spare) if keep_days else ""
            newest = f"number IN (SELECT number FROM runs {NEWEST_FIRST} LIMIT ?)"
            return remove(
                connection,
                f"named = 0 AND offered = 0 AND run_id != ? AND NOT {newest} "
                f"AND (ended < ? OR (? > 0 AND NOT {newest}))",
                spare,
                1,
                oldest,
                keep_runs,
                keep_runs,
            )

        return self._database.do(work, write=True)

    def _changed(self, statement: str, *values: str) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            return connection.execute(statement, values).rowcount > 0

        return self._database.do(work, write=True)

    # ------------------------------------------------------------------ looking

    def list(
        self,
        project: str | None = None,
        search: str = "",
        limit: int | None = None,
        *,
        offered: bool = False,
        purposes: Sequence[Purpose] = (),
        evaluated: str = "",
        inquiry: Inquiry | None = None,
    ) -> list[RunSummary]:
        """Runs, the newest first: of one project, with every word of `search` in them, only
        those still `offered`, only those of some `purposes`, only those of which something was
        said (`evaluations`). Raises CalledOff where the `inquiry` was."""

        def work(connection: sqlite3.Connection) -> list[RunSummary]:
            conditions, values = matching(connection, search)
            if project is not None:
                conditions.append("runs.project = ?")
                values.append(storable(project))
            if offered:
                conditions.append(f"runs.offered = {OFFERED}")
            if purposes:
                conditions.append(f"modes.purpose IN ({', '.join('?' * len(purposes))})")
                values.extend(purposes)
            if evaluated:
                holds, more = evaluated_so(connection, evaluated)
                conditions.append(holds)
                values.extend(more)
            with nullcontext() if inquiry is None else inquiry.asked_of(connection):
                rows = connection.execute(
                    f"SELECT {_LINE} FROM {_LINES} WHERE {' AND '.join(conditions) or '1'} "
                    "ORDER BY runs.position DESC, runs.number DESC LIMIT ?",
                    [*values, -1 if limit is None else limit],
                )
                return [summary_row(row) for row in rows]

        return self._database.do(work)

    def line(self, run_id: str) -> RunSummary | None:
        """A run as a line of the list, None where there is none."""

        def work(connection: sqlite3.Connection) -> RunSummary | None:
            statement = f"SELECT {_LINE} FROM {_LINES} WHERE runs.run_id = ?"
            row = connection.execute(statement, [run_id]).fetchone()
            return None if row is None else summary_row(row)

        return self._database.do(work)

    def thread(self, thread: str) -> tuple[ThreadRun, ...]:
        """The runs of a conversation or of rounds of feedback, the oldest first and that one with
        them, each with its texts but without its files: what a screen needs to show them."""

        def work(connection: sqlite3.Connection) -> tuple[ThreadRun, ...]:
            rows = connection.execute(
                f"SELECT {_LINE}, requirements, reply, {_FIRST} FROM {_LINES} "
                "JOIN run_text ON run_text.number = runs.number "
                "WHERE runs.thread = ? OR runs.run_id = ? ORDER BY runs.position, runs.number",
                [storable(thread)] * 2,
            )
            return tuple(map(thread_run, rows))

        return self._database.do(work)

    def prompts(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Requirements that were sent, each once, and when last; the newest first."""

        def work(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
            sent: dict[str, str] = {}
            for row in connection.execute(
                "SELECT requirements, started FROM runs CROSS JOIN run_text USING (number) "
                f"WHERE demo = 0 {NEWEST_FIRST}"
            ):
                sent.setdefault(str(row["requirements"]), str(row["started"]))
                if len(sent) == limit:
                    break
            return tuple(sent.items())

        return self._database.do(work)

    def get(self, reference: str) -> KeptRun:
        """The run called `reference`: "last", its id or the beginning of it, or its name.

        Raises UnknownRun.
        """
        return self._database.do(
            lambda connection: referred(connection, reference.strip(), self._database.say)
        )

    def glance(self, run_id: str) -> Glance | None:
        """A run to be looked at in passing, None where there is none: as a whole as long as it
        is not so large that to read it would hold up the other threads."""
        return self._database.do(partial(glance_at, run_id=run_id, say=self._database.say))

    def each(self) -> Iterator[KeptRun]:
        """Every run as a whole, the newest first; few are in memory at a time."""
        ids = [line.run_id for line in self.list()]
        for begin in range(0, len(ids), _AT_A_TIME):
            some = ids[begin : begin + _AT_A_TIME]

            def work(connection: sqlite3.Connection, some: Sequence[str] = some) -> list[KeptRun]:
                found = [find(connection, run_id, self._database.say) for run_id in some]
                return [run for run in found if run is not None]

            yield from self._database.do(work)

    def next_position(self, started: str) -> str:
        """The position of a run that begins now: `started`, but where the clock was set back
        since another run began, a place after that one."""

        def work(connection: sqlite3.Connection) -> str:
            row = connection.execute(f"SELECT position FROM runs {NEWEST_FIRST} LIMIT 1").fetchone()
            return position_after("" if row is None else str(row["position"]), started)

        return self._database.do(work)
