"""Whether an endpoint goes on from our own assistant message, and how that is found out."""

from __future__ import annotations

from typing import Final

from autocoder_tui.engine import seam
from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.server_software import (
    PREFILL_BY_SOFTWARE,
    UNKNOWN,
    ask_software,
    hosted_prefill,
)
from autocoder_tui.engine.reply.frame_lines import read_frame_opening
from autocoder_tui.engine.reply.prose import is_preamble, is_refusal

NONE: Final = "none"
TRIED_FIRST: Final = "trailing"
"""The way tried where nothing is known: no more than an assistant message at the end."""
HEAD: Final = 4_000
"""Characters of a reply that tell whether it goes on or begins anew."""


async def learn_prefill(known: Capabilities, endpoint: Endpoint, model_name: str) -> None:
    """Find out what the server is, if it is not known, and with it what it takes."""
    if known.prefill is None:
        known.prefill = hosted_prefill(endpoint.provider.base_url)
    if known.prefill is not None:
        return
    if known.server is None:
        known.server = await ask_software(endpoint, model_name)
    known.prefill = PREFILL_BY_SOFTWARE.get(known.server)


def forget_guess(known: Capabilities) -> None:
    """Take back a "none" from before servers were asked what they are: it was only a guess."""
    if known.prefill == NONE and known.server is None and known.prefill_works is None:
        known.prefill = None


def learn_from_reply(
    known: Capabilities, plan: seam.Continuation, join: seam.Join, head: str
) -> None:
    """Remember what the reply to a prefilled request says: `head` is how it began."""
    if join.proof == "prefill" and plan.witness.strip():
        known.prefill, known.prefill_works = known.prefill or TRIED_FIRST, True
        return
    if known.prefill_works or not head.strip():
        return
    # Where the server is not known a doubtful reply is answer enough.
    if begins_anew(head, plan.shown) or known.prefill is None:
        refuse(known)


def refuse(known: Capabilities) -> None:
    """This endpoint does not continue an assistant message: remember that."""
    known.prefill, known.prefill_works = NONE, False
    known.server = known.server or UNKNOWN


def begins_anew(head: str, shown: str) -> bool:
    """Whether a reply that began with `head` is one of its own, and does not go on from `shown`."""
    lines = [line for line in head.splitlines() if line.strip()]
    if not lines:
        return False
    first = lines[0].strip()
    opening = read_frame_opening(first)
    if opening is not None and f'"{opening.path}"' in shown:
        return True
    openings = [line.strip() for line in shown[:HEAD].splitlines() if line.strip()]
    restarts = len(first) > 8 and bool(openings) and first == openings[0]
    return restarts or is_preamble(first) or is_refusal(head)
