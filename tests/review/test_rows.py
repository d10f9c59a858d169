from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.review import FileReview, diff_lines
from autocoder_tui.review.rows.pairing import pair_lines
from autocoder_tui.review.rows.rows import Rows
from autocoder_tui.review.rows.wrapping import WrappedRows

from .difficult import edits


@given(edits(), st.booleans(), st.sampled_from([None, 0, 1, 3]))
def test_every_line_has_its_place(
    pair: tuple[str, str], side_by_side: bool, context: int | None
) -> None:
    diff = diff_lines(*pair)
    rows = Rows(diff, side_by_side=side_by_side, context=context)
    old: list[int] = []
    new: list[int] = []
    for at, row in enumerate(rows):
        if row.hunk is not None:
            assert at in rows.hunk_rows(row.hunk)
        if row.kind == "same":
            assert row.old is not None
            assert row.new is not None
            assert diff.old_lines[row.old] == diff.new_lines[row.new]
        if row.kind == "fold":
            assert context is not None
            assert row.hidden >= 3
            assert row.old is not None
            assert row.new is not None
            assert row.stretch is not None
            old += range(row.old, row.old + row.hidden)
            new += range(row.new, row.new + row.hidden)
            assert rows.row_of_stretch(row.stretch) is not None
            continue
        old += [] if row.old is None else [row.old]
        new += [] if row.new is None else [row.new]
    assert old == list(range(len(diff.old_lines)))
    assert new == list(range(len(diff.new_lines)))
    assert len(list(rows)) == len(rows)


@given(edits(), st.booleans(), st.sampled_from([None, 0, 3]))
def test_every_line_is_found_again(
    pair: tuple[str, str], side_by_side: bool, context: int | None
) -> None:
    diff = diff_lines(*pair)
    rows = Rows(diff, side_by_side=side_by_side, context=context)
    for side, lines in enumerate((diff.old_lines, diff.new_lines)):
        for line in range(len(lines)):
            at = rows.row_of_line(side, line)
            if at is not None:
                assert (rows[at].old, rows[at].new)[side] == line
            elif side == 1:
                opened = frozenset({rows.stretch_of_line(line)})
                again = Rows(diff, side_by_side=side_by_side, context=context, opened=opened)
                assert again.row_of_line(1, line) is not None


@given(edits(), st.booleans(), st.sampled_from([None, 1]), st.randoms(use_true_random=False))
def test_wrapped_rows_are_the_rows_with_parts(
    pair: tuple[str, str], side_by_side: bool, context: int | None, dice: Random
) -> None:
    diff = diff_lines(*pair)
    old, new = (
        {line: dice.randint(2, 4) for line in range(len(lines)) if dice.random() < 0.4}
        for lines in (diff.old_lines, diff.new_lines)
    )
    tall = (old, new)
    plain = Rows(diff, side_by_side=side_by_side, context=context)
    rows = WrappedRows(diff, tall=tall, side_by_side=side_by_side, context=context)
    expected = []
    for row in plain:
        lines = [] if row.kind == "fold" else [(0, row.old), (1, row.new)]
        heights = (1 if line is None else tall[side].get(line, 1) for side, line in lines)
        height = max(heights, default=1)
        expected += [replace(row, part=part) for part in range(height)]
    assert list(rows) == expected
    assert len(rows) == len(expected)
    for hunk in range(len(diff.hunks)):
        span = rows.hunk_rows(hunk)
        assert [at for at, row in enumerate(expected) if row.hunk == hunk] == list(span)
    for at, row in enumerate(expected):
        if row.part == 0 and row.kind != "fold" and row.new is not None:
            assert rows.row_of_line(1, row.new) == at


def test_opening_a_fold_shows_its_lines() -> None:
    text = "".join(f"line {n}\n" for n in range(50))
    diff = diff_lines(text, text.replace("line 25\n", "changed\n"))
    rows = Rows(diff, side_by_side=True)
    assert [row.hidden for row in rows if row.kind == "fold"] == [22, 21]
    assert rows.fold_near(0) == 0
    opened = Rows(diff, side_by_side=True, opened=frozenset({0}))
    assert [row.hidden for row in opened if row.kind == "fold"] == [21]
    assert opened.fold_near(0) == 1
    assert opened.hunk_rows(0) == range(25, 26)


def test_an_empty_new_file_has_one_row() -> None:
    review = FileReview.of("empty", None, "")
    rows = Rows(review.diff, review.hunks, side_by_side=True)
    assert [row.kind for row in rows] == ["empty"]


lines = st.lists(st.sampled_from(["a b c", "a b d", "}", "", "x = 1", "x = 2"]), max_size=9)


@given(lines, lines, st.sampled_from([0, 2_500]))
def test_pairs_keep_the_order_of_both_sides(old: list[str], new: list[str], budget: int) -> None:
    pairs = pair_lines(old, new, budget)
    assert [i for i, _ in pairs if i is not None] == list(range(len(old)))
    assert [j for _, j in pairs if j is not None] == list(range(len(new)))


def test_a_line_stands_beside_what_it_became() -> None:
    old = ["total = count(rows)", "print(total)"]
    new = ["# how many", "rows = list(rows)", "total = count(rows) + 1", "print(total, rows)"]
    assert pair_lines(old, new) == [(None, 0), (None, 1), (0, 2), (1, 3)]


def test_unified_rows_name_the_line_to_compare_with() -> None:
    diff = diff_lines("a b c\nq\n", "new line here\na b d\nq\n")
    rows = [row for row in Rows(diff, side_by_side=False) if row.kind == "changed"]
    assert [(row.old, row.new, row.mate) for row in rows] == [
        (0, None, 1),
        (None, 0, None),
        (None, 1, 0),
    ]
