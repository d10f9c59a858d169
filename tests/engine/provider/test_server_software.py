"""What a server is, by its own marks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from autocoder_tui.engine.catalog import Endpoint, Provider
from autocoder_tui.engine.provider.server_software import (
    PREFILL_BY_SOFTWARE,
    ask_software,
    hosted_prefill,
    software_in_headers,
)


@asynccontextmanager
async def answering(pages: Mapping[str, object]) -> AsyncIterator[str]:
    """A server with these JSON pages and nothing else; its root URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        page = pages.get(head.split(" ")[1])
        status, body = ("404 Not Found", b"{}") if page is None else ("200 OK", b"")
        body = body or json.dumps(page).encode()
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def owned(owner: str) -> dict[str, object]:
    return {"/v1/models": {"object": "list", "data": [{"id": "m", "owned_by": owner}]}}


@pytest.mark.parametrize(
    ("pages", "software"),
    [
        (owned("llamacpp"), "llama.cpp"),
        (owned("vllm"), "vLLM"),
        (owned("library"), "Ollama"),
        (owned("organization_owner"), "LM Studio"),
        (owned("sglang"), "SGLang"),
        (owned("lmdeploy"), "lmdeploy"),
        (owned("pygmalionai"), "Aphrodite"),
        ({**owned("me"), "/props": {"default_generation_settings": {"n_ctx": 4096}}}, "llama.cpp"),
        ({"/api/version": {"version": "0.12.3"}}, "Ollama"),
        ({"/version": {"version": "0.11.0"}}, "vLLM"),
        ({"/get_model_info": {"model_path": "x", "is_generation": True}}, "SGLang"),
        ({"/info": {"model_id": "x", "router": "text-generation-router"}}, "TGI"),
        ({"/api/v0/models": {"data": [{"id": "m", "compatibility_type": "gguf"}]}}, "LM Studio"),
        (owned("someone"), ""),
        ({"/v1/models": ["?"], "/props": [], "/version": {"version": 3}}, ""),
        ({}, ""),
    ],
)
async def test_a_server_is_known_by_its_marks_on_any_port(
    pages: Mapping[str, object], software: str
) -> None:
    async with answering(pages) as root:
        endpoint = Endpoint(Provider("test", f"{root}/v1"))
        assert await ask_software(endpoint, "m") == software


async def test_nobody_there_is_nothing_known() -> None:
    async with answering({}) as root:
        pass
    assert await ask_software(Endpoint(Provider("test", f"{root}/v1")), "m") == ""


@pytest.mark.parametrize(
    ("header", "software"),
    [("llama.cpp", "llama.cpp"), ("LLAMA.CPP/b6000", "llama.cpp"), ("nginx", None), ("", None)],
)
def test_any_answer_may_name_the_server(header: str, software: str | None) -> None:
    assert software_in_headers({"server": header}) == software


def test_services_are_known_by_their_host_and_by_no_look_alike() -> None:
    assert hosted_prefill("https://api.deepseek.com/v1") == "deepseek"
    assert hosted_prefill("https://api.groq.com/openai/v1") == "trailing"
    assert hosted_prefill("https://api.openai.com/v1") == "none"
    assert hosted_prefill("https://notgroq.com/v1") is None
    assert hosted_prefill("http://127.0.0.1:8080/v1") is None
    assert set(PREFILL_BY_SOFTWARE.values()) == {"trailing", "vllm"}
