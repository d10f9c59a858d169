"""The batch API itself, asked over loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from autocoder_tui.engine.catalog import Endpoint, Model, Provider, Secret
from autocoder_tui.engine.provider.batch_lines import read_result
from autocoder_tui.engine.provider.batches import BatchApi
from tests.batch.provider.batch_server import BatchServer, End, serving


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serving(BatchServer()) as state:
        yield state


def asked(server: BatchServer) -> BatchApi:
    endpoint = Endpoint(Provider("here", server.base_url), Secret("sk-test-batch"), "a test")
    return BatchApi(endpoint, Model("gpt-test", "here", Decimal(1), Decimal(2), 100_000, 4000))


@pytest.mark.parametrize("page", [2, 100])
async def test_a_batch_is_found_by_its_label_on_any_page(server: BatchServer, page: int) -> None:
    server.page = page
    async with asked(server) as api:
        assert await api.find("label 0") is None
        file = await api.upload("requests.jsonl", b"")
        server.files[file] = json.dumps(
            {"custom_id": "a", "url": "/v1/chat/completions", "body": {"model": "gpt-test"}}
        ).encode()
        server.endings = [lambda lines: End() for _ in range(5)]
        begun = [await api.create(file, f"label {number}") for number in range(5)]
        for number, batch in enumerate(begun):
            found = await api.find(f"label {number}")
            assert found is not None
            assert found.id == batch.id
        assert await api.find("label 9") is None


async def test_an_id_is_one_part_of_the_address_whatever_it_holds(server: BatchServer) -> None:
    async with asked(server) as api:
        await api.delete_file("../batches/one?two")
    assert server.calls == ["DELETE /files/..%2Fbatches%2Fone%3Ftwo"]


@pytest.mark.parametrize("status", [300, 404, 503])
def test_a_status_without_a_body_is_a_result(status: int) -> None:
    line = {"custom_id": "a", "response": {"status_code": status, "body": None}, "error": None}
    result = read_result(json.dumps(line))
    assert result is not None
    assert result.reply.status_code == status


@pytest.mark.parametrize(
    ("error", "again"),
    [
        ({"code": "batch_expired", "message": "late"}, True),
        ({"code": "batch_expired", "type": "invalid_request_error", "message": "late"}, True),
        ({"code": "batch_cancelled", "type": "invalid_request_error"}, True),
        ({"code": "unknown_model", "type": "invalid_request_error"}, False),
        ({"code": "rate_limit_exceeded"}, True),
        ({"status": 409}, True),
        ({"status": 404}, False),
    ],
)
def test_what_nobody_answered_in_time_is_asked_again(error: dict[str, object], again: bool) -> None:
    result = read_result(json.dumps({"custom_id": "a", "response": None, "error": error}))
    assert result is not None
    assert result.worth_another_try is again
