"""Tokens to US dollars, and both as texts. Decimal throughout: money is never a float.

Every start needs it: nothing of prompts and replies is imported here.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from autocoder_tui.engine.catalog import Model
from autocoder_tui.engine.request import Limits
from autocoder_tui.safety.sanitize import visible

_MILLION = Decimal(1_000_000)

ROOM_FOR_REPLY = 256
"""Fewest tokens of the context window that must be left for a reply to make sense."""


def cost_usd(
    model: Model, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0
) -> Decimal | None:
    """What these tokens cost, None where the model's price is not known.

    `cached_tokens` are part of `prompt_tokens`. Where their own price is not known they cost
    what other input costs: the true bill may then be lower, never higher.
    """
    if model.input_price is None or model.output_price is None:
        return None
    cached_price = model.input_price if model.cached_price is None else model.cached_price
    cached = max(0, min(cached_tokens, prompt_tokens))
    fresh = prompt_tokens - cached
    total = fresh * model.input_price + cached * cached_price
    return (total + completion_tokens * model.output_price) / _MILLION


def cap_problem(model: Model, limits: Limits) -> str | None:
    """Why a spending cap that is set cannot hold for `model`, None if it can or none is set."""
    if limits.max_cost_usd is None and limits.max_session_cost_usd is None:
        return None
    if cost_usd(model, 1, 1) is not None:
        return None
    return (
        f"The price of {visible(model.name)} is not known, so the spending cap can't hold. Give "
        "its prices in models.toml (0 where it costs nothing), or leave the cap out."
    )


def format_usd(value: Decimal | None) -> str:
    """ "$0.0011", "$1.24", "< $0.0001", "$0.00" for nothing at all, "unknown" for None."""
    if value is None:
        return "unknown"
    if value == 0:
        return "$0.00"
    if value < Decimal("0.0001"):
        return "< $0.0001"
    small = value.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if small < 1:
        return f"${small}"
    return f"${value.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def format_price(price: Decimal | None) -> str:
    """US dollars per million tokens without the sign: "3.00", "0.15", "0.075", "?" for None."""
    if price is None:
        return "?"
    short = price.normalize()
    exponent = short.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{short:.{max(2, places)}f}"


def format_tokens(count: int, *, short: bool = False) -> str:
    """ "3,512"; short: "0.8k", "6.1k", "131k", "1.2M", at most five characters wide."""
    if not short:
        return f"{count:,}"
    if count < 100:
        return str(count)
    if count < 99_950:
        return f"{Decimal(count) / 1000:.1f}k"
    if count < 999_500:
        return f"{Decimal(count) / 1000:.0f}k"
    return f"{Decimal(count) / _MILLION:.1f}M"
