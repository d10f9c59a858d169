"""Error statuses: each becomes one error that says what to do, however the server words it."""

from __future__ import annotations

import json
import time
from email.utils import formatdate

import pytest

from autocoder_tui.demo.script import Reply, error_reply
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine import errors
from autocoder_tui.engine.catalog import Endpoint, Provider
from autocoder_tui.engine.provider.http_errors import retry_after
from autocoder_tui.engine.retry import duration
from tests.engine.conversation import CANARY, ask, check, converse

STATUSES = [
    (400, errors.BadRequest, False),
    (401, errors.KeyRejected, False),
    (402, errors.PaymentRequired, False),
    (403, errors.KeyRejected, False),
    (404, errors.ModelNotFound, False),
    (408, errors.ServerFailed, True),
    (409, errors.ServerFailed, True),
    (413, errors.BadRequest, False),
    (418, errors.BadRequest, False),
    (422, errors.BadRequest, False),
    (429, errors.RateLimited, True),
    (451, errors.BadRequest, False),
    (500, errors.ServerFailed, True),
    (502, errors.ServerFailed, True),
    (503, errors.ServerFailed, True),
    (504, errors.ServerFailed, True),
    (520, errors.ServerFailed, True),
    (529, errors.ServerFailed, True),
]


@pytest.mark.parametrize(("status", "kind", "retryable"), STATUSES)
@pytest.mark.parametrize("shape", ["object", "html", "empty", "hostile"])
async def test_an_error_status_in_every_shape_of_body(
    status: int, kind: type[errors.StatusError], retryable: bool, shape: str
) -> None:
    hostile = f"\x1b]52;c;AAAA\x07 \u202e {CANARY} sk-can***cdef " + "very long " * 50_000
    reply = {
        "object": error_reply(status, "because of this", type="some_error"),
        "html": Reply(status=status, body="<html><title>Bad gate\nway</title>" + "x" * 99_999),
        "empty": Reply(status=status, body=""),
        "hostile": error_reply(status, hostile),
    }[shape]
    outcome = await converse([reply])
    error = check(outcome, kind, f"{status}", "127.0.0.1")
    assert isinstance(error, errors.StatusError)
    assert (error.status, error.retryable) == (status, retryable)
    assert "some-model" in error.message or kind is errors.PaymentRequired
    if shape == "object":
        assert "because of this" in error.message
    if kind is errors.KeyRejected:
        assert "TEST_API_KEY" in error.message
    assert outcome.server is not None
    assert len(outcome.server.requests) == 1


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached"])
async def test_used_up_credit_is_not_a_rate_limit(code: str) -> None:
    error = check(
        await converse([error_reply(429, "You exceeded your current quota", code=code)]),
        errors.PaymentRequired,
        "billing",
    )
    assert not getattr(error, "retryable", True)


async def test_a_missing_key_is_said() -> None:
    async with DemoServer([error_reply(401, "no key")]) as server:
        outcome = await ask(Endpoint(Provider("test", server.base_url, "THE_API_KEY")))
    check(outcome, errors.KeyRejected, "none was sent", "THE_API_KEY")


CONTEXT = [
    (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in "
        "10000 tokens. Please reduce the length of the messages.",
        {"code": "context_length_exceeded", "type": "invalid_request_error"},
        "1,808 too many",
    ),
    (
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens "
        "(4000 in the messages, 1000 in the completion).",
        {"type": "BadRequestError", "code": 400},
        "904 too many",
    ),
    (
        "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context "
        "length is 4096 tokens and your request has 3000 input tokens (2000 > 4096 - 3000).",
        {"type": "BadRequestError", "code": 400},
        "904 too many",
    ),
    (
        "the request exceeds the available context size, try increasing it",
        {"type": "exceed_context_size_error", "n_prompt_tokens": 5000, "n_ctx": 4096},
        "904 too many",
    ),
    (
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and "
        "1000 `max_new_tokens`",
        {},
        "904 too many",
    ),
    ("prompt is too long: 210000 tokens > 200000 maximum", {}, "10,000 too many"),
    ("Your input exceeds the maximum context window.", {}, "does not fit"),
]


@pytest.mark.parametrize(("message", "fields", "words"), CONTEXT)
async def test_a_prompt_that_is_too_long(
    message: str, fields: dict[str, object], words: str
) -> None:
    outcome = await converse([error_reply(400, message, **fields)], max_output_tokens=2000)
    check(outcome, errors.ContextExceeded, words, "Drop input files")
    assert outcome.server is not None
    assert len(outcome.server.requests) == 1


async def test_vllm_puts_the_error_at_the_top_level() -> None:
    body = {"object": "error", "message": CONTEXT[1][0], "type": "BadRequestError", "code": 400}
    outcome = await converse([Reply(status=400, body=json.dumps(body))])
    check(outcome, errors.ContextExceeded, "904 too many")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "86400000"}, 86_400_000),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": formatdate(0, usegmt=True)}, 0),
        ({}, None),
    ],
)
async def test_how_long_the_server_asks_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    outcome = await converse([error_reply(429, "slow down", headers=headers)])
    assert isinstance(outcome.error, errors.RateLimited)
    assert outcome.error.retry_after == seconds
    said = headers.get("retry-after", "")
    if seconds is not None:
        assert f"asks to wait {duration(seconds)};" in outcome.error.message
    elif said:
        assert f"asks to wait “{said}”, which is no time;" in outcome.error.message
    else:
        assert "asks to wait" not in outcome.error.message


def test_a_date_to_wait_for_is_seconds_from_now() -> None:
    wait = retry_after({"retry-after": formatdate(time.time() + 90, usegmt=True)})
    assert wait is not None
    assert 85 < wait <= 90


@pytest.mark.parametrize(
    ("status", "words"), [(401, "does not accept"), (403, "does not allow this with")]
)
async def test_what_is_wrong_with_a_key_is_told_apart(status: int, words: str) -> None:
    outcome = await converse([error_reply(status, "no")])
    check(outcome, errors.KeyRejected, words)


async def test_a_long_message_of_a_server_is_cut_with_a_mark() -> None:
    said = "".join(f"{number:03} " for number in range(100))
    outcome = await converse([error_reply(400, said)])
    assert outcome.error is not None
    assert f"“{said[:299]}…”" in outcome.error.message
