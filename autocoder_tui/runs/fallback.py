"""Which model is next when one is not available, in the order the user gave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from autocoder_tui.engine.errors import UnknownModel
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Prepared
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


async def run_with_fallback(
    setup: Setup,
    prepared: Prepared,
    once: Callable[[Prepared], Awaitable[RunState]],
    renew: Callable[[], Awaitable[Limits]],
    say: Callable[[str], object],
) -> tuple[Prepared, ChosenModel | None]:
    """Run `once`; while the model is not available, go on with the next of the fallback models.

    `renew` puts the run away that is over and gives the limits of the next. Returns what ran
    last, and its model where it is a fallback.
    """
    tried, taken = {prepared.request.model.name}, None
    while True:
        state = await once(prepared)
        if state.error is None or state.error.kind not in UNAVAILABLE:
            return prepared, taken
        following = _next_model(setup, tried, say)
        if following is None:
            return prepared, taken
        text = state.text
        prepared = prepared.for_model(following, partial=text, limits=await renew())
        taken = following


def _next_model(setup: Setup, tried: set[str], say: Callable[[str], object]) -> ChosenModel | None:
    for candidate in candidates(setup, tried):
        if isinstance(candidate, str):
            say(f"A fallback model can't be used: {candidate}")
            continue
        tried.add(candidate.model.name)
        say(f"Going on with the fallback model {candidate.model.name}.")
        return candidate
    return None


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
