"""The record of what runs cost: added to, read back, summed in decimals, exported."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from autocoder_tui.engine.run_state import Extrapolation
from autocoder_tui.runs.usage_table import usage_report, usage_rows
from autocoder_tui.store.usage import UsageRecord, append_usage, read_usage, to_csv, total, totals

RUN = UsageRecord(
    time="2026-11-21T10:00:00+00:00",
    run_id="a1",
    project="/home/me/shop",
    model="mini",
    provider="OpenAI",
    status="completed",
    prompt_tokens=3512,
    completion_tokens=1204,
    cached_tokens=1024,
    reasoning_tokens=100,
    cost_usd=Decimal("0.0011"),
    estimated=False,
    seconds=29.5,
    requests=2,
    retries=0,
    parts=(
        Extrapolation(0, 900, 800, Decimal("0.0007"), "length"),
        Extrapolation(880, 1400, 404, Decimal("0.0004"), "stop"),
    ),
)
LOCAL = replace(RUN, run_id="b2", model="qwen", provider="127.0.0.1", cost_usd=None)


def test_what_was_added_is_read_back(tmp_path: Path) -> None:
    assert read_usage(tmp_path / "nowhere") == ([], 0)
    append_usage(tmp_path, RUN)
    append_usage(tmp_path, LOCAL)
    assert read_usage(tmp_path) == ([RUN, LOCAL], 0)


def test_a_broken_line_costs_only_itself(tmp_path: Path) -> None:
    append_usage(tmp_path, RUN)
    with (tmp_path / "usage.jsonl").open("ab") as file:
        file.write(b'{"time": "2026\xff')
    append_usage(tmp_path, LOCAL)
    assert read_usage(tmp_path) == ([RUN, LOCAL], 1)
    for line in ("null", "[]", '{"time": 1}', "9" * 5000, "[" * 5000):
        (tmp_path / "usage.jsonl").write_text(line + "\n")
        assert read_usage(tmp_path) == ([], 1)


def test_totals_are_exact_and_unknown_prices_stay_unknown() -> None:
    runs = [replace(RUN, run_id=str(n), cost_usd=Decimal("0.1")) for n in range(10)]
    found = total(runs)
    assert found.cost_usd == Decimal("1.0")
    assert (found.runs, found.prompt_tokens, found.unpriced) == (10, 35_120, 0)
    assert total([LOCAL]).cost_usd is None
    mixed = total([RUN, LOCAL])
    assert (mixed.cost_usd, mixed.unpriced) == (Decimal("0.0011"), 1)
    assert total([]).cost_usd is None


def test_groups_have_the_latest_first() -> None:
    later = replace(RUN, run_id="c3", time="2026-11-22T10:00:00+00:00", project="/other")
    runs = [RUN, LOCAL, later]
    assert [group.name for group in totals(runs, "run")] == ["c3", "b2", "a1"]
    assert [(g.name, g.runs) for g in totals(runs, "day")] == [("2026-11-22", 1), ("2026-11-21", 2)]
    assert [(g.name, g.runs) for g in totals(runs, "model")] == [("mini", 2), ("qwen", 1)]
    assert [g.name for g in totals(runs, "project")] == ["/other", "/home/me/shop"]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the zone of the process, as its environment would."""

    def change(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield change
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "at", "day", "clock"),
    [
        ("UTC", "2026-11-21T23:30:00+00:00", "2026-11-21", "23:30"),
        ("Europe/Berlin", "2026-11-21T23:30:00+00:00", "2026-11-22", "00:30"),
        # Summer time: two hours ahead, and the night in which it ends.
        ("Europe/Berlin", "2026-07-01T22:30:00+00:00", "2026-07-02", "00:30"),
        ("Europe/Berlin", "2026-10-24T22:30:00+00:00", "2026-10-25", "00:30"),
        ("Europe/Berlin", "2026-10-25T22:30:00+00:00", "2026-10-25", "23:30"),
        ("America/New_York", "2026-11-01T03:59:00+00:00", "2026-10-31", "23:59"),
        ("America/New_York", "2026-11-01T04:59:00.5+00:00", "2026-11-01", "00:59"),
        ("Asia/Kathmandu", "2026-11-21T18:15:00+00:00", "2026-11-22", "00:00"),
        ("Pacific/Kiritimati", "2026-11-21T10:00:00+00:00", "2026-11-22", "00:00"),
        ("Pacific/Pago_Pago", "2026-11-21T10:59:00+00:00", "2026-11-20", "23:59"),
        ("Europe/Berlin", "2026-11-21T23:30:00", "2026-11-22", "00:30"),
        ("Europe/Berlin", "2026-11-21T23:30:00Z", "2026-11-22", "00:30"),
    ],
)
def test_days_and_times_are_those_of_the_persons_own_zone(
    zone: Callable[[str], None], tmp_path: Path, name: str, at: str, day: str, clock: str
) -> None:
    zone(name)
    run = replace(RUN, time=at)
    assert run.day == day
    assert usage_rows([run], "day")[0][0] == day
    assert usage_rows([run], "run")[0][0] == f"{day} {clock}"
    append_usage(tmp_path, run)
    assert usage_report(tmp_path, "day", "text").splitlines()[1].startswith(day)
    # What a program reads stays the moment itself.
    assert at in to_csv([run])


def test_the_zone_may_change_while_the_program_is_open(
    zone: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = replace(RUN, time="2026-11-21T23:30:00+00:00")
    zone("UTC")
    assert run.day == "2026-11-21"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert run.day == "2026-11-22"


def test_days_stand_in_their_order_though_the_clock_was_set_back() -> None:
    runs = [replace(RUN, time=f"2026-11-{day}T12:00:00+00:00") for day in (22, 24, 23, 22)]
    assert [group.name for group in totals(runs, "day")] == [
        "2026-11-24",
        "2026-11-23",
        "2026-11-22",
    ]


@pytest.mark.parametrize("odd", ["", "yesterday", "0001-01-01T00:00:00+14:00", "9" * 30])
def test_a_time_that_is_none_is_shown_as_it_is(odd: str) -> None:
    assert replace(RUN, time=odd).day == odd[:10]


def test_csv_reads_back_and_says_unknown() -> None:
    formula = replace(LOCAL, model="=HYPERLINK(1)", project="with, comma\nand line")
    rows = list(csv.DictReader(to_csv([RUN, formula]).splitlines(keepends=True)))
    assert rows[0]["cost_usd"] == "0.0011"
    assert rows[0]["finish_reasons"] == "length stop"
    assert rows[1]["cost_usd"] == "unknown"
    assert rows[1]["model"] == "'=HYPERLINK(1)"
    assert rows[1]["project"] == "with, comma\nand line"
