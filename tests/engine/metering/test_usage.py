"""A run's bill, against sums worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from autocoder_tui.engine.calibration import Weights
from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.events import CostEstimate, RunFinished, RunStarted
from autocoder_tui.engine.metering.tokens import TokenCounter
from autocoder_tui.engine.metering.usage import Accounts
from autocoder_tui.engine.provider.chunks import Usage, read_usage
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.runs.event_text import summary

MODEL = Model("m", "x", Decimal("0.15"), Decimal("0.60"), cached_price=Decimal("0.075"))
WORDS = TokenCounter(lambda text: len(text.split()), exact=True)


def opened(prompt: int = 0) -> Accounts:
    accounts = Accounts(MODEL, WORDS)
    accounts.open(Weights(code=prompt))
    return accounts


def test_a_run_of_three_parts_with_cached_and_reasoning_tokens() -> None:
    accounts = opened(1000)
    accounts.reported(Usage(1010, 500, 0, 120))
    first = accounts.close()
    # 1,010 * 0.15 + 500 * 0.60 = 151.5 + 300; reasoning is part of the 500, not more.
    assert first.cost_usd == Decimal("0.0004515")
    accounts.open(Weights(code=1600))
    accounts.reported(Usage(1620, 400, 1000, 0))
    # 620 * 0.15 + 1,000 * 0.075 + 400 * 0.60 = 93 + 75 + 240.
    assert accounts.close().cost_usd == Decimal("0.000408")
    accounts.open(Weights(code=2000))
    accounts.reported(Usage(2030, 90, 1600, 10))
    # 430 * 0.15 + 1,600 * 0.075 + 90 * 0.60 = 64.5 + 120 + 54.
    assert accounts.close().cost_usd == Decimal("0.0002385")
    total = accounts.totals()
    assert (total.prompt_tokens, total.completion_tokens) == (4660, 990)
    assert (total.cached_tokens, total.reasoning_tokens) == (2600, 130)
    assert total.cost_usd == Decimal("0.001098")
    assert not total.estimated


def test_usage_repeated_in_every_chunk_is_counted_once() -> None:
    accounts = opened(100)
    for completion in range(1, 50):
        accounts.received("word ")
        accounts.reported(Usage(100, completion))
    assert accounts.totals().completion_tokens == 49
    assert accounts.totals().prompt_tokens == 100
    assert accounts.close().completion_tokens == 49


def test_text_after_a_report_is_counted_until_the_next() -> None:
    accounts = opened(100)
    accounts.received("one ")
    accounts.reported(Usage(110, 1))
    accounts.received("two three ")
    total = accounts.totals()
    assert (total.prompt_tokens, total.completion_tokens, total.estimated) == (110, 3, True)
    accounts.reported(Usage(110, 4))
    total = accounts.totals()
    assert (total.prompt_tokens, total.completion_tokens, total.estimated) == (110, 4, False)
    assert accounts.close().completion_tokens == 4


def test_without_usage_our_own_count_stands_and_says_so() -> None:
    accounts = opened(200)
    accounts.received("one two three ")
    total = accounts.totals()
    assert (total.prompt_tokens, total.completion_tokens, total.estimated) == (200, 3, True)
    assert total.cost_usd == Decimal("0.0000318")  # 200 * 0.15 + 3 * 0.60 = 31.8 millionths


def test_a_failed_request_without_output_costs_nothing() -> None:
    accounts = opened(200)
    accounts.abandon()
    assert accounts.totals().cost_usd == 0
    accounts.open(Weights(code=200))
    accounts.received("some output")
    accounts.abandon()
    assert accounts.totals().prompt_tokens == 200


def test_absurd_usage_is_unknown() -> None:
    absurd: tuple[object, ...] = (
        {"prompt_tokens": -5, "completion_tokens": 0},
        {"prompt_tokens": "12", "completion_tokens": 10**30},
        {"prompt_tokens": True, "completion_tokens": 1.5},
        [],
    )
    for usage in absurd:
        read = read_usage({"usage": usage})
        assert read in (None, Usage(None, None, dubious=True))
        assert (read is None) == (usage == [])
    odd = {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 99}}
    assert read_usage({"usage": odd}) == Usage(10, None, 0, 0)


def test_counts_that_cannot_be_are_left_out_and_said() -> None:
    accounts = opened(200)
    accounts.received("a b c")
    accounts.reported(Usage(None, None, dubious=True))
    assert accounts.totals().dubious
    accounts.reported(Usage(60_000_000, 3, 50_000_000))
    total = accounts.totals()
    assert (total.prompt_tokens, total.completion_tokens, total.cached_tokens) == (200, 3, 0)
    assert total.estimated
    assert total.dubious
    # 200 * 0.15 + 3 * 0.60 = 30 + 1.8.
    assert total.cost_usd == Decimal("0.0000318")
    state = RunState()
    state.apply(RunStarted("r", "m", CostEstimate(200, 10, True, None, None)), 0.0)
    state.apply(total, 1.0)
    state.apply(RunFinished(), 2.0)
    assert "counts of tokens that cannot be" in summary(state)


def test_reasoning_that_stands_beside_the_output_is_paid_for_too() -> None:
    # The example of docs.x.ai: 32 + 9 + 94 = 135 tokens in all.
    usage = read_usage(
        {
            "usage": {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 135,
                "completion_tokens_details": {"reasoning_tokens": 94},
            }
        }
    )
    assert usage == Usage(32, 103, 0, 94)
    accounts = opened(32)
    accounts.reported(usage)
    # 32 * 0.15 + 103 * 0.60 = 4.8 + 61.8.
    assert accounts.close().cost_usd == Decimal("0.0000666")
    within = {"prompt_tokens": 32, "completion_tokens": 103, "total_tokens": 135}
    details = {"completion_tokens_details": {"reasoning_tokens": 94}}
    assert read_usage({"usage": {**within, **details}}) == Usage(32, 103, 0, 94)


def test_what_the_provider_charges_goes_before_our_prices() -> None:
    accounts = opened(1000)
    given = {"prompt_tokens": 1000, "completion_tokens": 10, "cost": 0.0125}
    usage = read_usage({"usage": given})
    assert usage is not None
    accounts.reported(usage)
    assert accounts.totals().cost_reported
    assert accounts.close().cost_usd == Decimal("0.0125")
    total = accounts.totals()
    assert total.cost_usd == Decimal("0.0125")
    assert total.cost_reported
    state = RunState()
    state.apply(total, 0.0)
    assert "cost $0.0125 as the provider reports it" in summary(state)


def test_what_the_provider_charged_is_known_without_a_price() -> None:
    accounts = Accounts(Model("no price", "p"), WORDS)
    accounts.open(Weights(code=1000))
    assert accounts.totals().cost_usd is None
    accounts.reported(Usage(1000, 10, cost_usd=Decimal("0.01")))
    accounts.close()
    assert (accounts.totals().cost_usd, accounts.totals().cost_reported) == (Decimal("0.01"), True)
    accounts.open(Weights(code=1000))
    assert accounts.totals().cost_usd is None
    accounts.close()
    assert accounts.totals().cost_usd is None


def test_a_cost_that_is_worked_out_in_part_is_not_called_reported() -> None:
    accounts = opened(1000)
    accounts.reported(Usage(1000, 10, cost_usd=Decimal("0.01")))
    accounts.close()
    accounts.open(Weights(code=1000))
    assert not accounts.totals().cost_reported
    accounts.reported(Usage(1000, 10))
    accounts.close()
    total = accounts.totals()
    assert not total.cost_reported
    assert total.cost_usd == Decimal("0.010156")  # and 1,000 * 0.15 + 10 * 0.60 millionths


def test_a_key_of_ones_own_pays_the_provider_behind_as_well() -> None:
    given: dict[str, object]
    given = {"prompt_tokens": 5, "completion_tokens": 1, "cost": 0.001, "is_byok": True}
    given["cost_details"] = {"upstream_inference_cost": 0.02}
    usage = read_usage({"usage": given})
    assert usage is not None
    assert usage.cost_usd == Decimal("0.021")


def test_a_cost_that_cannot_be_is_left_out() -> None:
    for cost in (-1, float("nan"), float("inf"), 1e9, "0.1", True, None):
        given = {"prompt_tokens": 5, "completion_tokens": 1, "cost": cost}
        usage = read_usage({"usage": given})
        assert usage is not None
        assert usage.cost_usd is None


def test_a_prompt_may_be_cached_as_a_whole_and_not_more() -> None:
    for cached, counted in ((10, 10), (11, 0)):
        details = {"prompt_tokens_details": {"cached_tokens": cached}}
        usage = read_usage({"usage": {"prompt_tokens": 10, "completion_tokens": 5, **details}})
        assert usage == Usage(10, 5, counted, 0)
    assert read_usage({"usage": {"prompt_tokens": 0, "completion_tokens": 0}}) is None


@pytest.mark.parametrize("own", [False, None, 1, "yes"])
def test_another_s_key_pays_no_provider_behind(own: object) -> None:
    given = {"prompt_tokens": 5, "completion_tokens": 1, "cost": 0.001, "is_byok": own}
    given["cost_details"] = {"upstream_inference_cost": 0.02}
    usage = read_usage({"usage": given})
    assert usage is not None
    assert usage.cost_usd == Decimal("0.001")
