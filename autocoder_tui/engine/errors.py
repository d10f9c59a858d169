"""Everything that can end a run, as a tree.

    AutocoderError
    └── EngineError
        ├── RequestError                 found before anything was sent
        │   ├── UnknownModel             not in the catalog; says the nearest
        │   └── InputTooLarge            does not fit the context window; says what weighs most
        ├── ProviderError                one request went wrong
        │   ├── ConnectFailed            refused, unreachable            (retried)
        │   ├── NameNotFound             DNS
        │   ├── TlsFailed                certificate or handshake
        │   ├── ProxyUnusable            named, but not to be used; or it wants a password
        │   ├── ConnectionLost           broke before or within the reply  (retried / resumed)
        │   ├── TimedOut                 connect, first byte or idle     (retried / resumed)
        │   │   └── NoText               signs of life, but no text for too long
        │   ├── StatusError              an HTTP status that is not 200
        │   │   ├── BadRequest           400, 413, 422, 451
        │   │   │   └── PrefillRefused   it will not continue our assistant message
        │   │   ├── ContextExceeded      the server says the prompt is too long
        │   │   ├── KeyRejected          401, 403
        │   │   ├── PaymentRequired      402, insufficient_quota
        │   │   ├── ModelNotFound        404
        │   │   ├── RateLimited          429                             (retried)
        │   │   └── ServerFailed         408, 409, 5xx                   (retried)
        │   ├── StreamError              an error object inside the stream (retried / resumed)
        │   ├── ToolsCalled              the model calls a tool instead of writing
        │   ├── NotAReply                HTML, nothing, no choices
        │   └── OutputTooLarge           past the cap on what one reply may send
        └── RunError                     the run as a whole
            ├── ContentFiltered          the provider's filter stopped the text
            ├── Refused                  the model says that it will not
            ├── EmptyReply               nothing that could be a file came
            ├── NoProgress               continuations that add nothing
            ├── RepeatsItself            the same lines again and again, inside a file
            ├── ContextFull              prompt and reply so far fill the context window
            ├── RunTimedOut              `total_timeout`
            └── LimitReached             a limit the user set
                ├── TooManyParts         cut off again at the last allowed part
                └── SpendingCapReached   the next request could cost more than allowed

A retried error reaches the user only when the attempts are used up.
"""

from __future__ import annotations

from autocoder_tui.errors import AutocoderError


class EngineError(AutocoderError):
    kind = "engine"


class RequestError(EngineError):
    kind = "request"


class UnknownModel(RequestError):
    kind = "unknown_model"


class InputTooLarge(RequestError):
    kind = "input_too_large"


class ProviderError(EngineError):
    """One request failed.

    `retryable`: whether the same request may succeed a moment later.
    `retry_after`: seconds the server asked to wait, or None.
    """

    kind = "provider"
    retryable = False

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConnectFailed(ProviderError):
    kind = "connect_failed"
    retryable = True


class NameNotFound(ProviderError):
    kind = "name_not_found"


class TlsFailed(ProviderError):
    kind = "tls_failed"


class ProxyUnusable(ProviderError):
    kind = "proxy_unusable"


class ConnectionLost(ProviderError):
    kind = "connection_lost"
    retryable = True


class TimedOut(ProviderError):
    kind = "timed_out"
    retryable = True


class NoText(TimedOut):
    """The server was at work all the time: to ask again is to pay again, and wait again."""

    retryable = False


class StatusError(ProviderError):
    """An HTTP status other than 200. `status` is that number."""

    kind = "status"

    def __init__(self, message: str, *, status: int, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status


class BadRequest(StatusError):
    kind = "bad_request"


class PrefillRefused(BadRequest):
    """The provider does not continue an assistant message the way it was asked to."""

    kind = "prefill_refused"


class ContextExceeded(StatusError):
    kind = "context_exceeded"


class KeyRejected(StatusError):
    kind = "key_rejected"


class PaymentRequired(StatusError):
    kind = "payment_required"


class ModelNotFound(StatusError):
    kind = "model_not_found"


class RateLimited(StatusError):
    kind = "rate_limited"
    retryable = True


class ServerFailed(StatusError):
    kind = "server_failed"
    retryable = True


class StreamError(ProviderError):
    kind = "stream_error"
    retryable = True


class FilterStopped(ProviderError):
    """A content filter, told as an error and not as the end of the reply."""

    kind = "content_filtered"


class ToolsCalled(ProviderError):
    kind = "tools_called"


class NotAReply(ProviderError):
    kind = "not_a_reply"


class OutputTooLarge(ProviderError):
    kind = "output_too_large"


class RunError(EngineError):
    kind = "run"


class ContentFiltered(RunError):
    kind = "content_filtered"


class Refused(RunError):
    kind = "refused"


class EmptyReply(RunError):
    kind = "empty_reply"


class NoProgress(RunError):
    """`confirmed`: the model was told that something is missing, and said that nothing is."""

    kind = "no_progress"

    def __init__(self, message: str, *, confirmed: bool = False) -> None:
        super().__init__(message)
        self.confirmed = confirmed


class RepeatsItself(RunError):
    kind = "repeats_itself"


class ContextFull(RunError):
    kind = "context_full"


class RunTimedOut(RunError):
    kind = "run_timed_out"


class LimitReached(RunError):
    """`cap` names the limit; `spent` and `limit` are ready to show, with their units."""

    kind = "limit_reached"
    cap = "limit"

    def __init__(self, message: str, *, spent: str, limit: str) -> None:
        super().__init__(message)
        self.spent = spent
        self.limit = limit


class TooManyParts(LimitReached):
    kind = "too_many_parts"
    cap = "parts"


class SpendingCapReached(LimitReached):
    kind = "spending_cap"
    cap = "cost"
