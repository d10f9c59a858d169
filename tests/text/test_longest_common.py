"""The longest common subsequence, whole and in windows."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.text import longest_common as module
from autocoder_tui.text.longest_common import cells_to_fill, longest_common

numbers = st.lists(st.integers(0, 5), max_size=40)


def length_by_hand(xs: list[int], ys: list[int]) -> int:
    row = [0] * (len(ys) + 1)
    for x in xs:
        above = row[:]
        for j, y in enumerate(ys):
            row[j + 1] = above[j] + 1 if x == y else max(above[j + 1], row[j])
    return row[-1]


def is_sound(pairs: list[tuple[int, int]], xs: list[int], ys: list[int]) -> bool:
    in_order = all(i < i_next and j < j_next for (i, j), (i_next, j_next) in pairwise(pairs))
    return in_order and all(xs[i] == ys[j] for i, j in pairs)


@given(numbers, numbers)
def test_it_is_as_long_as_can_be(xs: list[int], ys: list[int]) -> None:
    pairs = longest_common(xs, ys)
    assert is_sound(pairs, xs, ys)
    assert len(pairs) == length_by_hand(xs, ys)


@given(numbers, numbers, st.integers(2, 9))
def test_in_windows_it_ends_and_is_sound(xs: list[int], ys: list[int], window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WINDOW", window)
        pairs = longest_common(xs, ys)
    assert is_sound(pairs, xs, ys)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_work_does_not_grow_with_the_square(width: int, height: int) -> None:
    assert cells_to_fill(width, height) <= 2_731 * max(width, height) + 2_048**2
    assert cells_to_fill(width, height) <= width * height


def test_long_sequences_with_few_edits_lose_nothing_at_the_windows_edges() -> None:
    dice = random.Random(5)
    xs = [dice.randrange(8) for _ in range(9_000)]
    ys = [x for x in xs if dice.random() > 0.05]
    pairs = longest_common(xs, ys)
    assert is_sound(pairs, xs, ys)
    assert len(pairs) == len(ys)


def test_what_stands_together_stays_together() -> None:
    assert longest_common([1, 2], [1, 3, 1, 2]) == [(0, 2), (1, 3)]
