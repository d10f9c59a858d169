"""The lines of batch files: requests out, results in, as OpenAI's API and vLLM's run-batch
read and write them.

Shapes: https://platform.openai.com/docs/guides/batch; vLLM writes the same for its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from autocoder_tui.engine.provider.batches import COMPLETIONS
from autocoder_tui.engine.provider.stored_replies import StoredReply
from autocoder_tui.values import dataclass

MOST_REQUESTS: Final = 50_000
MOST_BYTES: Final = 100 * 1024 * 1024
"""Of one file. The API takes 50,000 requests and 200 MB; a file is held in memory as it goes."""
_RETRIED: Final = (408, 409, 429)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of one request. `expired`: nobody answered it in time, so it cost nothing."""

    custom_id: str
    reply: StoredReply
    expired: bool = False

    @property
    def worth_another_try(self) -> bool:
        status = self.reply.status_code
        return self.expired or status in _RETRIED or status >= 500


def request_line(custom_id: str, body: Mapping[str, Any]) -> bytes:
    """One request, with its line end."""
    line = {"custom_id": custom_id, "method": "POST", "url": COMPLETIONS, "body": body}
    return json.dumps(line, ensure_ascii=True).encode() + b"\n"


def refusal_line(custom_id: str, said: str) -> bytes:
    """The result of a request that was refused before anybody looked at it."""
    error = {"message": said, "code": "invalid_request"}
    return json.dumps({"custom_id": custom_id, "response": None, "error": error}).encode() + b"\n"


def read_result(line: str) -> BatchResult | None:
    """The result on one line of an output or an error file; None where it is none.

    An error stands beside the response, or nested in its body, with a status that says 200.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("custom_id"), str):
        return None
    name = data["custom_id"]
    response, error = data.get("response"), data.get("error")
    if isinstance(response, dict):
        body = response.get("body")
        status = response.get("status_code")
        status = status if isinstance(status, int) and status else 200
        nested = body.get("error") if isinstance(body, dict) else None
        if isinstance(nested, dict) and nested and status < 300:
            status = _status_of(nested)
        if body or status >= 300:
            text = body if isinstance(body, str) else json.dumps(body or {})
            return BatchResult(name, StoredReply(status, text))
    if isinstance(error, str):
        error = {"message": error}
    if not isinstance(error, dict) or not error:
        error = {"message": "the result holds neither a reply nor an error", "code": "empty"}
    expired = error.get("code") in ("batch_expired", "batch_cancelled")
    reply = StoredReply(_status_of(error), json.dumps({"error": error}))
    return BatchResult(name, reply, expired)


def _status_of(error: Mapping[str, Any]) -> int:
    for name in ("status", "status_code", "code"):
        value = error.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return value
    words = f"{error.get('code')} {error.get('type')}".lower()
    if "rate_limit" in words:
        return 429
    return 400 if "invalid" in words or "context" in words or "unsupported" in words else 500
