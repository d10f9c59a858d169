"""Which model is next when one is not available, in the order the user gave."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from autocoder_tui.engine.errors import UnknownModel
from autocoder_tui.engine.request import Limits
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.setup import ChosenModel, Setup, choose_model, obstacle

UNAVAILABLE = frozenset(
    {
        "model_not_found",
        "connect_failed",
        "connection_lost",
        "timed_out",
        "rate_limited",
        "server_failed",
        "stream_error",
    }
)
"""Kinds of errors that another model may not have; those that are retried come here only when
the attempts are used up."""


def candidates(setup: Setup, tried: Collection[str]) -> Iterator[ChosenModel | str]:
    """The fallback models that were not tried yet, in order; for one that can't be used, the
    sentence that says why."""
    for name in setup.model.fallback:
        if name in tried:
            continue
        try:
            chosen = _choose(setup, name)
        except AutocoderError as error:
            yield error.message
            continue
        yield obstacle(chosen, setup.limits) or chosen


def _choose(setup: Setup, name: str) -> ChosenModel:
    """A model of the catalog, or else one at the address given by hand."""
    plain = replace(setup, model=replace(setup.model, base_url=None))
    try:
        return choose_model(plain, name)
    except UnknownModel:
        if setup.model.base_url is None:
            raise
        return choose_model(setup, name)


def limits_after(limits: Limits, spent_usd: Decimal) -> Limits:
    """`limits` for a run that takes up where another, which cost `spent_usd`, left off."""
    cap = limits.max_cost_usd
    if cap is None:
        return limits
    session = limits.max_session_cost_usd
    of_session = None if session is None else session - limits.session_spent_usd
    left = cap if of_session is None else min(cap, of_session)
    return replace(
        limits, max_cost_usd=None, max_session_cost_usd=left, session_spent_usd=spent_usd
    )
