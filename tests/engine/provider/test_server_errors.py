"""What an error object says, in the shapes servers use."""

from __future__ import annotations

from typing import Any

import pytest

from autocoder_tui.engine.provider.http_errors import read_error_body
from autocoder_tui.engine.provider.server_errors import read_error


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        ({"message": "x", "code": 429}, "429", 429),
        ({"message": "x", "code": "429"}, "429", 429),
        ({"message": "x", "status": 503}, "", 503),
        # A word says what it is, and the number stands beside it.
        ({"message": "x", "code": "rate_limited", "status": 429}, "rate_limited", 429),
        ({"message": "x", "code": 429, "status": 500}, "429", 429),
        ({"message": "x", "code": 7, "status": "503"}, "7", 503),
        ({"message": "x", "code": True, "status": 503}, "True", 503),
        ({"message": "x", "code": 399, "status": 600}, "399", None),
        ({"message": "x", "code": 400}, "400", 400),
        ({"message": "x", "code": 599}, "599", 599),
        ({"message": "x", "status": "too many"}, "", None),
        ({"message": "x", "status": True}, "", None),
    ],
)
def test_the_status_stands_in_the_code_or_beside_it(
    error: dict[str, Any], code: str, status: int | None
) -> None:
    read = read_error({"error": error})
    assert read is not None
    assert (read.message, read.code, read.status) == ("x", code, status)


def test_a_bare_text_has_its_status_beside_it() -> None:
    for name in ("code", "status"):
        read = read_error({"error": "overloaded", name: 529})
        assert read is not None
        assert (read.message, read.status) == ("overloaded", 529)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"errors": [None, {"message": "second"}]}, "second"),
        ({"object": "error", "message": "vllm"}, "vllm"),
        ({"type": "error", "message": "anthropic"}, "anthropic"),
        ({"error": True, "message": "flagged"}, "flagged"),
        ({"base_resp": {"status_code": 1004, "status_msg": "minimax"}}, "minimax"),
        ({"message": "plain", "code": 1}, "plain"),
        ({"message": "plain", "status": 500}, "plain"),
        ({"detail": "no such model"}, "no such model"),
        ({"detail": [{"loc": ["body", "n"], "msg": "too large"}]}, "n: too large"),
        ({"choices": [{}], "detail": "a note"}, None),
        ({"base_resp": {"status_code": 0}}, None),
        ({"message": "no error"}, None),
        ({"error": {}, "detail": ""}, None),
    ],
)
def test_an_error_is_found_where_a_server_puts_it(
    data: dict[str, Any], message: str | None
) -> None:
    read = read_error(data)
    assert (None if read is None else read.message) == message


def test_an_error_in_a_list_is_read_like_one_by_itself() -> None:
    assert read_error_body('[{"error": {"message": "no such model"}}]').message == "no such model"
