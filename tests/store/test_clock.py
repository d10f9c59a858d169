"""A clock that is set, backwards and forwards: nothing is out of order, nothing too old."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.cli.history import find_run
from autocoder_tui.store.history import retention
from autocoder_tui.store.history.history import History
from autocoder_tui.store.history.retention import position_after
from autocoder_tui.store.journal.journal import Journal
from tests.store.kept_runs import events, run, snapshot


class Clock(datetime):
    """The time of day, which the test sets."""

    set_to = datetime(2026, 6, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.set_to


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(retention, "datetime", Clock)
    monkeypatch.setattr(Clock, "set_to", Clock.set_to)
    return Clock


def began(history: History, run_id: str, clock: type[Clock]) -> None:
    """A run that begins and ends as the program has it do."""
    started = clock.set_to.isoformat(timespec="milliseconds")
    position = history.next_position(started)
    history.add(run(run_id, run_id, started=started, ended=started, position=position))


@given(st.lists(st.integers(-400, 400), min_size=1, max_size=30))
@settings(deadline=None, max_examples=50)
def test_later_runs_have_greater_positions_whatever_the_clock_does(leaps: list[int]) -> None:
    at, positions = datetime(2026, 6, 1, tzinfo=UTC), [""]
    for leap in leaps:
        at += timedelta(hours=leap)
        started = at.isoformat(timespec="milliseconds")
        positions.append(position_after(positions[-1], started))
    assert positions == sorted(set(positions))
    assert position_after(max(positions), "9999") == "9999"


def test_set_back_between_runs_the_newest_is_still_the_last(
    tmp_path: Path, clock: type[Clock]
) -> None:
    history = History(tmp_path)
    began(history, "aa", clock)
    clock.set_to -= timedelta(days=20_000)
    began(history, "bb", clock)
    began(history, "cc", clock)
    assert [one.run_id for one in history.list()] == ["cc", "bb", "aa"]
    assert history.get("last").run_id == "cc"
    assert history.get("last").started.startswith("1971")  # honest all the same
    assert history.list(limit=1)[0].run_id == "cc"
    # The run under way is the last, too.
    position = history.next_position("1971-01-01")
    journal = Journal(tmp_path, snapshot("dd", started="1971-01-01", position=position), print)
    journal.append(events("x", end="interrupted"))
    assert find_run(history, "last").run_id == "dd"
    journal.close()
    history.prune(2, 0)
    assert [one.run_id for one in history.list()] == ["cc", "bb"]


def test_a_run_that_is_gone_on_with_keeps_its_place(tmp_path: Path, clock: type[Clock]) -> None:
    history = History(tmp_path)
    began(history, "aa", clock)
    clock.set_to -= timedelta(hours=1)
    began(history, "bb", clock)
    history.add(run("bb and more", "bb", started="2027-01-01", journal_id="later", partial="bb"))
    began(history, "cc", clock)
    assert [one.run_id for one in history.list()] == ["cc", "bb", "aa"]


def test_set_forward_it_makes_nothing_too_old(tmp_path: Path, clock: type[Clock]) -> None:
    history = History(tmp_path)
    began(history, "aa", clock)
    history.prune(0, 365)
    right = clock.set_to
    clock.set_to += timedelta(days=5000)
    began(history, "bb", clock)
    for hours in (0, 1, 10):
        clock.set_to += timedelta(hours=hours)
        assert history.prune(0, 365, spare="bb") == 0
    clock.set_to = right + timedelta(days=1)  # set right again
    began(history, "cc", clock)
    assert history.prune(0, 365) == 0
    assert len(history.list()) == 3


def test_set_back_it_makes_nothing_too_old(tmp_path: Path, clock: type[Clock]) -> None:
    history = History(tmp_path)
    began(history, "aa", clock)
    clock.set_to -= timedelta(days=5000)
    began(history, "bb", clock)
    assert history.prune(0, 365, spare="bb") == 0


def test_after_a_long_absence_what_is_old_goes_a_day_later(
    tmp_path: Path, clock: type[Clock]
) -> None:
    history = History(tmp_path)
    began(history, "aa", clock)
    clock.set_to += timedelta(days=800)
    began(history, "bb", clock)
    assert history.prune(0, 365, spare="bb") == 0
    clock.set_to += timedelta(hours=25)
    began(history, "cc", clock)
    assert history.prune(0, 365, spare="cc") == 1
    assert [one.run_id for one in history.list()] == ["cc", "bb"]


def test_the_newest_the_named_and_the_offered_are_never_too_old(
    tmp_path: Path, clock: type[Clock]
) -> None:
    history = History(tmp_path)
    for run_id in ("aa", "bb", "cc", "dd"):
        began(history, run_id, clock)
    history.rename("aa", "mine")
    history.settled("bb", offered=True)
    history.prune(0, 10)
    clock.set_to += timedelta(days=29)
    assert history.prune(0, 10) == 1
    assert [one.run_id for one in history.list()] == ["dd", "bb", "aa"]


def test_a_clock_written_down_that_is_none_is_no_clock(tmp_path: Path, clock: type[Clock]) -> None:
    history = History(tmp_path)
    began(history, "aa", clock)
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("INSERT INTO facts VALUES ('clock seen', 'x'), ('clock leapt', x'00')")
        connection.commit()
    assert history.prune(0, 365) == 0
