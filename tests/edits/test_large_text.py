"""Blocks placed in texts that are too large to be compared, or have lines of many kB."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.edits.edit import EditBlock
from autocoder_tui.edits.large_text import LargePlaced, place_in_large
from autocoder_tui.edits.long_lines import (
    LONG_LINE,
    cut_line,
    going_on,
    has_long_line,
    pieces_of,
)
from autocoder_tui.edits.place import place

ONE_LINE = "".join(f"function f{n}(a,b){{return a+b*{n};}}" for n in range(400))
LINES = "".join(f"{n} some words of line {n}\n" for n in range(5_000))


def made(large: LargePlaced) -> str:
    """The text by its changes, which has to be that of the placing."""
    parts: list[str] = []
    at = 0
    for change in large.changes:
        assert at <= change.start <= change.end <= len(large.pieces)
        parts += (*large.pieces[at : change.start], *change.new)
        at = change.end
    parts += large.pieces[at:]
    assert "".join(parts) == large.placed.text
    return large.placed.text


@given(st.text("ab;,\n {}é\u2028", max_size=200), st.integers(1, 300))
def test_pieces_put_together_are_the_text(text: str, times: int) -> None:
    text *= times
    pieces = pieces_of(text)
    assert "".join(pieces) == text
    assert "".join(cut_line(text.replace("\n", ""))) == text.replace("\n", "")
    assert has_long_line(text) == any(len(line) > LONG_LINE for line in text.split("\n"))
    numbers = set(going_on(pieces))
    lines = sum(number not in numbers for number in range(len(pieces)))
    assert lines == len(text.split("\n")) - (text.endswith("\n") or not text)


def test_a_part_of_one_long_line_is_replaced_and_nothing_else() -> None:
    blocks = [EditBlock.of(f"return a+b*{n};\n", f"return a-b*{n};\n") for n in (7, 8, 300)]
    large = place_in_large(ONE_LINE, blocks)
    wanted = ONE_LINE
    for n in (7, 8, 300):
        wanted = wanted.replace(f"return a+b*{n};", f"return a-b*{n};")
    assert made(large) == wanted
    assert not large.placed.unplaced
    assert {placement.block for placement in large.placed.placements} == {0, 1, 2}
    assert all(len(piece) < 100 for change in large.changes for piece in change.new)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("return a+b", "return b", "several"),
        ("return nothing of that;", "x", "nowhere"),
    ],
)
def test_a_part_that_is_nowhere_or_twice_is_asked(old: str, new: str, reason: str) -> None:
    large = place_in_large(ONE_LINE, [EditBlock.of(f"{old}\n", f"{new}\n")])
    assert made(large) == ONE_LINE
    assert [one.reason for one in large.placed.unplaced] == [reason]


def test_a_part_that_is_changed_already_is_said() -> None:
    text = ONE_LINE.replace("return a+b*7;", "return a-b*7;")
    blocks = [
        EditBlock.of("return a+b*7;\n", "return a-b*7;\n"),
        EditBlock.of("function f9(a,b)\n", "function f9(a,b){return a+b*9;}\n"),
    ]
    large = place_in_large(text, blocks)
    assert (made(large), large.placed.already) == (text, (0, 1))


def test_parts_that_overlap_are_said() -> None:
    blocks = [
        EditBlock.of("f7(a,b){return\n", "x\n"),
        EditBlock.of("{return a+b*7;\n", "y\n"),
    ]
    large = place_in_large(ONE_LINE, blocks)
    assert [one.reason for one in large.placed.unplaced] == ["overlap"]
    assert "x a+b*7;}" in made(large)


def test_words_inside_ordinary_lines_are_no_place() -> None:
    text = f"one word\n{ONE_LINE}\none word more\n"
    large = place_in_large(text, [EditBlock.of("one wo\n", "two wo\n")])
    assert made(large) == text
    assert large.placed.unplaced


def test_a_whole_long_line_changes_where_it_differs() -> None:
    text = f"head\n{ONE_LINE}\ntail\n"
    new = ONE_LINE.replace("b*200;", "b*2000;")
    large = place_in_large(text, [EditBlock.of(f"{ONE_LINE}\n", f"{new}\n")])
    assert made(large) == f"head\n{new}\ntail\n"
    assert sum(change.end - change.start for change in large.changes) <= 2


def test_lines_far_apart_are_placed_and_counted_as_they_stand() -> None:
    blocks = [
        EditBlock.of(f"{n} some words of line {n}\n", f"{n} others\n") for n in (0, 2_500, 4_999)
    ]
    large = place_in_large(LINES, blocks)
    assert [change[:2] for change in large.changes] == [(0, 1), (2_500, 2_501), (4_999, 5_000)]
    assert made(large) == place(LINES, blocks).text


def test_lines_that_stand_twice_far_apart_are_asked() -> None:
    text = f"same\nlines\n{LINES}same\nlines\n"
    large = place_in_large(text, [EditBlock.of("same\nlines\n", "x\n")])
    assert made(large) == text
    assert [one.reason for one in large.placed.unplaced] == ["several"]
    assert {one.start for one in large.placed.unplaced[0].candidates} == {0, 5_002}


def test_a_line_in_a_flood_of_equal_ones_is_not_guessed() -> None:
    text = "x\n" * 20_000 + "y\n"
    large = place_in_large(text, [EditBlock.of("x\nx\n", "z\n")])
    assert made(large) == text
    assert large.placed.unplaced


def test_likeness_alone_is_left_for_a_person() -> None:
    text = f"{LINES}def special(alpha, beta):\n    return alpha * beta\n{LINES}"
    old = "def special(alpha, beta, gamma):\n    return alpha * beta\n"
    block = EditBlock.of(old, "x\n")
    assert place(text, [block]).placements, "in a small text that is near enough"
    large = place_in_large(text, [block])
    assert made(large) == text
    (left,) = large.placed.unplaced
    assert left.candidates[0].start == 5_000


def test_a_line_after_a_last_one_without_newline() -> None:
    text = LINES + "end"
    large = place_in_large(text, [EditBlock.of("end\n", "end\nmore\n")])
    assert made(large) == place(text, [EditBlock.of("end\n", "end\nmore\n")]).text


@settings(max_examples=60)
@given(st.data())
def test_what_stands_exactly_is_placed_as_in_a_small_text(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 400))
    lines = [f"{n} {data.draw(st.sampled_from('ab'))}\n" for n in range(count)]
    text = "".join(lines).removesuffix("\n" if data.draw(st.booleans()) else "")
    blocks: list[EditBlock] = []
    at = 0
    while at < count and len(blocks) < 4:
        start = data.draw(st.integers(at, count - 1))
        end = data.draw(st.integers(start + 1, min(count, start + 4)))
        new = data.draw(st.lists(st.sampled_from(["new\n", "other\n"]), max_size=3))
        blocks.append(EditBlock.of("".join(lines[start:end]), "".join(new)))
        at = end + 1
    small, large = place(text, blocks), place_in_large(text, blocks)
    assert made(large) == small.text
    assert [one.block for one in large.placed.unplaced] == [one.block for one in small.unplaced]
    assert large.placed.already == small.already
