"""The shared cap: whatever is reserved and settled, it is never passed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.batch.budget import SharedBudget
from tests.effort import examples

MONEY = st.decimals(0, 2, places=4)


@examples(1000)
@given(
    cap=MONEY,
    steps=st.lists(st.tuples(st.integers(1, 6), MONEY, st.fractions(0, 1), st.booleans())),
)
def test_what_is_spent_and_reserved_stays_below_the_cap(
    cap: Decimal, steps: list[tuple[int, Decimal, object, bool]]
) -> None:
    budget, under_way = SharedBudget(cap), dict[int, Decimal]()
    for number, most, share, known in steps:
        if number in under_way:
            reserved = under_way.pop(number)
            cost = (reserved * Decimal(float(share))) if known else None  # type: ignore[arg-type]
            budget.settle(number, cost)
        else:
            if budget.fits(number, most):
                budget.reserve(number, most)
                under_way[number] = most
        assert budget.spent + budget.reserved <= cap
        assert budget.reserved == sum(under_way.values(), Decimal(0))


def test_nothing_is_reserved_beyond_the_cap() -> None:
    budget = SharedBudget(Decimal("1"))
    budget.reserve(1, Decimal("0.7"))
    assert not budget.fits(2, Decimal("0.4"))
    assert budget.could_fit(2, Decimal("0.4"))
    with pytest.raises(ValueError):
        budget.reserve(2, Decimal("0.4"))
    budget.settle(1, Decimal("0.1"))
    budget.reserve(2, Decimal("0.4"))
    assert budget.left == Decimal("0.5")


def test_a_cost_that_is_not_known_counts_as_all_that_was_reserved() -> None:
    budget = SharedBudget(Decimal("1"))
    budget.reserve(1, Decimal("0.7"))
    budget.settle(1, None)
    assert budget.spent == Decimal("0.7")
    budget.reserve(1, Decimal("0.9"))
    budget.settle(1, None, paid=False)
    assert budget.spent == 0


def test_the_tries_of_a_job_count_once() -> None:
    budget = SharedBudget(Decimal("1"))
    budget.reserve(1, Decimal("0.5"))
    budget.settle(1, Decimal("0.3"))
    assert not budget.fits(2, Decimal("0.8"))
    budget.reserve(1, Decimal("0.8"))
    budget.settle(1, Decimal("0.4"))  # of both tries
    assert budget.spent == Decimal("0.4")


def test_without_a_cap_everything_fits() -> None:
    budget = SharedBudget(None)
    budget.settle(1, Decimal("3"))
    assert budget.left is None
    assert budget.fits(1, Decimal(10**6))
    assert budget.spent == 3
