"""Full-text search over the runs in history.

What is searched is kept in a plain table, and where SQLite has FTS5 an index over it finds
words and parts of words from three characters on. Shorter ones, and an SQLite without FTS5,
take a pass over the table instead.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from typing import Final

COLUMNS: Final = ("name", "requirements", "reply", "notes", "model", "target", "project")
_LISTED: Final = ", ".join(COLUMNS)
_SHORTEST_INDEXED: Final = 3


@cache
def has_index() -> bool:
    """Whether SQLite has what the index needs."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(a, tokenize='trigram')")
        except sqlite3.OperationalError:
            return False
    return True


def keep_text(connection: sqlite3.Connection, number: int, text: Mapping[str, str]) -> None:
    """What run `number` is found by, in place of what it was found by before."""
    drop_text(connection, number)
    insert_text(connection, number, text)
    if make_index(connection):
        connection.execute(
            f"INSERT INTO run_index (rowid, {_LISTED}) "
            f"SELECT number, {_LISTED} FROM run_text WHERE number = ?",
            [number],
        )


def insert_text(connection: sqlite3.Connection, number: int, text: Mapping[str, str]) -> None:
    """What run `number` is found by, put into the table alone: the index is behind then, which
    is up to the caller to say (see `forget_index`)."""
    connection.execute("DELETE FROM run_text WHERE number = ?", [number])
    marks = ", ".join("?" * len(COLUMNS))
    values = [_storable(text[name]) for name in COLUMNS]
    connection.execute(
        f"INSERT INTO run_text (number, {_LISTED}) VALUES (?, {marks})", [number, *values]
    )


def drop_text(connection: sqlite3.Connection, number: int) -> None:
    """Forget what run `number` is found by."""
    if make_index(connection):
        connection.execute(
            f"INSERT INTO run_index (run_index, rowid, {_LISTED}) "
            f"SELECT 'delete', number, {_LISTED} FROM run_text WHERE number = ?",
            [number],
        )
    connection.execute("DELETE FROM run_text WHERE number = ?", [number])


def matching(connection: sqlite3.Connection, search: str) -> tuple[list[str], list[object]]:
    """Conditions on `runs` that all hold where every word of `search` is found, and their values.

    They lead to no run by themselves (which is what the plus is for): the runs are gone through
    in their order, and when enough are found that is that.
    """
    conditions: list[str] = []
    values: list[object] = []
    indexed = _index_is_whole(connection)
    for word in search.split():
        word = _storable(word)
        if indexed and len(word) >= _SHORTEST_INDEXED:
            conditions.append(
                "+runs.number IN (SELECT rowid FROM run_index WHERE run_index MATCH ?)"
            )
            values.append('"' + word.replace('"', '""') + '"')
            continue
        if word.lower() == word.upper():
            found, value = "instr({}, ?)", word
        else:
            found, value = "{} LIKE ? ESCAPE '\\'", f"%{_literal(word)}%"
        anywhere = " OR ".join(found.format(f"run_text.{name}") for name in COLUMNS)
        conditions.append(
            f"EXISTS (SELECT 1 FROM run_text WHERE run_text.number = runs.number AND ({anywhere}))"
        )
        values += [value] * len(COLUMNS)
    return conditions, values


def make_index(connection: sqlite3.Connection) -> bool:
    """Make the index where it is missing, or not whole; whether it can be written.

    An SQLite without FTS5 notes that what it writes is not in the index.
    """
    if not has_index():
        connection.execute("INSERT OR REPLACE INTO facts VALUES ('index', 'behind')")
        return False
    if not _index_is_whole(connection):
        connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS run_index USING fts5("
            f"{_LISTED}, content='run_text', content_rowid='number', tokenize='trigram')"
        )
        connection.execute("INSERT INTO run_index (run_index) VALUES ('rebuild')")
        connection.execute("INSERT OR REPLACE INTO facts VALUES ('index', 'whole')")
    return True


def _index_is_whole(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT value FROM facts WHERE name = 'index'").fetchone()
    return row is not None and row[0] == "whole" and has_index()


def forget_index(connection: sqlite3.Connection) -> None:
    """Have the index made anew at the next write; until then searches pass over the table."""
    connection.execute("INSERT OR REPLACE INTO facts VALUES ('index', 'behind')")
    if has_index():
        connection.execute("DROP TABLE IF EXISTS run_index")


def is_index_sound(connection: sqlite3.Connection) -> bool:
    """Whether the index says what the table says. It takes a pass over both."""
    if not _index_is_whole(connection):
        return True
    try:
        connection.execute("INSERT INTO run_index (run_index) VALUES ('integrity-check')")
    except sqlite3.DatabaseError:
        return False
    return True


def _literal(word: str) -> str:
    for character in "\\%_":
        word = word.replace(character, "\\" + character)
    return word


def _storable(text: str) -> str:
    """`text` as SQLite's text can be: half characters and NUL replaced. Only for searching;
    the run itself is kept to the character."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
