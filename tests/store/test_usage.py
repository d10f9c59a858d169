"""The record of what runs cost: added to, read back, summed in decimals, exported."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from autocoder_tui.engine.state import Extrapolation
from autocoder_tui.store.usage import (
    UsageRecord,
    append_usage,
    read_usage,
    to_csv,
    total,
    totals,
)

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


def test_csv_reads_back_and_says_unknown() -> None:
    formula = replace(LOCAL, model="=HYPERLINK(1)", project="with, comma\nand line")
    rows = list(csv.DictReader(to_csv([RUN, formula]).splitlines(keepends=True)))
    assert rows[0]["cost_usd"] == "0.0011"
    assert rows[0]["finish_reasons"] == "length stop"
    assert rows[1]["cost_usd"] == "unknown"
    assert rows[1]["model"] == "'=HYPERLINK(1)"
    assert rows[1]["project"] == "with, comma\nand line"
