"""What the common test programs print is understood."""

from __future__ import annotations

import pytest

from autocoder_tui.check.failures import Base, Failures, compared, failures, new_failures
from autocoder_tui.check.output import Output, plain
from autocoder_tui.check.places import Paths, places

OUTPUTS = {
    "pytest": (
        "..F.E\n=== FAILURES ===\ntests/test_a.py:3: AssertionError\n"
        "=== short test summary info ===\n"
        "FAILED tests/test_a.py::test_one - assert 1 == 2\n"
        "FAILED tests/test_a.py::Test::test_two[a b-1]\n"
        "ERROR tests/test_b.py - ImportError: no\n2 failed, 1 error in 0.1s\n",
        ("tests/test_a.py::test_one", "tests/test_a.py::Test::test_two[a b-1]", "tests/test_b.py"),
    ),
    "pytest in colours": (
        "\x1b[31mFAILED\x1b[0m tests/test_a.py::\x1b[1mtest_one\x1b[0m - assert 1\n",
        ("tests/test_a.py::test_one",),
    ),
    "unittest": (
        "F.\n======\nFAIL: test_one (test_a.A.test_one)\n------\nTraceback\n"
        "======\nERROR: test_two (test_a.A)\n------\n"
        "======\nFAIL: test_sub (test_a.A.test_sub) (i=1)\n------\n",
        ("test_a.A.test_one", "test_a.A.test_two", "test_a.A.test_sub"),
    ),
    "go": (
        "--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/one (0.00s)\n        a_test.go:7: no\nFAIL\n"
        "FAIL\texample.com/a\t0.003s\nok  \texample.com/b\t0.001s\n"
        "FAIL\texample.com/c [build failed]\nFAIL\n",
        ("example.com/a TestA", "example.com/a TestA/one", "example.com/c build failed"),
    ),
    "cargo": (
        "running 2 tests\ntest tests::one ... ok\ntest tests::two ... FAILED\n",
        ("tests::two",),
    ),
    "jest": (
        " FAIL  src/sum.test.js\n  ● sum › adds\n\n    expect(received)\n\n  ● sum › adds\n",
        ("sum › adds",),
    ),
    "vitest": (
        " FAIL  src/a.test.ts > sum > adds\nAssertionError\n",
        ("src/a.test.ts > sum > adds",),
    ),
    "ruff": (
        "a.py:3:5: F401 `os` imported but unused\na.py:9:5: F401 `os` imported but unused\n"
        "Found 2 errors.\n",
        ("a.py: F401 `os` imported but unused", "a.py: F401 `os` imported but unused"),
    ),
    "tsc": (
        "src/a.ts(3,5): error TS2304: Cannot find name 'x'.\n",
        ("src/a.ts: error TS2304: Cannot find name 'x'.",),
    ),
    "nothing known": ("all is bad\nFAIL\nERROR\n", ()),
}


@pytest.mark.parametrize("program", OUTPUTS)
def test_failures_are_named(program: str) -> None:
    text, names = OUTPUTS[program]
    assert failures(text).names == names


TESTS = Failures(("a", "b", "c"), "test")


@pytest.mark.parametrize(
    ("now", "base", "words"),
    [
        (TESTS, None, "3 tests failed"),
        (TESTS, Base(1, TESTS), "3 tests failed, all 3 before too"),
        (TESTS, Base(1, Failures(("b",), "test")), "3 tests failed, 2 of them new"),
        (TESTS, Base(1, Failures(("z",), "test")), "3 tests failed, all new"),
        (TESTS, Base(0, Failures()), "3 tests failed; without the proposal it passes"),
        (TESTS, Base(None, Failures()), "3 tests failed; without the proposal it did not end"),
        (TESTS, Base(1, Failures()), "3 tests failed; it failed before too"),
        (Failures(), Base(2, TESTS), "failed; it failed before too"),
        (Failures(), None, "failed"),
        (Failures(("x",), "problem"), Base(1, Failures(("x",), "problem")), "1 problem, as before"),
    ],
)
def test_failures_in_words(now: Failures, base: Base | None, words: str) -> None:
    assert compared(now, base) == words


def test_equal_problems_are_counted() -> None:
    now = Failures(("x", "x", "y"), "problem")
    assert new_failures(now, Base(1, Failures(("x",), "problem"))) == ("x", "y")


FILES = (
    "src/a.py",
    "tests/test_a.py",
    "pkg/a_test.go",
    "web/a.ts",
    "x/dup.c",
    "y/dup.c",
    "Makefile",
)
LINES = {
    "tests/test_a.py:12: AssertionError": ("tests/test_a.py", 12),
    '  File "/copy/src/a.py", line 7, in total': ("src/a.py", 7),
    '  File "/home/me/shop/src/a.py", line 7, in total': ("src/a.py", 7),
    '  File "/usr/lib/python3/unittest/case.py", line 7, in run': None,
    "src/a.py:3:5: F401 unused": ("src/a.py", 3),
    "  --> src/a.py:3:5": ("src/a.py", 3),
    "web/a.ts(3,5): error TS2304": ("web/a.ts", 3),
    "    at Object.<anonymous> (/copy/web/a.ts:10:11)": ("web/a.ts", 10),
    "        a_test.go:7: got 1": ("pkg/a_test.go", 7),
    "./src/a.py:1:2: error": ("src/a.py", 1),
    "dup.c:7:1: error: which of them": None,
    "x/dup.c:7:1: error": ("x/dup.c", 7),
    "Makefile:3: *** missing separator": ("Makefile", 3),
    "thread 'main' panicked at src/a.py:4:9:": ("src/a.py", 4),
    "started at 12:30:11": None,
    "see http://localhost:80/": None,
}


@pytest.mark.parametrize("line", LINES)
def test_lines_are_found(line: str) -> None:
    found = places(f"first\n{line}\n", Paths(FILES, ["/copy", "/home/me/shop"]))
    wanted = LINES[line]
    assert [(place.output_line, place.path, place.line) for place in found] == (
        [] if wanted is None else [(1, *wanted)]
    )


def test_output_is_bounded_and_plain() -> None:
    output = Output(head=10, tail=20)
    for number in range(1000):
        output.add(f"{number}\n".encode())
    assert output.text().startswith("0\n1\n2\n3\n4\n")
    assert output.text().endswith("998\n999\n")
    assert output.left_out == output.total - 30
    assert len(output.text()) < 120
    assert plain("a\x1b[31mb\x1b]0;title\x07c\r\n10%\r20%\rdone\n") == "abc\ndone\n"


def test_short_output_is_whole() -> None:
    output = Output(head=10, tail=20)
    output.add("äöü äöü äöü".encode())
    assert output.text() == "äöü äöü äöü"
