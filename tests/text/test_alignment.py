from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.text.alignment import matching_blocks

letters = st.text("abcdXY", max_size=40)


def longest_common(a: str, b: str) -> int:
    row = [0] * (len(b) + 1)
    for x in a:
        above = row[:]
        for j, y in enumerate(b):
            row[j + 1] = above[j] + 1 if x == y else max(above[j + 1], row[j])
    return row[-1]


def check(a: str, b: str, steps: int = 1_500_000) -> int:
    i = j = -1
    for block in matching_blocks(a, b, steps):
        assert block.length > 0
        assert block.old >= i
        assert block.new >= j
        assert block.old > i or block.new > j
        i, j = block.old + block.length, block.new + block.length
        assert a[block.old : i] == b[block.new : j]
    return sum(block.length for block in matching_blocks(a, b, steps))


@given(letters, letters)
def test_blocks_are_equal_ordered_and_apart(a: str, b: str) -> None:
    check(a, b)
    check(a, b, steps=0)


@given(st.text("abc", min_size=2, max_size=12))
def test_without_anchors_the_edit_is_shortest(half: str) -> None:
    a, b = half * 2, half[::-1] * 2  # every letter at least twice: nothing to anchor on
    assert check(a, b) == longest_common(a, b)


def test_without_steps_left_long_repetitions_still_align() -> None:
    a = "abcab" * 400
    b = "abca" * 400
    assert check(a, b, steps=0) > 1_000


def test_a_moved_block_leaves_the_longer_run_anchored() -> None:
    assert matching_blocks("abcdefgh", "efghabcd")[0].length == 4


@given(st.lists(st.integers(0, 60), max_size=60), st.data())
def test_what_few_edits_left_is_in_blocks_that_do_not_touch(
    old: list[int], data: st.DataObject
) -> None:
    new = list(old)
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(new)))
        new[at : at + data.draw(st.integers(0, 2))] = data.draw(st.lists(st.integers(0, 80)))
    i = j = 0
    for number, block in enumerate(matching_blocks(old, new)):
        assert number == 0 or block.old > i or block.new > j
        assert block.old >= i
        assert block.new >= j
        i, j = block.old + block.length, block.new + block.length
        assert old[block.old : i] == new[block.new : j]


def test_equal_ends_are_matched_whole_whatever_is_between() -> None:
    ends = [number % 7 for number in range(1_000)]
    for gap in (0, 1, 255, 256, 257):
        blocks = matching_blocks([*ends, *[99] * gap, *ends], [*ends, 98, *ends])
        assert sum(block.length for block in blocks) == 2_000


def test_many_edits_among_equal_items_are_as_few_as_can_be() -> None:
    old = "".join("abcd"[number * number % 11 % 4] for number in range(300)) * 2
    new = "".join("abcd"[number * number % 13 % 4] for number in range(300)) * 2
    assert check(old, new) == longest_common(old, new)
