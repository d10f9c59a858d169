"""Mending a damaged database of history: all that can still be read goes into a new one.

Pages of the file may be lost in any place: the rows of runs, the texts they are found by, an
index. So the rows are sought in every way there is, and a run is put together from what is
left of it. The damaged file stays beside the new one, under a dated name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from autocoder_tui.store.history.rows import (
    from_columns,
    put_row,
    row_of,
    text_of,
    unpacked,
)
from autocoder_tui.store.history.schema import (
    BUSY_SECONDS,
    DATABASE_ERRORS,
    connect,
    is_damage,
    set_up,
)
from autocoder_tui.store.history.search import (
    COLUMNS,
    forget_index,
    insert_text,
    is_index_sound,
    make_index,
)
from autocoder_tui.store.history.summary import (
    LISTED,
    PATHS,
    THREADED,
    summary_row,
)
from autocoder_tui.values import dataclass

Condition: TypeAlias = Literal["sound", "index", "damaged"]
"""Of a database: "index" where nothing is damaged but the index of its search."""

_ORDERS: Final = (
    "number FROM runs ORDER BY number",
    "number FROM runs ORDER BY number DESC",
    "number FROM runs INDEXED BY runs_position ORDER BY position",
    "number FROM runs INDEXED BY runs_position ORDER BY position DESC",
    "number FROM runs INDEXED BY sqlite_autoindex_runs_1 ORDER BY run_id",
    "number FROM runs INDEXED BY sqlite_autoindex_runs_1 ORDER BY run_id DESC",
    "number FROM run_text ORDER BY number",
    "number FROM run_text ORDER BY number DESC",
)
"""Ways to come upon rows: a damaged page ends one of them, and another begins behind it."""
_PAGE: Final = 4096
"""Bytes: SQLite's own choice since 2016."""
_MOST_NUMBERS: Final = 2_000_000


@dataclass(slots=True)
class _Saved:
    """`runs` are the ids of those that were saved, and whether as a whole; `seen` and `read`
    the numbers of rows that are there, and of those that could be read."""

    runs: dict[str, bool] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)

    def __str__(self) -> str:
        saved, lost = len(self.runs), len(self.seen - self.read)
        if not saved + lost:
            return "No run could be read in it; a new one is begun."
        said = f"{saved} of its {saved + lost} runs could be read and are in the new one"
        partly = sum(not whole for whole in self.runs.values())
        rest = f", {partly} of them without inputs and proposed files" if partly else ""
        return f"{said}{rest}."


def condition(path: Path) -> Condition:
    """How the database is; it takes a pass over all of it. Raises sqlite3.DatabaseError where
    it can't be looked at."""
    if path.exists() and not path.is_file():
        return "damaged"
    try:
        with closing(connect(path, write=True)) as connection:
            # Damage that only a look at the tables shows: of another program, or without them.
            connection.execute("SELECT run_id, position, data FROM runs LIMIT 1").fetchone()
            connection.execute("SELECT reply FROM run_text LIMIT 1").fetchone()
            connection.execute("SELECT value FROM facts LIMIT 1").fetchone()
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return "damaged"
            return "sound" if is_index_sound(connection) else "index"
    except DATABASE_ERRORS as error:
        if not is_damage(error):
            raise
        return "damaged"


def make_index_anew(path: Path) -> bool:
    """Have the index of the search made anew; whether the damaged one could be removed."""
    try:
        with closing(connect(path, write=True)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            forget_index(connection)
            connection.commit()
    except DATABASE_ERRORS as error:
        if not is_damage(error):
            raise
        return False
    return True


def mend(path: Path) -> tuple[Path, str]:
    """Put a new database with all that can be read in the place of the damaged one; returns
    where that is now, and what was saved as a sentence.

    Raises OSError or sqlite3.DatabaseError, as on a full disk: the damaged one is still there.
    """
    mended = path.with_name(f"{path.stem}-mended.db")
    _remove_database(mended)
    try:
        set_up(mended)
        saved = _save_runs(path, mended)
        aside = _free(path)
        if path.is_file():
            with contextlib.suppress(OSError):
                os.link(path, aside)  # so that there is a database at any time
        if not aside.exists():
            path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
        mended.replace(path)
    finally:
        _remove_database(mended)
    return aside, str(saved)


def _free(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    number, name = 1, f"{path.stem}-damaged-{stamp}"
    free = path.with_name(f"{name}.db")
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{name}-{number}.db")
    return free


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _save_runs(damaged: Path, mended: Path) -> _Saved:
    saved = _Saved()
    if not damaged.is_file():
        return saved
    # The log of the last writes may be another database's, and hide what is in the file.
    for alone in (False, True):
        _save(damaged, mended, saved, alone=alone)
    if saved.runs:
        return saved
    # SQLite takes no page of a file that is too short, or whose first page is gone.
    copy = damaged.with_name(f"{damaged.stem}-mending.db")
    try:
        for first_page in (None, _usual_first_page(copy)):
            if not saved.runs:
                _copy_to_read(damaged, copy, first_page)
                _save(copy, mended, saved)
    finally:
        _remove_database(copy)
    return saved


def _usual_first_page(place: Path) -> bytes:
    """The first page of a database of ours, where it is nearly always the same."""
    _remove_database(place)
    set_up(place)
    with closing(connect(place, write=True)) as connection:
        make_index(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with place.open("rb") as opened:
        return opened.read(_PAGE)


def _copy_to_read(damaged: Path, copy: Path, first_page: bytes | None) -> None:
    """A copy that SQLite reads: of whole pages, with their number in its head (bytes 28 to 31,
    which count where those from 24 and 92 are the same: https://sqlite.org/fileformat.html)."""
    _remove_database(copy)
    shutil.copyfile(damaged, copy)
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(f"{damaged}-wal", f"{copy}-wal")
    with copy.open("r+b") as opened:
        if first_page is not None:
            opened.write(first_page)
        pages = -(-opened.seek(0, os.SEEK_END) // _PAGE)
        opened.truncate(pages * _PAGE)
        opened.seek(24)
        count = opened.read(4)
        opened.write(pages.to_bytes(4, "big"))
        opened.seek(92)
        opened.write(count)


def _save(damaged: Path, mended: Path, saved: _Saved, *, alone: bool = False) -> None:
    """Put what can be read of the database, or of its file `alone`, into the mended one."""
    with (
        closing(connect(mended, write=True)) as new,
        closing(_reader(damaged, alone=alone)) as old,
    ):
        new.execute("BEGIN IMMEDIATE")
        known = _numbers(old)
        saved.seen |= known
        # Also those between, which no way led to.
        between = range(1, min(max(known, default=0), _MOST_NUMBERS))
        for number in sorted(known.union(between)):
            found = _read(old, number)
            if found is None:
                continue
            whole, values, text = found
            saved.read.add(number)
            name = str(values["run_id"])
            if name in saved.runs and (saved.runs[name] or not whole):
                continue
            insert_text(new, put_row(new, values), text)
            saved.runs[name] = whole
        forget_index(new)
        new.commit()
        # All of it in the one file, so that this can be given its name.
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _reader(path: Path, *, alone: bool) -> sqlite3.Connection:
    # Read-only: what is set aside is as it was found.
    place = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' * alone}"
    connection = sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _numbers(old: sqlite3.Connection) -> set[int]:
    found: set[int] = set()
    for order in _ORDERS:
        found |= set(_each(old, f"SELECT {order}"))
    return found


def _each(old: sqlite3.Connection, statement: str) -> Iterator[int]:
    with contextlib.suppress(*DATABASE_ERRORS):
        for row in old.execute(statement):
            if isinstance(row[0], int) and row[0] > 0:
                yield row[0]


def _read(
    old: sqlite3.Connection, number: int
) -> tuple[bool, dict[str, object], dict[str, str]] | None:
    """Run `number`: whether it is whole, its row, and the texts it is found by. None where
    nothing of it can be read."""
    line = _columns(old, "runs", LISTED, number)
    position = _columns(old, "runs", ("position",), number)
    text = _columns(old, "run_text", COLUMNS, number) or {}
    kept = _columns(old, "runs", ("data",), number) or {}
    run = unpacked(kept.get("data"))
    whole = run is not None
    if run is None:
        if line is None or not (text.get("reply") or text.get("requirements")):
            return None
        modes = _columns(old, "runs", THREADED, number) or dict.fromkeys(THREADED)
        run = from_columns(
            summary_row({**line, **modes, PATHS: ""}), {name: text.get(name) for name in COLUMNS}
        )
    values = row_of(run)
    if position is not None and isinstance(position["position"], str):
        values["position"] = position["position"] or values["started"]
    if line is not None:
        values["offered"] = int(bool(line["offered"]))
        values["named"] = int(bool(line["named"]))
    review = (_columns(old, "runs", ("review",), number) or {}).get("review")
    values["review"] = review if isinstance(review, str) else None
    return whole, values, text_of(run)


def _columns(
    old: sqlite3.Connection, table: str, names: Sequence[str], number: int
) -> dict[str, Any] | None:
    """Columns of a row, None where there is no such row or it can't be read."""
    listed = ", ".join(names)
    try:
        row = old.execute(f"SELECT {listed} FROM {table} WHERE number = ?", [number]).fetchone()
    except (*DATABASE_ERRORS, OverflowError, MemoryError):
        return None
    return None if row is None else dict(row)
