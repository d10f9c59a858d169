"""What endpoints list, against real loopback sockets: good, odd, and wrong in every known way."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from autocoder_tui.engine.catalog import Endpoint, Provider, Secret
from autocoder_tui.engine.errors import ProviderError
from autocoder_tui.engine.provider.model_list import (
    ListedModel,
    ServedWindow,
    list_models,
    served_window,
)
from tests.engine.provider.test_failures import unsigned  # noqa: F401 - a fixture

CANARY = "sk-canary-0123456789"


@asynccontextmanager
async def answering(
    answers: Mapping[str, tuple[int, str]],
) -> AsyncIterator[tuple[Endpoint, list[str]]]:
    """A server that answers paths as told, and 404 elsewhere; with the requests it got."""
    got: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        got.append(head)
        status, body = answers.get(head.split(" ")[1], (404, '{"error": "nothing here"}'))
        data = body.encode()
        writer.write(
            f"HTTP/1.1 {status} x\r\ncontent-length: {len(data)}\r\n"
            "location: http://127.0.0.1:1/v1/models\r\nconnection: close\r\n\r\n".encode()
            + data
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield (
            Endpoint(Provider("here", f"http://127.0.0.1:{port}/v1"), Secret(CANARY), "a test"),
            got,
        )


def data(*entries: object) -> str:
    return json.dumps({"object": "list", "data": entries})


async def test_sizes_and_prices_in_the_fields_of_several_servers() -> None:
    body = data(
        {
            "id": "open/router",
            "context_length": 131072,
            "pricing": {"prompt": "0.0000002", "completion": "0.0000008"},
            "top_provider": {"max_completion_tokens": 8192},
        },
        {"id": "vllm", "max_model_len": 32768},
        {"id": "lmstudio", "max_context_length": 9000, "loaded_context_length": 4096},
        {"id": "together", "context_length": 8192, "pricing": {"input": 0.18, "output": 0.59}},
        {"id": "half", "pricing": {"prompt": "0.000001"}},
        {"id": "auto", "pricing": {"prompt": "-1", "completion": "nan"}},
        {"id": "odd", "context_length": "many", "pricing": 7, "top_provider": None},
        {"id": "\x1b]52;c;eA==\x07"},
        {"id": ""},
        "nonsense",
    )
    async with answering({"/v1/models": (200, body)}) as (endpoint, got):
        found = await list_models(endpoint)
    assert found == (
        ListedModel("open/router", 131072, 8192, Decimal("0.2"), Decimal("0.8")),
        ListedModel("vllm", 32768),
        ListedModel("lmstudio", 4096),
        ListedModel("together", 8192, None, Decimal("0.18"), Decimal("0.59")),
        ListedModel("half", None, None, Decimal("1")),
        ListedModel("auto"),
        ListedModel("odd"),
    )
    assert f"authorization: Bearer {CANARY}".lower() in got[0].lower()


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, '{"error": {"message": "bad key sk-canary-0123456789"}}', "key_rejected", "401"),
        (404, "nothing", "status", "no list of models"),
        (500, "oops", "server_failed", "500"),
        (200, "<html><title>hi</title></html>", "not_a_reply", "a web page"),
        (200, "hello", "not_a_reply", "not JSON"),
        (200, '{"hello": 1}', "not_a_reply", "not with a list"),
        (302, "", "status", "redirects"),
    ],
)
async def test_what_is_wrong_is_said(status: int, body: str, kind: str, words: str) -> None:
    async with answering({"/v1/models": (status, body)}) as (endpoint, _):
        with pytest.raises(ProviderError) as caught:
            await list_models(endpoint)
    assert caught.value.kind == kind
    assert words in caught.value.message
    assert CANARY not in caught.value.message


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://127.0.0.1:1/v1", "connect_failed"),
        ("http://no-such-host.invalid/v1", "name_not_found"),
    ],
)
async def test_a_server_that_is_not_there(url: str, kind: str) -> None:
    with pytest.raises(ProviderError) as caught:
        await list_models(Endpoint(Provider("x", url)))
    assert caught.value.kind == kind


async def test_plain_http_where_tls_was_expected_is_named() -> None:
    async with answering({}) as (endpoint, _):
        url = endpoint.provider.base_url.replace("http:", "https:")
        with pytest.raises(ProviderError) as caught:
            await list_models(Endpoint(Provider("x", url)))
    assert caught.value.kind == "tls_failed"


@pytest.mark.parametrize(
    ("answers", "window"),
    [
        ({"/props": (200, '{"default_generation_settings": {"n_ctx": 4096}}')}, 4096),
        ({"/v1/models": (200, data({"id": "m", "max_model_len": 16384}))}, 16384),
        (
            {
                "/api/ps": (200, '{"models": [{"name": "m", "context_length": 8192}]}'),
                "/api/show": (200, '{"model_info": {"x.context_length": 131072}}'),
            },
            8192,
        ),
        ({"/api/ps": (200, '{"models": [{"model": "m:latest", "context_length": 8192}]}')}, 8192),
        ({"/api/show": (200, json.dumps({"parameters": "stop x\nnum_ctx 2048"}))}, 2048),
        ({"/api/show": (200, '{"model_info": {"x.context_length": 131072}}')}, None),
        ({"/v1/models": (200, data({"id": "m"}))}, None),
        ({"/props": (200, "[]"), "/api/ps": (500, "")}, None),
    ],
)
async def test_the_window_a_local_server_gives(
    answers: Mapping[str, tuple[int, str]], window: int | None
) -> None:
    async with answering(answers) as (endpoint, _):
        assert (await served_window(endpoint, "m")).tokens == window


async def test_what_ollama_leaves_open_is_told_apart_from_what_the_model_could_take() -> None:
    shown = {"/api/show": (200, '{"model_info": {"qwen2.context_length": 131072}}')}
    async with answering(shown) as (endpoint, _):
        assert await served_window(endpoint, "m") == ServedWindow(None, 131072, cuts=True)
    async with answering({}) as (endpoint, _):
        assert await served_window(endpoint, "m") == ServedWindow()


async def test_a_certificate_nobody_signed_is_named(unsigned: ssl.SSLContext) -> None:  # noqa: F811
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=unsigned)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderError) as caught:
            await list_models(Endpoint(Provider("x", f"https://127.0.0.1:{port}/v1")))
    assert caught.value.kind == "tls_failed"
    assert "certificate" in caught.value.message


async def test_the_price_of_prompts_alone_is_per_token() -> None:
    body = data({"id": "m", "pricing": {"prompt": "0.000002"}})
    async with answering({"/v1/models": (200, body)}) as (endpoint, _):
        (listed,) = await list_models(endpoint)
    assert listed == ListedModel("m", None, None, Decimal(2), None, None)


async def test_the_window_in_the_meta_data_counts_where_no_other_is_named() -> None:
    meta = {"meta": {"n_ctx": 4096}}
    body = data({"id": "m", **meta}, {"id": "n", "context_length": 8192, **meta})
    async with answering({"/v1/models": (200, body)}) as (endpoint, _):
        assert list(await list_models(endpoint)) == [
            ListedModel("m", 4096, None, None, None, None),
            ListedModel("n", 8192, None, None, None, None),
        ]
