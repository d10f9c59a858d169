"""The texts of the panel of steps: states are told apart, and every row fits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from autocoder_tui.steps.progress import ProjectProgress, StepProgress
from autocoder_tui.steps.step import StepState
from autocoder_tui.ui.widgets.steps.rows import (
    LOOKS,
    columns,
    detail,
    duration,
    head_row,
    money,
    standing,
    step_row,
)

STATES: tuple[StepState, ...] = tuple(LOOKS)
STEPS = some.builds(
    StepProgress,
    name=some.text(max_size=60),
    summary=some.text(max_size=60),
    state=some.sampled_from(STATES),
    tokens=some.tuples(some.integers(0, 10**8), some.integers(0, 10**8)),
    cost_usd=some.none() | some.decimals(0, 900, places=6),
    seconds=some.floats(0, 10**5),
    requests=some.integers(0, 99),
    detail=some.text(max_size=200),
    output=some.text(max_size=200),
    files=some.tuples(some.text(max_size=20)),
)


@given(STEPS, some.integers(48, 200))
def test_a_row_fits(step: StepProgress, room: int) -> None:
    row = step_row(step, room, step.seconds)
    assert row.cell_length <= room
    assert step.state in row.plain
    assert row.plain.startswith(LOOKS[step.state][0])
    assert "\n" not in row.plain


@given(some.integers(48, 200))
def test_the_heads_stand_above_the_figures(room: int) -> None:
    step = StepProgress("s", "", "done", (50_000, 5_000), Decimal("0.0123"), 100, 3)
    head, row = head_row(room).plain, step_row(step, room, 100).plain
    for title, figure in (("tokens", "55.0k"), ("cost", "$0.0123"), ("time", "1:40")):
        assert head.index(title) + len(title) == row.index(figure) + len(figure)


def test_costs_make_room_for_names_where_there_is_little() -> None:
    assert columns(30)[1] is False
    assert columns(120) == (28, True)


def test_every_state_has_a_sign_of_its_own() -> None:
    assert len({sign for sign, _ in LOOKS.values()}) == len(LOOKS)


@given(STEPS)
def test_what_is_said_of_a_step_is_safe(step: StepProgress) -> None:
    for whole in (True, False):
        said = detail(step, step.seconds, says="", whole=whole).plain
        assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in said)


def progress(*states: StepState, at: int | None = None, **more: object) -> ProjectProgress:
    steps = tuple(
        StepProgress(f"step{number}", "", state, cost_usd=Decimal("0.01"))
        for number, state in enumerate(states)
    )
    return ProjectProgress("run", "mine", steps, at, **more)  # type: ignore[arg-type]


def test_how_all_of_it_stands() -> None:
    assert standing(progress("done", "skipped"), "") == "mine · 2/2 · all done"
    assert standing(progress("done", "running", at=1), "") == "mine · 1/2 · runs step1"
    assert standing(progress("done", "stopped"), "stopped: r goes on").endswith("r goes on")


def test_what_it_costs() -> None:
    left = (Decimal("0.001"), Decimal("1.239"))
    assert money(progress("done", "waiting", left_usd=left, cap_usd=Decimal(2))) == (
        "spent $0.0200 · cap $2.00 · to come $0.0010–$1.24"
    )
    assert money(progress("done", left_usd=left)) == "spent $0.0100"
    unknown = ProjectProgress("run", "mine", (StepProgress("a", "", "done", cost_usd=None),))
    assert money(unknown) == "spent: not all known"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (61, "1:01"),
        (3599, "59:59"),
        (3660, "1 h 01"),
    ],
)
def test_times(seconds: float, said: str) -> None:
    assert duration(seconds) == said
