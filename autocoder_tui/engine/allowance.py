"""How much the next reply may be: model, user, context window and spending cap together."""

from __future__ import annotations

from autocoder_tui.engine.accounts import Accounts
from autocoder_tui.engine.cost import format_usd
from autocoder_tui.engine.errors import ContextFull, SpendingCapReached
from autocoder_tui.engine.request import RunRequest

LEAST_OUTPUT = 256
"""Tokens: a request that could not answer with at least this many is not sent."""


def allowed_output(request: RunRequest, accounts: Accounts, prompt_tokens: int) -> int | None:
    """Most tokens the reply to a prompt of `prompt_tokens` may have; None where nothing limits.

    Raises ContextFull or SpendingCapReached when too little is left for a useful reply.
    """
    model, limits = request.model, request.limits
    most = [value for value in (model.max_tokens, limits.max_output_tokens) if value]
    if model.context_length is not None:
        room = model.context_length - prompt_tokens
        if room < LEAST_OUTPUT:
            raise ContextFull(
                f"Prompt and reply so far fill the context window of {model.name} "
                f"({model.context_length:,} tokens). The text so far is kept; "
                "continue with a model that takes more."
            )
        most.append(room)
    cap = limits.max_cost_usd
    within = None if cap is None else accounts.affordable_output(prompt_tokens, cap)
    if within is not None:
        if within < LEAST_OUTPUT:
            spent, limit = format_usd(accounts.totals().cost_usd), format_usd(cap)
            raise SpendingCapReached(
                f"The next request could pass the spending cap of {limit} ({spent} spent). "
                "The text so far is kept; raise max_cost to go on.",
                spent=spent,
                limit=limit,
            )
        most.append(within)
    return min(most) if most else None
