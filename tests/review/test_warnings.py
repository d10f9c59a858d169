from __future__ import annotations

import pytest

from autocoder_tui.review import FileReview
from autocoder_tui.review.warnings import warnings

PYTHON = "".join(f"def f{n}(x):\n    return x + {n}\n\n\n" for n in range(10))


def test_an_ordinary_edit_warns_of_nothing() -> None:
    after = PYTHON.replace("x + 3", "x + 33  # the rest is added later")
    assert warnings(FileReview.of("src/f.py", PYTHON, after)) == ()
    assert warnings(FileReview.of("src/g.py", None, PYTHON)) == ()


def test_a_file_that_shrinks() -> None:
    (found,) = warnings(FileReview.of("f.txt", PYTHON, PYTHON[: len(PYTHON) // 3]))
    assert "shrinks" in found


@pytest.mark.parametrize(
    "line",
    [
        "# ... rest of the code unchanged ...",
        "# ... existing code ...",
        "// ... rest of the file",
        "# (remaining functions unchanged)",
        "/* same as before */",
        "    # ... other methods ...",
        "<!-- rest unchanged -->",
        "...",
        "# ...",
        "…",
        "[... rest of your code ...]",
    ],
)
def test_a_placeholder_where_code_was(line: str) -> None:
    lines = PYTHON.split("\n")
    lines[12:20] = [line]
    found = warnings(FileReview.of("f.txt", PYTHON, "\n".join(lines)))
    assert any("placeholder" in sentence for sentence in found)


@pytest.mark.parametrize(
    "line",
    [
        "def stub() -> int: ...",
        "    ...",
        "rest = existing_code(x)",
        "# Keep the original content type",
        "remaining = total - used",
        'print("unchanged")',
        "unchanged = old == new",
    ],
)
def test_ordinary_lines_are_no_placeholder(line: str) -> None:
    assert warnings(FileReview.of("f.txt", PYTHON, PYTHON + line + "\n")) == ()


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("f.py", "x = 1\n", "x = = 1\n"),
        ("f.json", "{}", "{"),
        ("f.toml", "a = 1\n", "a = \n"),
        ("f.py", "x = 1\n", "x = '\0'\n"),
    ],
)
def test_a_text_that_does_not_parse(path: str, good: str, bad: str) -> None:
    assert any("not valid" in s for s in warnings(FileReview.of(path, good, bad)))
    assert not any("not valid" in s for s in warnings(FileReview.of(path, bad, bad + " ")))
    review = FileReview.of(path, good, bad)
    assert not any("not valid" in s for s in warnings(review, good))


def test_a_reply_that_broke_off() -> None:
    review = FileReview.of("f.txt", "a\n", "b\n", complete=False, remark="the connection was lost")
    assert warnings(review) == ("The reply was not complete: the connection was lost.",)


def test_a_remark_on_a_complete_file() -> None:
    review = FileReview.of("f.txt", "a\n", "b\n", remark="A join was guessed at line 12.")
    assert warnings(review) == ("A join was guessed at line 12.",)


def test_hidden_characters() -> None:
    (found,) = warnings(FileReview.of("f.py", "x = 1\n", "x = 1  # \u202eevil\n"))
    assert "Line 1 holds hidden" in found
    (found,) = warnings(FileReview.of("f.txt", "a\r\n", "\u202eb\r\né\r\n"))
    assert "Line 1 holds hidden" in found
    assert warnings(FileReview.of("f.txt", "a\r\n", "b\r\n")) == ()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([2, 4], "Lines 2 and 4 hold hidden"),
        ([1, 2, 5], "Lines 1, 2 and 5 hold hidden"),
        ([1, 2, 3, 4, 5, 6], "Lines 1, 2, 3 and 3 more hold hidden"),
    ],
)
def test_lines_with_hidden_characters_are_named_and_counted(lines: list[int], words: str) -> None:
    after = "".join(f"line {n}{chr(0x202E) * (n in lines)}\n" for n in range(1, 7))
    (found,) = warnings(FileReview.of("f.txt", None, after))
    assert found.startswith(words)


def test_a_nul_is_named_with_its_line() -> None:
    found = warnings(FileReview.of("f.py", "x = 1\n", "x = 1\ny = '\0'\n"))
    nul = "line 2 holds a NUL character (U+0000)."
    assert any(sentence.endswith(nul) for sentence in found)
    assert not any("None" in sentence for sentence in found)


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/pre-commit",
        ".github/workflows/ci.yml",
        ".envrc",
        "lib/x.pth",
        "sitecustomize.py",
        "tests/conftest.py",
    ],
)
def test_paths_that_run_code(path: str) -> None:
    (found,) = warnings(FileReview.of(path, None, "\n"))
    assert "run by themselves" in found


def test_paths_that_hold_secrets() -> None:
    (found,) = warnings(FileReview.of(".env", None, "A=1\n"))
    assert "secrets" in found


def test_a_long_file_is_looked_through_once() -> None:
    # Lines looked up one by one in the whole text would take many minutes here.
    lines = [f"x{n} = {n}\n" for n in range(100_000)]
    lines += ["# hidden \u200b\n"] * 50_000
    file = FileReview.of("f.txt", "y = 1\n", "".join(lines))
    (found,) = warnings(file, "".join(reversed(lines)))
    assert "Lines 100001, 100002, 100003 and 49,997 more hold hidden" in found


def test_lines_that_were_not_accepted_are_not_warned_of() -> None:
    lines = PYTHON.split("\n")
    lines[12:20] = ["# ... rest of the code unchanged ..."]
    file = FileReview.of("f.txt", PYTHON, "\n".join(lines) + "\u202e")
    assert len(warnings(file)) == 2
    assert warnings(file, PYTHON) == ()
