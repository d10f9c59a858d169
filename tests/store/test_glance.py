"""A run looked at in passing: whole, cut short, damaged, gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.store.history.glance import MOST_BYTES
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.kept_run import default_name
from tests.store.kept_runs import run


@given(st.text(max_size=200), st.text(max_size=80))
def test_a_run_is_seen_as_it_is_kept(
    tmp_path_factory: object, text: str, requirements: str
) -> None:
    folder = tmp_path_factory.mktemp("glance")  # type: ignore[attr-defined]
    history = History(folder)
    history.add(run(text, requirements=requirements))
    history.keep_review("0123456789ab", {"files": []})
    glance = history.glance("0123456789ab")
    assert glance is not None
    assert glance.run == history.get("0123456789ab")


def test_of_a_large_run_the_beginning_is_seen(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("begin " + "x" * MOST_BYTES))
    glance = history.glance("0123456789ab")
    assert glance is not None
    assert glance.run is None
    assert glance.reply.startswith("begin x")
    assert len(glance.reply) < 100_000
    assert glance.requirements == run().snapshot.requirements


def test_of_a_damaged_run_what_is_left_is_seen(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("the text"))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("UPDATE runs SET data = x'00'")
        connection.commit()
    glance = history.glance("0123456789ab")
    assert glance is not None
    assert glance.run is not None
    assert (glance.run.reply, glance.run.files) == ("the text", ())
    assert history.glance("nope") is None


def test_names_of_files_and_notes_are_in_the_line(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("text"))
    line = history.line("0123456789ab")
    assert line is not None
    assert (line.paths, line.named) == (("src/report.py",), False)
    history.rename("0123456789ab", "my note")
    line = history.line("0123456789ab")
    assert line is not None
    assert (line.name, line.named) == ("my note", True)
    history.rename("0123456789ab", "")
    line = history.line("0123456789ab")
    assert line is not None
    assert (line.name, line.named) == (default_name(run().snapshot.requirements), False)
    assert history.line("nope") is None


def test_a_database_that_listed_no_files_is_brought_up(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("text"))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("DROP INDEX runs_paths")
        connection.execute("ALTER TABLE runs DROP COLUMN paths")
        connection.commit()
    (line,) = history.list()
    assert line.paths == ()
    assert line.target == "src/report.py"
    assert history.messages() == []
    kept = run("later", "b" * 12)
    history.add(replace(kept, files=()))
    assert {one.run_id for one in history.list()} == {"0123456789ab", "b" * 12}


def test_damaged_names_of_files_are_none(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("text"))
    for value in ("[", "3", '["a", 3]', "x" * 9):
        with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
            connection.execute("UPDATE runs SET paths = ?", [value])
            connection.commit()
        (line,) = history.list()
        assert line.paths == (("a",) if value == '["a", 3]' else ())
