"""The longest common subsequence, whole and in windows."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autocoder_tui.text import longest_common as module
from autocoder_tui.text.block import Block
from autocoder_tui.text.longest_common import cells_to_fill, longest_common

numbers = st.lists(st.integers(0, 5), max_size=40)


def length_by_hand(xs: list[int], ys: list[int]) -> int:
    row = [0] * (len(ys) + 1)
    for x in xs:
        above = row[:]
        for j, y in enumerate(ys):
            row[j + 1] = above[j] + 1 if x == y else max(above[j + 1], row[j])
    return row[-1]


def length(runs: list[Block]) -> int:
    return sum(run.length for run in runs)


def is_sound(runs: list[Block], xs: list[int], ys: list[int]) -> bool:
    in_order = all(
        one.old + one.length <= other.old and one.new + one.length <= other.new
        for one, other in pairwise(runs)
    )
    return in_order and all(
        size > 0 and xs[x : x + size] == ys[y : y + size] and x + size <= len(xs)
        for x, y, size in runs
    )


@given(numbers, numbers)
def test_it_is_as_long_as_can_be(xs: list[int], ys: list[int]) -> None:
    runs = longest_common(xs, ys)
    assert is_sound(runs, xs, ys)
    assert length(runs) == length_by_hand(xs, ys)


@given(numbers, numbers, st.integers(2, 9))
def test_in_windows_it_ends_and_is_sound(xs: list[int], ys: list[int], window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WINDOW", window)
        runs = longest_common(xs, ys)
    assert is_sound(runs, xs, ys)


@given(numbers, numbers, st.integers(2, 9), st.integers(1, 3))
def test_between_short_stretches_that_are_sure_it_is_sound(
    xs: list[int], ys: list[int], apart: int, shortest: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_APART", apart)
        patch.setattr(module, "_SHORTEST", shortest)
        patch.setattr(module, "_BY_CHANCE", 1_000)
        runs = longest_common(xs, ys)
    assert is_sound(runs, xs, ys)


def random_items(dice: random.Random, size: int) -> list[int]:
    """Of few kinds: by chance, most of them the same one, or in turn with some out of turn."""
    kinds = dice.choice([2, 3, 8, 20])
    match dice.choice(["chance", "uneven", "in turn"]):
        case "chance":
            return [dice.randrange(kinds) for _ in range(size)]
        case "uneven":
            return [int(dice.expovariate(1) * 2) for _ in range(size)]
    turn = [dice.randrange(kinds) for _ in range(dice.randint(3, 40))]
    noise = dice.choice([0.0, 0.02, 0.2])
    return [
        dice.randrange(kinds) if dice.random() < noise else turn[number % len(turn)]
        for number in range(size)
    ]


@settings(max_examples=30)
@given(st.integers())
def test_of_long_sequences_hardly_any_is_lost(seed: int) -> None:
    dice = random.Random(seed)
    xs = random_items(dice, dice.choice([600, 1_800]))
    rate, ys = dice.choice([0.02, 0.1, 0.3]), list[int]()
    for x in xs:
        fate = dice.random()
        if fate > rate / 2:
            ys.append(x)
        if fate > 1 - rate / 2:
            ys.append(dice.choice(xs))
    runs = longest_common(xs, ys)
    assert is_sound(runs, xs, ys)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_sure_stretches", lambda xs, ys: [])
        whole = longest_common(xs, ys)  # Both fit in one window: this is as long as can be.
    apart = len(xs) + len(ys) - 2 * length(whole)
    assert len(xs) + len(ys) - 2 * length(runs) <= 1.02 * apart + 4


def test_stretches_that_are_sure_are_found_whatever_is_before_them() -> None:
    dice = random.Random(3)
    xs = [dice.randrange(8) for _ in range(3_000)]
    ys = [dice.randrange(8) for _ in range(300)] + [x for x in xs if dice.random() > 0.05]
    sure = module._sure_stretches(xs, ys)
    assert len(sure) >= 6
    assert is_sound(sure, xs, ys)
    assert module._sure_stretches([1, 2, 3, 4] * 800, [1, 2, 3, 4] * 800) == []


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_work_does_not_grow_with_the_square(width: int, height: int) -> None:
    assert cells_to_fill(width, height) <= 2_731 * max(width, height) + 2_048**2
    assert cells_to_fill(width, height) <= width * height


def test_long_sequences_with_few_edits_lose_nothing_at_the_windows_edges() -> None:
    dice = random.Random(5)
    xs = [dice.randrange(8) for _ in range(9_000)]
    ys = [x for x in xs if dice.random() > 0.05]
    runs = longest_common(xs, ys)
    assert is_sound(runs, xs, ys)
    assert length(runs) == len(ys)


def test_what_stands_together_stays_together() -> None:
    assert longest_common([1, 2], [1, 3, 1, 2]) == [Block(0, 2, 2)]
