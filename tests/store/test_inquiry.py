"""A question to the history that is called off before or while it is answered."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.inquiry import CalledOff, Inquiry
from tests.store.kept_runs import run

_FOR_EVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_what_takes_for_ever_ends_when_it_is_called_off() -> None:
    inquiry, asked = Inquiry(), threading.Event()
    ends: list[BaseException] = []

    def ask() -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            # Called from within the statement: it has begun by then.
            connection.set_progress_handler(asked.set, 1000)
            try:
                with inquiry.asked_of(connection):
                    connection.execute(_FOR_EVER).fetchall()
            except CalledOff as error:
                ends.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    assert asked.wait(20)
    inquiry.call_off()
    thread.join(20)
    assert len(ends) == 1


def test_what_fails_otherwise_is_told_as_it_is() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(sqlite3.OperationalError),
        Inquiry().asked_of(connection),
    ):
        connection.execute("SELECT * FROM nowhere")


def test_a_list_that_was_called_off_before_is_none_and_the_next_is_whole(tmp_path: Path) -> None:
    history, inquiry = History(tmp_path), Inquiry()
    history.add(run("text"))
    inquiry.call_off()
    with pytest.raises(CalledOff):
        history.list(search="text", inquiry=inquiry)
    assert len(history.list(search="text", inquiry=Inquiry())) == 1
    assert not history.messages()
