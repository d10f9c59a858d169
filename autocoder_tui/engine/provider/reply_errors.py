"""What there is to say of a reply that does not come, or breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autocoder_tui.engine.errors import (
    ConnectionLost,
    NoText,
    ProviderError,
    StatusError,
    TimedOut,
)
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.proxy_errors import through_proxy
from autocoder_tui.engine.provider.response_body import IncomingReply
from autocoder_tui.engine.request import Limits

if TYPE_CHECKING:
    from autocoder_tui.engine.provider.transport import RedirectRefused


def longest_silence(limits: Limits) -> float:
    """Seconds without text after which no request waits any more."""
    return max(limits.keepalive_timeout, limits.first_byte_timeout, limits.idle_timeout)


def no_text_error(incoming: IncomingReply, address: Address, limits: Limits) -> NoText:
    kept = "The text so far is kept. " if incoming.has_text else ""
    return NoText(
        f"{address.model_name} at {address.url} kept the connection open but sent no text for "
        f"{longest_silence(limits):g} s (keepalive_timeout). {kept}It was not asked again, for it "
        "may still be at work: try later, or allow it more time."
    )


def first_byte_error(address: Address, limits: Limits) -> TimedOut:
    return TimedOut(
        f"{address.model_name} at {address.url} sent nothing{through_proxy(address)} within "
        f"{limits.first_byte_timeout:g} s (first_byte_timeout). Try again, or allow it more time."
    )


def silence_error(incoming: IncomingReply, address: Address, limits: Limits) -> TimedOut:
    if not incoming.has_text:
        return first_byte_error(address, limits)
    return TimedOut(
        f"{address.model_name} at {address.url} fell silent in mid-reply for "
        f"{limits.idle_timeout:g} s (idle_timeout). The text so far is kept: go on from there, or "
        "allow it more time."
    )


def lost_error(incoming: IncomingReply, address: Address) -> ConnectionLost:
    when = "in mid-reply; the text so far is kept" if incoming.has_text else "before any text"
    return ConnectionLost(f"The connection to {address.url} broke {when}. Try again.")


def redirect_error(error: RedirectRefused, address: Address) -> ProviderError:
    if error.too_many:
        message = f"{address.url} redirects again and again. Correct the base URL."
    else:
        where = address.quote(error.location.partition("?")[0])[:120]
        message = (
            f"{address.url} redirects to another place, “{where}”; the prompt and the key were "
            "not sent there. If the service is there now, make that the base URL."
        )
    return StatusError(message, status=error.status)
