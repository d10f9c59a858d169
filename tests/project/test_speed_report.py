"""The report of speed: what it says of a goal, and that the page that is kept is one of it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.report.__main__ import PAGE, ROWS, main
from tests.bench.report.figure import Figure, Goal, percentile
from tests.bench.report.page import machine, page
from tests.bench.report.pairs import in_turns, machine_ms

_FIGURES = st.floats(0.01, 10_000)


@given(_FIGURES, _FIGURES, st.floats(0.1, 20))
def test_a_goal_in_times_is_met_by_the_ratio_alone(ours: float, base: float, times: float) -> None:
    figure = Figure("x", ours, "s", 3, base, "y", Goal("times", times))
    assert figure.met == (ours / base <= times)


@given(_FIGURES, _FIGURES)
def test_a_goal_of_our_own_figure(ours: float, value: float) -> None:
    assert Figure("x", ours, "s", 1, goal=Goal("most", value)).met == (ours <= value)
    assert Figure("x", ours, "s", 1, goal=Goal("least", value)).met == (ours >= value)


def test_nothing_to_judge_is_not_said_to_be_met() -> None:
    assert Figure("x", 1, "s", 1).met is None
    assert Figure("x", 1, "s", 1, goal=Goal("times", 2)).met is None


def test_what_else_fails_fails_the_row_and_is_said() -> None:
    row = Figure("A row", 1.0, "ms", 3, 2.0, "another", Goal("most", 15), "1.40 times git's lines")
    written = page({"Reviewing": [row]}, made=date(2030, 1, 2), loads=(0.1, 1.2))
    assert row.met is False
    assert "| A row | 1.00 ms | 2.00 ms: another | 0.50 |" in written
    assert "| 3 | – |" in written
    assert "**no** (1.40 times git's lines)" in written
    assert "0 of 1 goals are met." in written
    assert "2030-01-02" in written
    assert machine() in written


def test_the_ratio_of_pairs_is_that_of_what_was_measured_together() -> None:
    """The machine became half as quick after the first pair: the ratio of the medians, one of each
    half, would say 1.5 or so."""
    pairs = [(1.0, 1.0), (2.0, 2.0), (2.2, 2.0)]
    row = Figure.of_pairs("A row", "s", pairs, "another", Goal("times", 1.05))
    assert (row.ours, row.baseline, row.ratio, row.n) == (2.0, 2.0, 1.0, 3)
    assert row.met is True
    slower = Figure.of_pairs("A row", "s", [(1, 1), (3, 1), (6, 2)], "another", Goal("times", 2.9))
    assert slower.ratio == 3
    assert slower.met is False
    nothing = Figure.of_pairs("A row", "%", [(1, 0), (1, 1)], "another")
    assert nothing.ratio == 2


def test_both_are_measured_in_turns() -> None:
    order: list[str] = []

    def one() -> int:
        order.append("ours")
        return len(order)

    def other() -> int:
        order.append("beside")
        return len(order)

    assert in_turns(3, one, other) == [(1, 2), (4, 3), (5, 6)]
    assert order == ["ours", "beside", "beside", "ours", "ours", "beside"]


def test_the_speed_of_the_machine_stands_beside_each_row() -> None:
    rows = [
        Figure(f"Row {loop}", 1.0, "ms", 3, 2.0, "another", loop_ms=loop) for loop in (21.5, 43)
    ]
    written = page({"Start": rows}, made=date(2030, 1, 2), loads=(0.1, 1.2))
    assert "The loop took 21.5 to 43.0 ms." in written
    assert "| 3 | 43.0 ms |" in written
    assert 0 < machine_ms() < 10_000


@given(st.lists(_FIGURES, min_size=1), st.floats(0, 1))
def test_a_percentile_is_one_of_the_figures_and_orders_them(
    times: list[float], share: float
) -> None:
    found = percentile(times, share)
    assert found in times
    assert sum(time <= found for time in times) >= share * len(times)


def test_the_page_that_is_kept_is_whole() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for chapter in {row.chapter for row in ROWS.values()}:
        assert f"## {chapter}\n" in text
    assert re.search(r"Measured on \d{4}-\d\d-\d\d on ", text)
    assert not re.search(r"/(home|work|tmp|root)/", text)
    rows = [line for line in text.splitlines() if re.search(r"\| [\d.,]+ (s|ms|MB|%|M/s) \|", line)]
    assert all(
        re.search(r"\| (yes|\*\*no\*\*|–)( \([^|]*\))? \| \d+ \| ([\d.]+ ms|–) \|$", row)
        for row in rows
    )
    missed = sum("**no**" in row for row in rows)
    judged = missed + sum("| yes |" in row for row in rows)
    assert f"{judged - missed} of {judged} goals are met." in text


def test_a_row_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "tokens" in capsys.readouterr().err
