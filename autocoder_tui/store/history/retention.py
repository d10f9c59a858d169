"""The order of runs and their age, when the clock can't be trusted.

A clock is set: by hand, by the network, by a virtual machine that wakes up. Set back, it must
not put a new run behind older ones; set forward, it must not make everything look old.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Final

_LEAP: Final = timedelta(days=30)
"""Without a look at the clock for so long, it may have been set forward as well."""
_TRUSTED: Final = timedelta(days=1)
"""A clock that has gone on for so long after a leap is right: a wrong one is soon noticed."""


def position_after(newest: str, started: str) -> str:
    """Where a run that begins at `started` stands, the newest so far at the position `newest`."""
    if started > newest:
        return started
    moment, _, count = newest.partition("#")
    number = int(count) if count.isdecimal() and len(count) < 10 else 0
    return f"{moment}#{number + 1:06}"


def oldest_kept(connection: sqlite3.Connection, days: int, spare: str = "") -> str:
    """Runs that ended before this time are older than `days`: "" while the clock is not to be
    trusted. The run with the id `spare` has only just ended. Writes down that it looked."""
    now = datetime.now(UTC)
    seen = _time(_fact(connection, "clock seen"))
    if seen is None:
        row = connection.execute("SELECT max(ended) FROM runs WHERE run_id != ?", [spare])
        seen = _time(row.fetchone()[0])
    leapt = _time(_fact(connection, "clock leapt"))
    if seen is not None and now - seen > _LEAP:
        leapt = now
    elif leapt is not None and not timedelta(0) <= now - leapt < _TRUSTED:
        leapt = None
    _keep_fact(connection, "clock seen", now.isoformat())
    _keep_fact(connection, "clock leapt", "" if leapt is None else leapt.isoformat())
    return "" if leapt is not None else (now - timedelta(days=days)).isoformat()


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if found is None or found.tzinfo is None else found


def _fact(connection: sqlite3.Connection, name: str) -> object:
    row = connection.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
    return None if row is None else row[0]


def _keep_fact(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, value])
