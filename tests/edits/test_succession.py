"""Several changes of one file: what is put at one point, and what builds on what came before."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.edits.edit import EditBlock, Placed, split_lines
from autocoder_tui.edits.place import place
from autocoder_tui.review.edits_data import edits_data, edits_of
from autocoder_tui.review.file_edits import FileEdits

of = EditBlock.of
TEXT = "def f():\n    rate = 1\n    return rate\n\n\ndef g():\n    return 2\n"


def manners(placed: Placed) -> list[str]:
    assert not placed.unplaced, placed.unplaced
    return [one.manner for one in placed.placements]


@pytest.mark.parametrize("turned", [False, True])
def test_two_insertions_at_one_point_keep_the_order_of_the_reply(turned: bool) -> None:
    after = "    return 2\n"
    blocks = [of(after, after + "# one\n"), of(after, after + "# two\n")]
    placed = place(TEXT, blocks[::-1] if turned else blocks)
    assert manners(placed) == ["exact", "exact"]
    assert placed.text == TEXT + ("# two\n# one\n" if turned else "# one\n# two\n")


def test_an_insertion_into_lines_that_go_is_an_overlap() -> None:
    blocks = [
        of("    rate = 1\n    return rate\n", "    return 1\n"),
        of("    rate = 1\n    return rate\n", "    rate = 1\n    log(rate)\n    return rate\n"),
    ]
    (left,) = place(TEXT, blocks).unplaced
    assert left.reason == "overlap"
    assert "block 1" in left.said


def test_a_block_may_show_what_an_earlier_one_puts_there() -> None:
    blocks = [
        of("    rate = 1\n", "    rate = 2\n    log(rate)\n"),
        of("    rate = 2\n    log(rate)\n", "    rate = 3\n    log(rate, 9)\n"),
        of("    log(rate, 9)\n    return rate\n", "    return rate * 2\n"),
    ]
    placed = place(TEXT, blocks)
    want = TEXT.replace("    rate = 1\n    return rate\n", "    rate = 3\n    return rate * 2\n")
    assert placed.text == want
    assert placed.made == {0, 1, 2}
    (one,) = placed.placements
    assert (one.manner, one.block, one.also) == ("built", 2, (0, 1))
    lines = split_lines(TEXT)
    assert "".join([*lines[: one.start], *one.new, *lines[one.end :]]) == want


def test_a_later_block_may_take_back_what_an_earlier_one_put_there() -> None:
    blocks = [
        of("    rate = 1\n", "    rate = 1\n    log(rate)\n"),
        of("    log(rate)\n    return rate\n", "    return rate\n"),
    ]
    placed = place(TEXT, blocks)
    assert placed.text == TEXT
    assert placed.made == {0, 1}
    assert not placed.already


def test_a_block_is_not_built_on_a_later_one() -> None:
    blocks = [
        of("    log(rate, level)\n", "    log(rate)\n"),
        of("    rate = 1\n", "    rate = 1\n    log(rate, level)\n"),
    ]
    (left,) = place(TEXT, blocks).unplaced
    assert left.block == 0


def test_the_file_as_it_was_comes_first_and_that_is_said() -> None:
    blocks = [
        of("    return rate\n", "    return rate\n\n\ndef h():\n    return 2\n"),
        of("    return 2\n", "    return 5\n"),
    ]
    placed = place(TEXT, blocks)
    assert manners(placed) == ["exact", "either"]
    assert placed.text.endswith("def h():\n    return 2\n\n\ndef g():\n    return 5\n")


def test_a_loose_place_in_the_file_and_an_exact_one_in_what_came_are_asked_about() -> None:
    blocks = [
        of("def g():\n", "def h():\n  rate = 1\n\n\ndef g():\n"),
        of("  rate = 1\n", "  rate = 7\n"),
    ]
    placed = place(TEXT, blocks)
    (left,) = placed.unplaced
    assert (left.block, left.reason) == (1, "several")
    assert "rate = 7" not in placed.text


def test_what_one_block_makes_twice_is_no_place() -> None:
    blocks = [
        of("    rate = 1\n", "    step(rate, 1)\n    pause()\n    step(rate, 1)\n"),
        of("    step(rate, 1)\n", "    step(rate, 2)\n"),
    ]
    (left,) = place(TEXT, blocks).unplaced
    assert left.block == 1


def test_a_combined_change_comes_back_from_plain_data() -> None:
    blocks = (of("    rate = 1\n", "    rate = 2\n"), of("    rate = 2\n", "    rate = 3\n"))
    edits = FileEdits.of(blocks, place(TEXT, blocks))
    assert edits.placements[0].also == (0,)
    assert edits_of(edits_data(edits)) == edits


def _in_order(text: str, blocks: list[EditBlock]) -> str:
    """The blocks made one after the other, each where its lines stand."""
    for block in blocks:
        lines, old = split_lines(text), list(block.old)
        at = next(n for n in range(len(lines)) if lines[n : n + len(old)] == old)
        text = "".join([*lines[:at], *block.new, *lines[at + len(old) :]])
    return text


@settings(max_examples=300, deadline=None)
@given(st.integers(2, 9), st.integers(1, 5), st.randoms(use_true_random=False))
def test_blocks_that_build_on_each_other_give_what_they_give_in_order(
    size: int, count: int, dice: random.Random
) -> None:
    lines = [f"value_{n} = compute({n})\n" for n in range(size)]
    original = "".join(lines)
    blocks: list[EditBlock] = []
    fresh = 100
    for _ in range(count):
        start = dice.randrange(len(lines))
        end = min(len(lines), start + dice.randint(1, 4))
        old = lines[start:end]
        new = list(old)
        for _ in range(dice.randint(1, 2)):
            # What is put at an edge of what is shown may meet another at one point.
            at = dice.randrange(len(new))
            gone = 1 if at == 0 else dice.randint(0, 1)
            new[at : at + gone] = [f"other_{fresh} = made({fresh})\n"]
            fresh += 1
        if dice.random() < 0.2:
            new = [line for line in new if dice.random() < 0.5]
        blocks.append(EditBlock.of("".join(old), "".join(new)))
        lines[start:end] = new
        if not lines:
            break
    placed = place(original, blocks)
    assert _in_order(original, blocks) == "".join(lines)
    said = {one.block for one in placed.unplaced}
    assert placed.made | said | {*placed.already} | {*placed.repeated} == set(range(len(blocks)))
    loose = {one.manner for one in placed.placements} - {"exact", "built"}
    if not said and not placed.repeated and not loose:
        assert placed.text == "".join(lines)
