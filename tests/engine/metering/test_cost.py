"""Money, against bills worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.errors import InputTooLarge
from autocoder_tui.engine.events import CostEstimate
from autocoder_tui.engine.metering.cost import (
    check_fits,
    estimate,
    estimate_request,
    file_weights,
    format_cost_range,
)
from autocoder_tui.engine.metering.money import cost_usd, format_tokens, format_usd
from autocoder_tui.engine.metering.tokens import TokenCounter
from autocoder_tui.engine.request import InputFile, RunRequest

MINI = Model(
    "mini", "OpenAI", Decimal("0.15"), Decimal("0.6"), context_length=128_000, max_tokens=16_384
)
UNPRICED = Model("local", "localhost")


def test_bills() -> None:
    # 1,000,000 in at 0.15 and 500,000 out at 0.60 per million.
    assert cost_usd(MINI, 1_000_000, 500_000) == Decimal("0.45")
    # 3,512 * 0.15 = 526.8; 1,204 * 0.6 = 722.4; together 1,249.2 millionths.
    assert cost_usd(MINI, 3_512, 1_204) == Decimal("0.0012492")
    assert cost_usd(MINI, 0, 0) == 0
    assert cost_usd(UNPRICED, 10, 10) is None
    assert cost_usd(Model("half", "x", input_price=Decimal(1)), 10, 10) is None


def test_bill_with_cached_input() -> None:
    # Without a price of its own, cached input costs what other input does.
    assert cost_usd(MINI, 1_000_000, 0, 400_000) == Decimal("0.15")
    cached = Model("c", "x", Decimal("0.15"), Decimal("0.6"), cached_price=Decimal("0.075"))
    # 600,000 * 0.15 + 400,000 * 0.075 = 90,000 + 30,000 millionths.
    assert cost_usd(cached, 1_000_000, 0, 400_000) == Decimal("0.12")
    # More cached than sent is absurd: no more than all of it.
    assert cost_usd(cached, 1_000_000, 0, 9_000_000) == Decimal("0.075")


def test_estimate_of_one_part() -> None:
    found = estimate(MINI, 10_000, 1_000, 1, exact=True)
    # 10,000 * 0.15 = 1,500; one token out 0.6; a thousand 600 millionths.
    assert found == CostEstimate(10_000, 1_000, True, Decimal("0.0015006"), Decimal("0.0021"))


def test_at_the_least_all_of_the_prompt_was_cached() -> None:
    cached = Model("c", "x", Decimal("0.15"), Decimal("0.6"), cached_price=Decimal("0.075"))
    found = estimate(cached, 10_000, 1_000, 2, exact=True)
    # 10,000 * 0.075 = 750, one token out 0.6; at the most nothing was:
    # (10,000 + 11,200) * 0.15 = 3,180 and 2,000 * 0.6 = 1,200 millionths.
    assert (found.least_usd, found.most_usd) == (Decimal("0.0007506"), Decimal("0.00438"))


def test_estimate_with_continuations() -> None:
    # Inputs 10,000 + 11,200 + 12,200 = 33,400 * 0.15 = 5,010; outputs 3,000 * 0.6 = 1,800.
    found = estimate(MINI, 10_000, 1_000, 3, exact=True)
    assert found.most_usd == Decimal("0.00681")


def test_estimate_is_capped_by_the_window() -> None:
    model = Model("m", "x", Decimal(1), Decimal(1), context_length=2_000, max_tokens=1_000)
    # Part 1: 500 in, 1,000 out. Part 2: 500 + 200 + 1,000 = 1,700 in, so 300 out.
    # Part 3 would need 2,000 in: no room. Together 2,200 + 1,300 tokens.
    assert estimate(model, 500, None, 8, exact=True).most_usd == Decimal("0.0035")
    full = estimate(model, 5_000, None, 8, exact=True)
    assert (full.max_output_tokens, full.most_usd) == (0, Decimal("0.005"))


def test_estimate_of_an_estimated_count_is_wider() -> None:
    model = Model("m", "x", Decimal(1), Decimal(0), max_tokens=10)
    found = estimate(model, 1_001, None, 1, exact=False)
    # 1,001 * 0.85 = 850.85, down to 850; 1,001 * 1.15 = 1,151.15, up to 1,152.
    assert (found.least_usd, found.most_usd) == (Decimal("0.00085"), Decimal("0.001152"))


def test_estimate_without_price_or_sizes() -> None:
    unpriced = estimate(UNPRICED, 100, None, 8, exact=False)
    assert unpriced == CostEstimate(100, None, False, None, None)
    endless = Model("m", "x", Decimal(1), Decimal(1))
    found = estimate(endless, 100, None, 8, exact=True)
    assert (found.least_usd, found.most_usd) == (Decimal("0.000101"), None)
    assert format_cost_range(found) == "at least $0.0001"


@given(
    st.integers(0, 200_000),
    st.none() | st.integers(1, 50_000),
    st.integers(1, 12),
    st.booleans(),
)
def test_least_is_at_most_most(prompt: int, output: int | None, parts: int, exact: bool) -> None:
    found = estimate(MINI, prompt, output, parts, exact)
    assert found.least_usd is not None
    assert found.most_usd is not None
    if found.max_output_tokens:
        assert found.least_usd <= found.most_usd
        more = estimate(MINI, prompt, output, parts + 1, exact).most_usd
        assert more is not None
        assert found.most_usd <= more


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        ("0", "$0.00"),
        ("0.00001", "< $0.0001"),
        ("0.0001", "$0.0001"),
        ("0.00105", "$0.0011"),
        ("0.99994", "$0.9999"),
        ("0.99996", "$1.00"),
        ("1.235", "$1.24"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_money_as_text(value: str | None, text: str) -> None:
    assert format_usd(None if value is None else Decimal(value)) == text


def test_ranges_as_text() -> None:
    def shown(least: str | None, most: str | None) -> str:
        amounts = [None if value is None else Decimal(value) for value in (least, most)]
        return format_cost_range(CostEstimate(1, 1, True, amounts[0], amounts[1]))

    assert shown("0.0007", "0.0024") == "$0.0007 to $0.0024"
    assert shown("0.00071", "0.00072") == "$0.0007"
    assert shown(None, None) == "cost unknown"


def test_tokens_as_text() -> None:
    assert [format_tokens(n) for n in (0, 999, 3512, 131072)] == ["0", "999", "3,512", "131,072"]
    short = [format_tokens(n, short=True) for n in (0, 99, 100, 812, 6_143, 131_072, 1_200_000)]
    assert short == ["0", "99", "0.1k", "0.8k", "6.1k", "131k", "1.2M"]


@given(st.integers(0, 99_949_999))
def test_short_tokens_stay_narrow(count: int) -> None:
    assert len(format_tokens(count, short=True)) <= 5


def test_input_that_fits() -> None:
    check_fits(MINI, {"a.py": 100_000}, 20_000)
    check_fits(MINI, {}, 0)
    check_fits(UNPRICED, {"a.py": 10**9}, 0)


def test_input_too_large_says_by_how_much_and_what_weighs_most() -> None:
    weights = {"small.py": 10, "src/big\x1b.py": 100_000, "b.py": 20_000, "c.py": 10_000}
    with pytest.raises(InputTooLarge) as caught:
        check_fits(MINI, weights, 1_000)
    # 131,010 sent; 128,000 less 256 for a reply leaves 127,744.
    assert caught.value.message == (
        "The input is 131,010 tokens, 3,266 more than fit the 128,000-token context window of "
        "mini with room for a reply. Heaviest: src/big␛.py (100,000), b.py (20,000), "
        "c.py (10,000). Drop some, or choose a model with a larger window."
    )


class _Coarse(TokenCounter):
    """Counts a file alone as more than it weighs within the whole."""

    def count_file(self, text: str) -> int:
        return 2 * super().count_file(text)


@pytest.mark.parametrize("names", [("a.py",), ("a.py", "b.py"), ()])
def test_files_never_weigh_as_much_as_the_whole(names: tuple[str, ...]) -> None:
    request = RunRequest(
        requirements="Do it.",
        model=replace(MINI, context_length=1_000),
        endpoint=Endpoint(Provider("here", "http://127.0.0.1:1/v1")),
        files=tuple(InputFile(name, "a line of it\n" * 900) for name in names),
    )
    counter = _Coarse(lambda text: len(text.split()), exact=False)
    total = estimate_request(request, counter).prompt_tokens
    weights = file_weights(request, counter, total)
    assert sum(weights.values()) < total
    assert min(weights.values(), default=1) > 0
    if names:
        with pytest.raises(InputTooLarge) as caught:
            check_fits(request.model, weights, total - sum(weights.values()))
        assert f"({format_tokens(total)})" not in caught.value.message


def test_requirements_alone_too_large() -> None:
    with pytest.raises(InputTooLarge, match="requirements and framing alone are 200,000"):
        check_fits(MINI, {"a.py": 10}, 200_000)
