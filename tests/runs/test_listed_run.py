"""What a line of the history is called, and how conversations are brought together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from autocoder_tui.runs.listed_run import each_alone, files_in_words, threads_once, when_in_words
from autocoder_tui.store.history.summary import RunSummary, summary_of
from tests.store.kept_runs import run


@pytest.fixture(autouse=True)
def _in_a_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kolkata")  # half an hour off most others
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


NOW = datetime.fromisoformat("2026-03-02T00:10:00+05:30")


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-03-01T18:35:00.000+00:00", "today 00:05"),
        ("2026-03-01T18:25:00.000+00:00", "yesterday 23:55"),
        ("2026-02-28T18:31:00.000+00:00", "yesterday 00:01"),
        ("2026-02-28T18:29:00.000+00:00", "2026-02-28 23:59"),
        ("2026-03-03T00:00:00.000+00:00", "2026-03-03 05:30"),
        ("never", "never"),
        ("", ""),
        ("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_a_time_is_said_as_people_there_say_it(moment: str, says: str) -> None:
    said = when_in_words(moment, NOW)
    assert said == says or not moment[:4].strip("0").strip("1")


def line(run_id: str, thread: str = "") -> RunSummary:
    return replace(summary_of(run("x", run_id)), thread=thread)


def test_each_conversation_stands_where_its_newest_run_does() -> None:
    runs = [line("d", "a"), line("c"), line("b", "a"), line("a"), line("z", "gone")]
    lines = threads_once(runs)
    assert [[one.run_id for one in found.runs] for found in lines] == [
        ["d", "b", "a"],
        ["c"],
        ["z"],
    ]
    assert [found.run for found in each_alone(runs)] == runs


def test_files_are_named_as_far_as_they_are_known() -> None:
    known = replace(line("a"), paths=("src/a.py", "b.py"), files=12)
    assert files_in_words(known) == "src/a.py +11"
    assert files_in_words(known, whole=False) == "a.py +11"
    assert files_in_words(replace(known, paths=(), target="t.py", files=1)) == "t.py"
    assert files_in_words(replace(known, paths=(), target=None, files=1)) == "1 file"
    assert files_in_words(replace(known, paths=(), target=None, files=0)) == ""
    hostile = replace(known, paths=("a\x1b[2J\n.py",), files=1)
    assert "\x1b" not in files_in_words(hostile)
    assert "\n" not in files_in_words(hostile)
