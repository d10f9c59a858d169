"""The table of faults itself: what it names exists, and what it prints is what happened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.faults.collecting import ROOT, Outcome, areas, files_named, means, summed_up
from tests.faults.table import Case


def test_every_test_that_the_table_names_exists() -> None:
    cases = [case for of_area in areas().values() for case in of_area]
    assert all(case.says and case.tests for case in cases)
    # The project's own settings hold one "-q" already, and two would print counts only.
    flags = ["--collect-only", "-o", "addopts=", "-q", "-p", "no:cacheprovider"]
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", *flags, *files_named(cases)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    nodes = listed.stdout.splitlines()
    missing = [
        name for case in cases for name in case.tests if not any(means(name, at) for at in nodes)
    ]
    assert not missing


def test_a_case_fails_with_one_of_its_tests_or_one_that_is_missing() -> None:
    done = {
        "t.py::a[1]": Outcome("passed", 1.0),
        "t.py::a[2]": Outcome("skipped", 0.5),
        "t.py::ab": Outcome("failed", 2.0),
        "t.py::c": Outcome("skipped", 0.0),
    }

    def result(*names: str) -> str:
        return summed_up(Case("it", names), done).result

    assert result("t.py::a") == "pass"
    assert result("t.py::a", "t.py::ab") == "FAIL"
    assert result("t.py::a", "t.py::b") == "FAIL"
    assert result("t.py::c") == "skipped"
    assert result() == "FAIL"
    line = summed_up(Case("it", ("t.py::a",)), done)
    assert (line.tests, line.skipped, line.seconds) == (2, 1, 1.5)


def test_the_command_runs_what_is_named_and_fails_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "@pytest.mark.parametrize('x', [1, 2])\n"
        "def test_bad(x): assert x == 1\n"
        "def test_unnamed(): assert False\n"
    )
    program = (
        "import sys, pathlib, tests.faults.collecting as c, tests.faults.__main__ as m\n"
        "from tests.faults.table import Case\n"
        "c.ROOT = m.ROOT = pathlib.Path(sys.argv.pop())\n"
        "m.areas = lambda: {'x': (Case('holds', ('test_x.py::test_good',)),\n"
        "    Case('breaks', ('test_x.py::test_bad',)), Case('gone', ('test_y.py::test_z',)))}\n"
        "sys.exit(m.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "3 promises: 1 pass, 2 fail, 0 skipped; 3 tests" in done.stdout
    assert "no such test: test_y.py::test_z" in done.stdout
