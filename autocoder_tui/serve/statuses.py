"""Which status an answer has that failed before its first byte, and the body that says why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from autocoder_tui.engine.events import Failure
from autocoder_tui.safety.redaction import safe_line

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, TOO_LARGE, TOO_MANY, FAILED, TIMED_OUT = (
    400,
    401,
    403,
    413,
    429,
    500,
    504,
)
DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    BAD_REQUEST: {"description": "The payload is not as it has to be; the body says where."},
    UNAUTHORIZED: {"description": "A token is missing, or the key for the model is not taken."},
    FORBIDDEN: {"description": "Asked by another name than the server's, or from another page."},
    TOO_LARGE: {"description": "The payload, or the prompt for the model, is too large."},
    TOO_MANY: {"description": "Too many requests; Retry-After says when to ask again."},
    FAILED: {"description": "The model gave no answer."},
    TIMED_OUT: {"description": "The model did not answer in time."},
}
"""For the description of the API."""

_BY_KIND: Final[Mapping[str, int]] = {
    "unknown_model": BAD_REQUEST,
    "request": BAD_REQUEST,
    "model_not_found": BAD_REQUEST,
    "bad_request": BAD_REQUEST,
    "input_too_large": TOO_LARGE,
    "context_exceeded": TOO_LARGE,
    "key_rejected": UNAUTHORIZED,
    "rate_limited": TOO_MANY,
    "timed_out": TIMED_OUT,
    "no_text": TIMED_OUT,
    "run_timed_out": TIMED_OUT,
}


def status_of(failure: Failure) -> int:
    """The status that says of a failure whose turn it is to do something."""
    return _BY_KIND.get(failure.kind, FAILED)


def error_body(kind: str, message: str) -> bytes:
    """An error as JSON; nothing in it is a key or acts on a terminal."""
    return json.dumps({"error": {"kind": kind, "message": safe_line(message)}}).encode()
