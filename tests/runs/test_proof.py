"""What is said of a check that failed."""

from __future__ import annotations

import pytest

from autocoder_tui.check.check import CheckResult, CommandResult
from autocoder_tui.check.failures import Failures
from autocoder_tui.check.process import Ended
from autocoder_tui.check.sandbox import sandbox_here
from autocoder_tui.runs.proof import failed_in_brief


@pytest.mark.parametrize(
    ("failures", "said"),
    [
        (Failures(("test_report.Rows.test_json",), "test"), "test_json failed"),
        (
            Failures(("tests/test_a.py::test_b[1.5]", "tests/test_a.py::test_c"), "test"),
            "test_b[1.5] failed and 1 more",
        ),
        (Failures(("x" * 90,), "test"), f"{'x' * 59}… failed"),
        (Failures(("a.\x1b[31mred",), "test"), "␛[31mred failed"),
        (Failures(("src/a.py:1: unused import",), "problem"), "1 problem"),
        (Failures(), "failed"),
    ],
)
def test_what_failed_is_named_in_brief(failures: Failures, said: str) -> None:
    passed = CommandResult("true", Ended("exit", 0, 0.1, "", 0), Failures())
    failed = CommandResult("pytest", Ended("exit", 1, 0.1, "", 0), failures)
    result = CheckResult((passed, failed), sandbox_here())
    assert failed_in_brief(result) == said
