from __future__ import annotations

from hypothesis import given

from autocoder_tui.review import Diff, diff_lines, split_lines
from autocoder_tui.review.boundaries import Hunk, settle

from .difficult import edits, texts


@given(texts())
def test_lines_joined_are_the_text(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines[:-1])
    assert "" not in lines


@given(edits())
def test_outside_hunks_both_sides_are_equal(pair: tuple[str, str]) -> None:
    diff = diff_lines(*pair)
    i = j = 0
    for number, hunk in enumerate(diff.hunks):
        same = diff.old_lines[i : hunk.old_start]
        assert same == diff.new_lines[j : hunk.new_start]
        assert hunk.removed or hunk.added
        assert number == 0 or same, "hunks never touch"
        assert (
            diff.old_lines[hunk.old_start : hunk.old_end]
            != (diff.new_lines[hunk.new_start : hunk.new_end])
        )
        i, j = hunk.old_end, hunk.new_end
    assert diff.old_lines[i:] == diff.new_lines[j:]


def test_only_a_newline_ends_a_line() -> None:
    assert split_lines("a\rb\x0cc\u2028d\x85e\n\nf") == ("a\rb\x0cc\u2028d\x85e\n", "\n", "f")
    assert split_lines("") == ()


def test_endings_are_changes() -> None:
    assert len(diff_lines("a\nb\n", "a\nb").hunks) == 1
    assert len(diff_lines("a\nb\n", "a\r\nb\n").hunks) == 1
    assert len(diff_lines("a\nb\n", "a \nb\n").hunks) == 1


def shown(diff: Diff) -> str:
    """The diff as a person reads it: every line with its sign."""
    out: list[str] = []
    i = 0
    for hunk in diff.hunks:
        out += [" " + line for line in diff.old_lines[i : hunk.old_start]]
        out += ["-" + line for line in diff.old_lines[hunk.old_start : hunk.old_end]]
        out += ["+" + line for line in diff.new_lines[hunk.new_start : hunk.new_end]]
        i = hunk.old_end
    return "".join(out + [" " + line for line in diff.old_lines[i:]])


def test_an_added_function_ends_with_its_own_brace() -> None:
    old = "f() {\n  x\n}\n\nh() {\n  z\n}\n"
    new = "f() {\n  x\n}\n\ng() {\n  y\n}\n\nh() {\n  z\n}\n"
    assert shown(diff_lines(old, new)) == (
        " f() {\n   x\n }\n \n+g() {\n+  y\n+}\n+\n h() {\n   z\n }\n"
    )


def test_an_added_method_takes_its_decorator_along() -> None:
    old = "class A:\n    @property\n    def a(self):\n        return 1\n"
    new = (
        "class A:\n    @property\n    def b(self):\n        return 2\n\n"
        "    @property\n    def a(self):\n        return 1\n"
    )
    added = [line for line in shown(diff_lines(old, new)).split("\n") if line.startswith("+")]
    assert added == ["+    @property", "+    def b(self):", "+        return 2", "+"]


def test_a_block_added_between_blocks_is_whole() -> None:
    old = "  if a:\n    one\n  end\n  if c:\n    two\n  end\n"
    new = "  if a:\n    one\n  end\n  if b:\n    x\n  end\n  if c:\n    two\n  end\n"
    assert "+  if b:\n+    x\n+  end\n" in shown(diff_lines(old, new))


def test_a_rewrite_is_not_chopped_up_by_blank_lines() -> None:
    old = "alpha = 1\nbeta = 2\n\ngamma = 3\ndelta = 4\n\nlast = 5\nmore = 6\n"
    new = "import os\nimport sys\n\nprint(os)\nexit(0)\n\nfor x in y:\n    z()\n"
    assert len(diff_lines(old, new).hunks) == 1


def test_blank_lines_between_lines_that_correspond_do_part_hunks() -> None:
    old = "def f(a):\n    return a\n\ndef g(a):\n    return a + 1\n"
    new = "def f(b):\n    return b\n\ndef g(b):\n    return b + 1\n"
    assert len(diff_lines(old, new).hunks) == 2


def test_a_line_that_stays_parts_a_rewrite_from_lines_that_only_come_or_go() -> None:
    old = "alpha one\nbeta two\ngamma three\n}\nend of it\n"
    new = "delta four\nepsilon five\nzeta six\n}\neta seven\ntheta eight\nend of it\n"
    assert len(diff_lines(old, new).hunks) == 2
    assert len(diff_lines(new, old).hunks) == 2


def test_a_flood_of_lines_is_split_like_any_other_text() -> None:
    for end in ("", "x", "\n"):
        text = "x = 1\r\n\n" * 60_000 + end
        lines = split_lines(text)
        assert "".join(lines) == text
        assert len(lines) == 120_000 + bool(end)
        assert len({id(line) for line in lines[:120_000]}) == 2


def test_a_line_doubled_at_the_beginning_is_added_there() -> None:
    assert shown(diff_lines("a\nb\n", "a\na\nb\n")) == "+a\n a\n b\n"
    assert shown(diff_lines("a\nb\n", "a\nb\nb\n")) == " a\n b\n+b\n"


def test_hunks_that_touch_once_they_are_moved_are_one() -> None:
    added = [Hunk(0, 0, 0, 1), Hunk(1, 1, 2, 3)]
    (one,) = settle(["u\n"], ["u\n", "u\n", "q\n"], added)
    assert one == Hunk(1, 1, 1, 3)
    removed = [Hunk(0, 1, 0, 0), Hunk(2, 3, 1, 1)]
    (one,) = settle(["u\n", "u\n", "q\n"], ["u\n"], removed)
    assert one == Hunk(1, 3, 1, 1)
