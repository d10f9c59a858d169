"""Every misbehaviour on a few real files; the harness measures the same on many."""

from __future__ import annotations

import ast
import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.effort import FULL
from tests.seam import harness
from tests.seam.corpus import own

METHODS = harness.METHODS[-2:]
FILES, CUTS = 14, 2 if FULL else 1
LEAST = 0.95 if FULL else 0.9
"""Share of right joins asked for here: few cases make a coarse share, and the files made up on
purpose are a third of them. The harness asks for 0.99 on many."""
MANY = 200
"""Files for what is cheap to try: of few of them the share would be a matter of chance."""
LESS = {"skips the partial line": 0.8, "skips the partial line, with echo": 0.8}

Outcomes: TypeAlias = Callable[[str, str], list[bool]]


@pytest.fixture
def outcomes(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Outcomes:
    """What came of a row, measured by the first process that asks, for all side by side."""
    base = tmp_path_factory.getbasetemp()
    file = (base if worker_id == "master" else base.parent) / "seam-rows"

    def of(row: str, method: str) -> list[bool]:
        if (row, method) not in (known := _read(file)):
            known[row, method] = _measured(row, method)
            _add(file, (row, method, known[row, method]))
        return known[row, method]

    return of


def _measured(row: str, method: str) -> list[bool]:
    found = harness.measure(own(FILES), CUTS, [method], named=[row])
    return [is_right for values in found.values() for is_right in values]


def _read(file: Path) -> dict[tuple[str, str], list[bool]]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    read = (ast.literal_eval(line) for line in lines)
    return {(row, method): values for row, method, values in read}


def _add(file: Path, line: tuple[str, str, list[bool]]) -> None:
    with file.open("a", encoding="utf-8") as shared:
        fcntl.flock(shared, fcntl.LOCK_EX)
        shared.write(f"{line!r}\n")


def share(values: list[bool]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", list(harness.rows()))
def test_row(outcomes: Outcomes, row: str, method: str) -> None:
    assert share(outcomes(row, method)) >= LESS.get(row, LEAST)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("row", ["exact and compliant", "think block", "frame closed at the cut"])
def test_a_compliant_reply_is_always_joined_exactly(
    outcomes: Outcomes, row: str, method: str
) -> None:
    assert share(outcomes(row, method)) == 1


@pytest.mark.parametrize("method", METHODS)
def test_over_all(outcomes: Outcomes, method: str) -> None:
    assert share([value for row in harness.rows() for value in outcomes(row, method)]) >= 0.98


@pytest.mark.parametrize("prefill", [False, True])
def test_many_seams_in_one_generation(prefill: bool) -> None:
    joined = [harness.many_seams(sample, sample.path, prefill=prefill) for sample in own(MANY)]
    assert share(joined) >= 0.95
