"""Line ends of a reply: they say nothing, unless they are all it says."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.review.counts import LineCounts
from autocoder_tui.review.file_review import FileReview, Verdict
from autocoder_tui.review.line_ends import asks_for_ends, changed_ends, fitted, plain_ends
from autocoder_tui.review.review import Review

BODIES = st.text(st.sampled_from("ab {\t}é"), max_size=3)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def lines_of(text: str) -> list[tuple[str, str]]:
    """Body and end of every line, by another way than the code under test."""
    parts = re.split("(\r\n|\n|\r)", text)
    pairs = list(zip(parts[::2], [*parts[1::2], ""], strict=True))
    return pairs if parts[-1] else pairs[:-1]


@st.composite
def old_texts(draw: st.DrawFn) -> str:
    """Any mix of ends, with and without one at the end of the file."""
    bodies = [f"{n}{draw(BODIES)}" for n in range(draw(st.integers(0, 12)))]
    text = "".join(body + draw(ENDS) for body in bodies)
    return text.rstrip("\r\n") if draw(st.booleans()) else text


@st.composite
def replies(draw: st.DrawFn) -> tuple[str, str, set[int]]:
    """An old text; the same with lines added, changed and taken away, in one style of ends; and
    the numbers, in the old text, of the lines that stayed."""
    old = draw(old_texts())
    style = draw(ENDS)
    new: list[str] = []
    kept: set[int] = set()
    for number, (body, _) in enumerate(lines_of(old)):
        what = draw(st.sampled_from(["keep", "keep", "keep", "change", "drop", "add"]))
        if what == "add":
            new.append(f"new {number}")
        if what in ("keep", "add"):
            kept.add(number)
            new.append(body)
        elif what == "change":
            new.append(f"changed {number}")
    ended = draw(st.booleans())
    reply = style.join(new) + (style if new and ended else "")
    return old, reply, kept


@given(replies())
def test_lines_that_stay_are_the_same_bytes(case: tuple[str, str, set[int]]) -> None:
    old, reply, kept = case
    result = lines_of(fitted(old, reply))
    assert [body for body, _ in result] == [body for body, _ in lines_of(reply)]
    if len(kept) == len(lines_of(old)) == len(result):
        return  # nothing changed but, perhaps, ends: another test
    before = dict(lines_of(old))
    for body, end in result[:-1]:
        if before.get(body):
            assert end == before[body]
    # The end of the file is for the reply to say.
    assert bool(result and result[-1][1]) == reply.endswith(("\n", "\r"))


@given(replies())
def test_fitting_twice_is_fitting_once(case: tuple[str, str, set[int]]) -> None:
    old, reply, _ = case
    once = fitted(old, reply)
    assert fitted(old, once) == once


@given(replies(), st.sampled_from(["\n", "\r\n", "\r"]))
def test_in_a_file_of_one_style_no_other_comes_up(
    case: tuple[str, str, set[int]], style: str
) -> None:
    old, reply, _ = case
    old = "".join(body + (style if end else "") for body, end in lines_of(old))
    bodies = [body for body, _ in lines_of(reply)]
    if bodies == [body for body, _ in lines_of(old)] or not any(e for _, e in lines_of(old)):
        return
    assert {end for _, end in lines_of(fitted(old, reply))} <= {style, ""}


@given(st.text(st.sampled_from("ab\n"), max_size=9), st.text(st.sampled_from("ab\n"), max_size=9))
def test_without_carriage_returns_nothing_is_touched(old: str, new: str) -> None:
    assert fitted(old, new) == new


@pytest.mark.parametrize(
    ("old", "reply", "result"),
    [
        # A new line ends as its neighbours do, one that takes the place of another as that.
        ("a\r\nb\r\nc\nd\n", "a\nx\nb\nc\ny\nd\n", "a\r\nx\r\nb\r\nc\ny\nd\n"),
        ("a\r\nb\nc\r\n", "a\nB\nc\n", "a\r\nB\nc\r\n"),
        ("a\r\nb\nc\r\n", "a\r\nB\r\nc\r\n", "a\r\nB\nc\r\n"),
        ("a\r\nb\n", "x\na\nb\n", "x\r\na\r\nb\n"),
        # With no neighbour the most frequent end counts.
        ("a\r\nb\nc\r\n", "x\ny\n", "x\r\ny\r\n"),
        ("", "x\r\ny\r\n", "x\ny\n"),
        # No newline at the end: before, after, and where lines come to follow it.
        ("a\nb", "a\r\nB", "a\nB"),
        ("a\r\nb", "a\nb\nc\n", "a\r\nb\r\nc\r\n"),
        ("a\nb\n", "a\r\nb", "a\nb"),
        ("a\nb", "a\r\nb\r\n", "a\nb\n"),
        ("a", "a\r\nb\r\n", "a\nb\n"),
        # A reply of carriage returns alone; one where they are characters of a line.
        ("a\nb\n", "a\rB\r", "a\nB\n"),
        ("a\nb\n", "a\nx\ry\nb\n", "a\nx\ry\nb\n"),
        ("p\rq\nb\n", "p\rq\nB\n", "p\rq\nB\n"),
        # An empty line after a lone carriage return stays a line.
        ("a\rb\n\nc\n", "a\n\nc\n", "a\r\r\nc\n"),
    ],
)
def test_examples(old: str, reply: str, result: str) -> None:
    assert fitted(old, reply) == result


def test_where_nothing_else_changes_the_ends_are_the_proposal() -> None:
    assert fitted("a\nb\n", "a\r\nb\r\n") == "a\r\nb\r\n"
    assert fitted("a\r\nb\n", "a\nb\n") == "a\nb\n"
    assert changed_ends("a\r\nb\n", "a\nb\n") == {("\r\n", "\n"): 1}
    assert not changed_ends("a\r\nb\n", "a\nB\n")
    assert not changed_ends("a\nb\n", "a\nb\n")


def test_ends_are_counted_as_such() -> None:
    file = FileReview.of("a.py", "a\nb\nc", "a\r\nb\r\nc")
    assert file.changed_ends == "2 lines: LF to CRLF"
    assert file.lines == LineCounts(0, 0, 2)
    assert str(file.lines) == "2 line ends"
    accepted = Review((file.all_verdict(Verdict.ACCEPTED),))
    assert accepted.summary.endswith("writes a.py (2 line ends)")
    mixed = FileReview.of("a.py", "a\r\nb\rc\n", "a\nb\nc\n")
    assert mixed.changed_ends == "2 lines: CRLF to LF (1), CR to LF (1)"
    other = FileReview.of("b.py", "a\n", "a\nb\n")
    assert str(Review((file, other)).lines) == "+1 −0, 2 line ends"
    assert other.changed_ends == ""


def test_a_file_without_any_end_is_plain() -> None:
    assert plain_ends("a\r\nb\rc\n") == "a\nb\rc\n"
    assert plain_ends("a\rb\r") == "a\nb\n"


@pytest.mark.parametrize(
    ("requirements", "asks"),
    [
        ("Convert to CRLF.", True),
        ("Use LF line endings", True),
        ("Unix line-ends please", True),
        ("dos2unix this", True),
        ("Add a --json flag to the report command.", False),
        ("Rename self.lf_count", False),
    ],
)
def test_what_speaks_of_line_ends(requirements: str, asks: bool) -> None:
    assert asks_for_ends(requirements) is asks


@pytest.mark.parametrize(
    "line",
    ["x = 1\r\n", " " * 200 + "}\r\n", "\r", "\r\r\n", "a\r" * 10 + "\n"],
    ids=["plain", "indented", "returns", "doubled", "within"],
)
def test_time_per_line_is_flat(line: str) -> None:
    def seconds(count: int) -> float:
        old = "".join(f"{number if number % 7 == 0 else ''}{line}" for number in range(count))
        new = old.replace("\r\n", "\n").replace("21", "twenty-one")
        began = time.process_time()
        fitted(old, new)
        return time.process_time() - began

    few = min(seconds(1_000) for _ in range(3))
    assert min(seconds(8_000) for _ in range(3)) < 8 * 6 * max(few, 0.001)
