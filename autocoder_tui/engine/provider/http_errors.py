"""HTTP statuses and error objects -> engine.errors, in plain sentences."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping

from autocoder_tui.engine.errors import (
    BadRequest,
    ContextExceeded,
    KeyRejected,
    ModelNotFound,
    PaymentRequired,
    ProviderError,
    RateLimited,
    ServerFailed,
    StatusError,
    StreamError,
)
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.chunks import load_object
from autocoder_tui.engine.provider.proxy_errors import (
    named_proxy,
    proxy_login_error,
)
from autocoder_tui.engine.provider.server_errors import (
    ServerError,
    filter_stopped,
    is_filtered,
    read_error,
)
from autocoder_tui.engine.provider.wrong_scheme import says_tls
from autocoder_tui.engine.retry import duration

_CONTEXT_WORDS = re.compile(
    r"context[ _](?:length|window|size)|prompt is too long|max_new_tokens` must be"
    r"|context the overflows|input is too long"
    r"|exceeds? the (?:maximum|available) (?:context|number)",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:context (?:length|window|size)(?: of)?(?: only)?(?: is)?|must be <=|maximum(?: of)?|>)"
    r"\s*\(?(\d[\d,]*)",
    re.IGNORECASE,
)
_ASKED = (
    re.compile(r"you requested (?:about )?(\d[\d,]*) tokens", re.IGNORECASE),
    re.compile(r"resulted in (\d[\d,]*) tokens", re.IGNORECASE),
    re.compile(r"prompt is too long:? (\d[\d,]*)", re.IGNORECASE),
    re.compile(r"the first (\d[\d,]*) tokens", re.IGNORECASE),
    re.compile(r"request \((\d[\d,]*) tokens\)", re.IGNORECASE),
)
# vLLM and text-generation-inference name input and output apart.
_OUTPUT = re.compile(
    r"too large: (\d[\d,]*)|and (\d[\d,]*) `max_new_tokens`|> \d+ - \d+\)", re.IGNORECASE
)
_INPUT = re.compile(r"(?:has|contains?(?: at least)?|Given:) (\d[\d,]*) `?input", re.IGNORECASE)
_MODEL_MISSING = re.compile(r"model.{0,120}(?:not found|does not exist|not exist|unknown)", re.I)
_HTML_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,1000})</title>", re.IGNORECASE)
_MAX_HTML = 4_000
"""By OpenSSL's X509_V_ERR numbers; `_TRUST` for all others."""
_BILLING = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_CODE_STATUS = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "invalid_request_error": 400,
    "server_error": 500,
    "internal_server_error": 500,
    "overloaded_error": 529,
    "service_unavailable": 503,
}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks to wait, however absurd; None if it does not say, or says what is
    no time to wait (`unreadable_wait`).

    Understands `retry-after-ms`, and `retry-after` in seconds or as an HTTP date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def unreadable_wait(headers: Mapping[str, str]) -> str:
    """The `retry-after` or `retry-after-ms` that is no time to wait, "" if there is none."""
    if retry_after(headers) is not None:
        return ""
    return headers.get("retry-after") or headers.get("retry-after-ms") or ""


def read_error_body(body: str) -> ServerError:
    """What the body of an error status says: JSON of any known shape, HTML, or plain text."""
    text = body.strip()
    data = load_object(text[1:-1] if text.startswith("[") else text)
    if data is not None:
        error = read_error(data)
        if error is not None:
            return error
        message = data.get("message")
        return ServerError(message if isinstance(message, str) else text)
    if text.startswith("<"):
        title = _HTML_TITLE.search(text[:_MAX_HTML])
        return ServerError(
            f"a web page titled “{title.group(1).strip()}”" if title else "a web page"
        )
    return ServerError(text)


def status_error(
    status: int,
    error: ServerError,
    address: Address,
    wait: float | None = None,
    odd_wait: str = "",
) -> ProviderError:
    """The error for an HTTP status (or the same status inside a stream).

    `wait`: seconds the server asks to wait; `odd_wait`: what it said instead of a time.
    """
    proxy = named_proxy(address) if status == 407 else None
    if proxy is not None:
        return StatusError(
            proxy_login_error(f"The {proxy.kind} in {proxy.variable}", proxy.variable).message,
            status=status,
        )
    asks = _wait_words(wait, address.quote(odd_wait)[:40])
    place = f"{address.model_name} at {address.url}"
    quote = address.quote(error.message)
    said = f" It said: “{quote}”" if quote else ""
    if is_context_exceeded(status, error):
        return ContextExceeded(_context_message(error, place, quote), status=status)
    if status in (400, 403, 422) and is_filtered(error):
        return filter_stopped(error, address)
    if status == 402 or error.code in _BILLING or error.type in _BILLING:
        return PaymentRequired(
            f"{place} will not go on without payment ({status}, billing) for {address.key}. "
            f"Add credit or check the plan of that account.{said}",
            status=status,
        )
    if status in (401, 403):
        return KeyRejected(_key_message(status, address) + said, status=status)
    if status == 404:
        return ModelNotFound(_missing_message(error, address) + said, status=status)
    if status == 429:
        return RateLimited(
            f"{place} is limiting requests (429){asks}; wait, or choose another model.{said}",
            status=status,
            retry_after=wait,
        )
    if status in (408, 409) or status >= 500:
        return ServerFailed(
            f"{place} failed on its side ({status}){asks}; try again later or choose another "
            f"model.{said}",
            status=status,
            retry_after=wait,
        )
    if 300 <= status < 400:
        return StatusError(
            f"{address.url} redirects ({status}) without saying where; correct the base URL.",
            status=status,
        )
    advice = _refused_advice(status, quote, address.endpoint.provider.base_url)
    return BadRequest(
        f"{place} refused the request ({status}){_used(address)}; {advice}{said}",
        status=status,
    )


def _refused_advice(status: int, said: str, base_url: str) -> str:
    if says_tls(said) and not base_url.startswith("https:"):
        return "the server speaks TLS: write https:// in the base URL."
    if status == 413:
        return "it is too large for this server: pick fewer or smaller files."
    if status == 451:
        return "the service is not allowed where you are: choose another provider."
    return "change the model or its settings."


def _key_message(status: int, address: Address) -> str:
    variable = address.endpoint.provider.key_variable
    if address.endpoint.key is None:
        return (
            f"{address.url} wants a key ({status}) for {address.model_name} and none was sent. "
            f"Set {variable} in the environment, or in a .env file in the project."
        )
    may = "does not accept" if status == 401 else "does not allow this with"
    return (
        f"{address.url} {may} {address.key} ({status}) for {address.model_name}. "
        f"Check that it is a valid key of this provider ({variable})."
    )


def _missing_message(error: ServerError, address: Address) -> str:
    if error.code == "model_not_found" or _MODEL_MISSING.search(error.message):
        return (
            f"{address.url} does not know the model {address.model_name} (404); choose one it "
            f"has{_used(address)}."
        )
    return (
        f"{address.url} does not know the model {address.model_name}, or there is no "
        "chat/completions there (404); check the model's name and the base URL, which often "
        f"ends in /v1{_used(address)}."
    )


def _used(address: Address) -> str:
    return "" if address.endpoint.key is None else f" (sent with {address.key})"


def _wait_words(wait: float | None, odd: str) -> str:
    if wait is not None:
        return f" and asks to wait {duration(wait)}"
    return f" and asks to wait “{odd}”, which is no time" if odd else ""


def is_context_exceeded(status: int, error: ServerError) -> bool:
    """Whether the server says that prompt and reply do not fit the model's context window."""
    if error.code == "context_length_exceeded" or error.type == "exceed_context_size_error":
        return True
    return status in (400, 413, 422, 500) and bool(_CONTEXT_WORDS.search(error.message))


def _context_message(error: ServerError, place: str, quote: str) -> str:
    asked, room = _context_numbers(error)
    advice = "Drop input files or ask for less output, or choose a model with a larger window."
    if asked is not None and room is not None and asked > room:
        return (
            f"The request does not fit the context window of {place}: {asked:,} tokens where "
            f"there is room for {room:,}, {asked - room:,} too many. {advice}"
        )
    said = f" It said: “{quote}”" if quote else ""
    return f"The request does not fit the context window of {place}. {advice}{said}"


def _context_numbers(error: ServerError) -> tuple[int | None, int | None]:
    if error.numbers is not None:
        return error.numbers
    text = error.message
    limit = _LIMIT.search(text)
    room = _int(limit.group(1)) if limit else None
    given, wanted = _INPUT.search(text), _OUTPUT.search(text)
    if given:
        output = next((group for group in wanted.groups() if group), "0") if wanted else "0"
        return _int(given.group(1)) + _int(output), room
    for pattern in _ASKED:
        found = pattern.search(text)
        if found:
            return _int(found.group(1)), room
    return None, room


def _int(digits: str) -> int:
    return int(digits.replace(",", "")[:12])


def stream_error(error: ServerError, address: Address, *, after_text: bool) -> ProviderError:
    """The error for an error object inside the stream, or for one sent with status 200.

    Before any text it is what the same status would have been; after text a StreamError, so
    that the reply can be resumed. A content filter stays what it is.
    """
    if is_filtered(error):
        return filter_stopped(error, address)
    status = error.status or _CODE_STATUS.get(error.code) or _CODE_STATUS.get(error.type)
    if status is None and (error.code in _BILLING or error.type in _BILLING):
        status = 429
    if status is None and is_context_exceeded(400, error):
        status = 400
    if status is not None and not after_text:
        return status_error(status, error, address)
    quote = address.quote(error.message or error.code or error.type)
    return StreamError(
        f"{address.model_name} at {address.url} reported an error inside its reply"
        f"{f': “{quote}”' if quote else ''}. Try again or choose another model."
    )
