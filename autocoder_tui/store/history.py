"""History: every run with all that it was given and all that came of it.

Each call opens the database, does one piece of work and closes it again, so that it can be
made from any thread and several programs can share the file. Every call blocks, for two
seconds at most where another program has it locked, and may raise HistoryUnavailable.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast

from autocoder_tui.problems import shortened
from autocoder_tui.store.errors import StoreError
from autocoder_tui.store.history_schema import Database
from autocoder_tui.store.history_search import drop_text, keep_text, matching
from autocoder_tui.store.kept import KeptRun, Status, continued

LAST: Final = "last"
"""Reference to the run that began last."""


class UnknownRun(StoreError):
    """No run in history is called so, or several are."""

    kind = "unknown_run"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A line of the list of runs. `characters` of the reply; `files` it proposed; `offered`:
    nobody has yet seen to it since it was interrupted."""

    run_id: str
    name: str
    started: str
    ended: str
    project: str
    model: str
    provider: str
    target: str | None
    status: Status
    demo: bool
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal | None
    files: int
    characters: int
    offered: bool


def summary_of(run: KeptRun) -> RunSummary:
    """The line of a run that is not in history yet."""
    sent = run.snapshot
    return RunSummary(
        run_id=run.run_id,
        name=run.name,
        started=run.started,
        ended=run.ended,
        project=sent.project,
        model=sent.model,
        provider=sent.provider,
        target=sent.target,
        status=run.status,
        demo=sent.demo,
        prompt_tokens=run.prompt_tokens,
        completion_tokens=run.completion_tokens,
        cost_usd=run.cost_usd,
        files=len(run.files),
        characters=len(run.reply),
        offered=False,
    )


_SUMMARY: Final = (
    "run_id, runs.name AS name, started, ended, runs.project AS project, runs.model AS model, "
    "provider, runs.target AS target, status, demo, prompt_tokens, completion_tokens, cost_usd, "
    "files, characters, offered"
)


class History:
    """The runs kept in the state folder `state`."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._database = Database(state)

    def messages(self) -> list[str]:
        """What happened to the database since the last call, as sentences to show."""
        return self._database.taken_messages()

    # ------------------------------------------------------------------ keeping

    def add(self, run: KeptRun, *, offered: bool = False) -> KeptRun:
        """Keep `run`; returns it as it is kept. A run that was kept before and went on since
        is put together with what is known of it; one journal is never counted twice."""

        def work(connection: sqlite3.Connection) -> KeptRun:
            try:
                earlier = _find(connection, run.run_id)
            except UnknownRun:
                earlier = None  # damaged: what is known now takes its place
            whole = run if earlier is None else _together(earlier, run)
            _put(connection, whole, offered=offered)
            return whole

        return self._database.do(work, write=True)

    def keep_review(self, run_id: str, data: dict[str, Any]) -> bool:
        """Keep how the review of a run stands; whether there is such a run."""
        return self._changed("UPDATE runs SET review = ? WHERE run_id = ?", _json(data), run_id)

    def settled(self, run_id: str, *, offered: bool = False) -> None:
        """Don't offer this run any more, somebody has seen to it; or do offer it once more."""
        self._changed("UPDATE runs SET offered = ? WHERE run_id = ?", str(int(offered)), run_id)

    def rename(self, run_id: str, name: str) -> bool:
        """Call a run `name`; whether there is such a run. A named run is never pruned."""

        def work(connection: sqlite3.Connection) -> bool:
            run = _find(connection, run_id)
            if run is None:
                return False
            _put(connection, replace(run, name=name), offered=None, named=True)
            return True

        return self._database.do(work, write=True)

    def delete(self, run_ids: Sequence[str]) -> int:
        """Remove runs for good; returns how many there were."""

        def work(connection: sqlite3.Connection) -> int:
            return sum(_remove(connection, "run_id = ?", run_id) for run_id in run_ids)

        return self._database.do(work, write=True)

    def delete_all(self, project: str | None = None) -> int:
        """Remove every run, or every run of one project; returns how many there were."""

        def work(connection: sqlite3.Connection) -> int:
            if project is None:
                return _remove(connection, "1")
            return _remove(connection, "project = ?", storable(project))

        return self._database.do(work, write=True)

    def prune(self, keep_runs: int, keep_days: int) -> int:
        """Remove runs that are older than `keep_days` or beyond the newest `keep_runs`, 0 for
        no limit; returns how many. Named and offered runs stay."""
        oldest = (datetime.now(UTC) - timedelta(days=keep_days)).isoformat() if keep_days else ""

        def work(connection: sqlite3.Connection) -> int:
            many = (
                "number NOT IN (SELECT number FROM runs ORDER BY started DESC, number DESC LIMIT ?)"
            )
            return _remove(
                connection,
                f"named = 0 AND offered = 0 AND (started < ? OR (? > 0 AND {many}))",
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
    ) -> list[RunSummary]:
        """Runs, the newest first: of one project, with every word of `search` in them, only
        those still `offered`."""

        def work(connection: sqlite3.Connection) -> list[RunSummary]:
            condition, found = matching(connection, search)
            where = f"number IN (SELECT number FROM run_text WHERE {condition})"
            values: list[object] = [*found]
            if project is not None:
                where += " AND project = ?"
                values.append(storable(project))
            if offered:
                where += " AND offered"
            rows = connection.execute(
                f"SELECT {_SUMMARY} FROM runs WHERE {where} "
                "ORDER BY started DESC, number DESC LIMIT ?",
                [*values, -1 if limit is None else limit],
            )
            return [_summary(row) for row in rows]

        return self._database.do(work)

    def prompts(self, limit: int) -> tuple[tuple[str, str], ...]:
        """Requirements that were sent, each once, and when last; the newest first."""

        def work(connection: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
            rows = connection.execute(
                "SELECT requirements, max(started) AS sent FROM run_text JOIN runs USING (number) "
                "WHERE demo = 0 GROUP BY requirements ORDER BY sent DESC LIMIT ?",
                [limit],
            )
            return tuple((row["requirements"], row["sent"]) for row in rows)

        return self._database.do(work)

    def get(self, reference: str) -> KeptRun:
        """The run called `reference`: "last", its id or the beginning of it, or its name.

        Raises UnknownRun.
        """
        return self._database.do(lambda connection: _referred(connection, reference.strip()))


def storable(text: str) -> str:
    """`text` as a column to compare by: without half characters, one to one."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _referred(connection: sqlite3.Connection, reference: str) -> KeptRun:
    if reference == LAST:
        row = connection.execute(
            "SELECT run_id FROM runs ORDER BY started DESC, number DESC LIMIT 1"
        ).fetchone()
        rows = [] if row is None else [row]
    else:
        prefix = reference.lower()
        rows = connection.execute(
            "SELECT run_id FROM runs WHERE name = ? ORDER BY started DESC", [storable(reference)]
        ).fetchall()
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
    run = _find(connection, names.pop()) if names else None
    if run is None:
        if reference == LAST:
            raise UnknownRun("There is no run in history yet.")
        raise UnknownRun(
            f'No run in history is called "{shortened(reference)}". '
            "List them with: autocoder-tui history list --all"
        )
    return run


def _find(connection: sqlite3.Connection, run_id: str) -> KeptRun | None:
    row = connection.execute("SELECT data, review FROM runs WHERE run_id = ?", [run_id]).fetchone()
    if row is None:
        return None
    try:
        run = KeptRun.from_data(json.loads(zlib.decompress(row["data"])))
        return run if row["review"] is None else replace(run, review=json.loads(row["review"]))
    except (ValueError, TypeError, zlib.error, RecursionError) as error:
        raise UnknownRun(
            f"What is kept of run {shortened(run_id)} is damaged and can't be read."
        ) from error


def _together(earlier: KeptRun, run: KeptRun) -> KeptRun:
    if not set(run.journal_ids) <= set(earlier.journal_ids):
        return continued(earlier, run)
    review = earlier.review if run.review is None else run.review
    return replace(earlier, review=review)


def _put(
    connection: sqlite3.Connection, run: KeptRun, *, offered: bool | None, named: bool = False
) -> None:
    """Insert or replace the row of `run`; what is None or False here stays as it was."""
    snapshot = run.snapshot
    plain = run.to_data()
    review = plain.pop("review")
    values: dict[str, Any] = {
        "run_id": run.run_id,
        "name": storable(run.name),
        "started": run.started,
        "ended": run.ended,
        "project": storable(snapshot.project),
        "model": storable(snapshot.model),
        "provider": storable(snapshot.provider),
        "target": None if snapshot.target is None else storable(snapshot.target),
        "status": run.status,
        "demo": snapshot.demo,
        "prompt_tokens": run.prompt_tokens,
        "completion_tokens": run.completion_tokens,
        "cost_usd": None if run.cost_usd is None else str(run.cost_usd),
        "files": len(run.files),
        "characters": len(run.reply),
        "review": None if review is None else _json(review),
        "data": zlib.compress(_json(plain).encode(), 6),
    }
    if offered is not None:
        values["offered"] = offered
    if named:
        values["named"] = True
    columns, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    changed = ", ".join(f"{name} = excluded.{name}" for name in values)
    connection.execute(
        f"INSERT INTO runs ({columns}) VALUES ({marks}) "
        f"ON CONFLICT (run_id) DO UPDATE SET {changed}",
        values,
    )
    number = connection.execute(
        "SELECT number FROM runs WHERE run_id = ?", [run.run_id]
    ).fetchone()["number"]
    text = {
        "name": run.name,
        "requirements": snapshot.requirements,
        "reply": run.reply,
        "notes": run.notes,
        "model": snapshot.model,
        "target": snapshot.target or "",
        "project": snapshot.project,
    }
    keep_text(connection, number, text)


def _remove(connection: sqlite3.Connection, condition: str, *values: object) -> int:
    rows = connection.execute(f"SELECT number FROM runs WHERE {condition}", values).fetchall()
    for row in rows:
        drop_text(connection, row["number"])
        connection.execute("DELETE FROM runs WHERE number = ?", [row["number"]])
    return len(rows)


def _summary(row: sqlite3.Row) -> RunSummary:
    values = dict(row)
    cost = values["cost_usd"]
    values |= {
        "cost_usd": None if cost is None else Decimal(cost),
        "status": cast(Status, values["status"]),
        "demo": bool(values["demo"]),
        "offered": bool(values["offered"]),
    }
    return RunSummary(**values)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))
