"""From the tables of every area to what pytest makes of the tests they name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.table import Case

ROOT = Path(__file__).parents[2]


def areas() -> dict[str, tuple[Case, ...]]:
    """The cases of every `tests/faults/*_cases.py`, by the area's name."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*_cases.py")):
        module = importlib.import_module(f"tests.faults.{path.stem}")
        found[path.stem.removesuffix("_cases").replace("_", " ")] = tuple(module.CASES)
    return found


def files_named(cases: Iterable[Case]) -> list[str]:
    """The test files that the cases name, those that do not exist left out."""
    files = {name.partition("::")[0] for case in cases for name in case.tests}
    return sorted(file for file in files if (ROOT / file).is_file())


def means(name: str, node_id: str) -> bool:
    """Whether a name in the table means this test: the test itself, one of its parameters, or
    the file or class it is in."""
    return node_id == name or node_id.startswith((f"{name}[", f"{name}::"))


@dataclass(slots=True)
class Outcome:
    """What became of one test; `seconds` includes its set-up."""

    result: str = "passed"
    seconds: float = 0.0


@dataclass(slots=True)
class Outcomes:
    """A pytest plugin: runs the tests that are named and no others, and keeps what they did."""

    names: frozenset[str]
    by_node: dict[str, Outcome] = field(default_factory=dict)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept = [item for item in items if any(means(name, item.nodeid) for name in self.names)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = self.by_node.setdefault(report.nodeid, Outcome())
        outcome.seconds += report.duration
        if report.failed or outcome.result == "failed":
            outcome.result = "failed"
        elif report.skipped:
            outcome.result = "skipped"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the printed table. `missing`: names that mean no test."""

    says: str
    tests: int
    failed: int
    skipped: int
    missing: tuple[str, ...]
    seconds: float

    @property
    def result(self) -> str:
        if self.failed or self.missing or not self.tests:
            return "FAIL"
        return "skipped" if self.skipped == self.tests else "pass"


def summed_up(case: Case, by_node: dict[str, Outcome]) -> Line:
    """What became of the tests of one case. A case without any test fails."""
    meant = {node: by_node[node] for name in case.tests for node in by_node if means(name, node)}
    results = [outcome.result for outcome in meant.values()]
    return Line(
        case.says,
        len(meant),
        results.count("failed"),
        results.count("skipped"),
        tuple(name for name in case.tests if not any(means(name, node) for node in by_node)),
        sum(outcome.seconds for outcome in meant.values()),
    )
