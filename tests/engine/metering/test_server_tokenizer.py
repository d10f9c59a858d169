"""Servers that can count are asked, over real loopback sockets; the others are left alone."""

from __future__ import annotations

import asyncio

import pytest

from autocoder_tui.config.models_file import load_catalog
from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.events import RunStarted, UsageUpdated
from autocoder_tui.engine.metering import server_tokenizer as tokenize
from autocoder_tui.engine.metering.server_tokenizer import ServerCounts, may_be_asked
from autocoder_tui.engine.prompt import first_messages
from autocoder_tui.engine.request import InputFile, RunRequest
from autocoder_tui.engine.run import run
from tests.engine.counting import TEMPLATE_TOKENS, CountingServer, tokens_of
from tests.ui.driving import framed


def request_to(base_url: str, requirements: str = "do it", **model: object) -> RunRequest:
    return RunRequest(
        requirements,
        Model("test-model", "here", **model),  # type: ignore[arg-type]
        Endpoint(Provider("here", base_url)),
        files=(InputFile("a.py", "x = [1, 2]\n" * 50),),
    )


def true_count(request: RunRequest) -> int:
    messages = first_messages(request)
    return sum(TEMPLATE_TOKENS + len(tokens_of(message["content"])) for message in messages)


@pytest.mark.parametrize("kind", ["vLLM", "llama.cpp"])
async def test_the_whole_prompt_is_counted_with_its_template(kind: str) -> None:
    async with CountingServer(kind) as server:  # type: ignore[arg-type]
        request, counts = request_to(server.base_url), ServerCounts()
        assert counts.known(request) is None
        assert await counts.count(request) == true_count(request)
        assert counts.known(request) == true_count(request)
        questions = len(server.asked)
        assert await counts.count(request_to(server.base_url)) == true_count(request)
        assert len(server.asked) == questions
        longer = request_to(server.base_url, "do it and more")
        assert await counts.count(longer) == true_count(request) + 2
        assert all(not path.startswith("/v1") for path, _ in server.asked)
        assert not server.requests


@pytest.mark.parametrize("kind", ["old vLLM", "old llama.cpp"])
async def test_a_server_that_knows_no_messages_counts_the_text(kind: str) -> None:
    async with CountingServer(kind) as server:  # type: ignore[arg-type]
        request = request_to(server.base_url)
        counted = await ServerCounts().count(request)
        assert counted is not None
        text = sum(len(tokens_of(message["content"])) for message in first_messages(request))
        assert text < counted <= text + 12


async def test_a_model_without_system_role_is_counted_as_it_is_sent() -> None:
    async with CountingServer("vLLM") as server:
        request = request_to(server.base_url, system_role=False)
        await ServerCounts().count(request)
        assert [message["role"] for message in server.asked[-1][1]["messages"]] == ["user"]


async def test_a_server_that_cannot_count_gets_no_text_and_is_asked_once() -> None:
    async with CountingServer("none") as server:
        counts = ServerCounts()
        for requirements in ("SECRET one", "SECRET two"):
            assert await counts.count(request_to(server.base_url, requirements)) is None
        assert len(server.asked) == 1
        assert "SECRET" not in str(server.asked)


async def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenize, "ANSWER_SECONDS", 2)
    async with CountingServer("hangs") as server:
        counts = ServerCounts()
        assert await counts.count(request_to(server.base_url)) is None
        assert await counts.count(request_to(server.base_url, "other")) is None
        assert len(server.asked) == 1


async def test_a_server_that_starts_later_is_asked_then() -> None:
    counts = ServerCounts()
    async with CountingServer("vLLM") as server:
        base_url = server.base_url
    assert await counts.count(request_to(base_url)) is None
    late = CountingServer("vLLM")
    late._server = await asyncio.start_server(
        late._connected, "127.0.0.1", int(base_url.rsplit(":", 1)[1].removesuffix("/v1"))
    )
    try:
        request = request_to(base_url)
        assert await counts.count(request) == true_count(request)
    finally:
        await late.__aexit__(None, None, None)


def test_public_services_are_never_asked() -> None:
    catalog, _ = load_catalog()
    assert catalog.providers
    for provider in catalog.providers.values():
        assert not may_be_asked(provider)
    for url in ("https://openrouter.ai/api/v1", "https://eu.api.openai.com/v1", "nonsense"):
        assert not may_be_asked(Provider("x", url))
    for url in ("http://127.0.0.1:8000/v1", "http://gpu-box:8000/v1", "http://10.0.0.7/v1"):
        assert may_be_asked(Provider("x", url))
    assert may_be_asked(Provider("x", "https://llm.example.org/v1"))


async def test_a_run_goes_by_what_the_server_counted() -> None:
    async with CountingServer("vLLM", [framed("a.py", "x\n", usage=None)]) as server:
        request = request_to(server.base_url)
        counts = ServerCounts()
        counted = await counts.count(request)
        with_count = RunRequest(
            request.requirements,
            request.model,
            request.endpoint,
            request.files,
            counted_tokens=counted,
        )
        events = [event async for event in run(with_count)]
        started = events[0]
        assert isinstance(started, RunStarted)
        assert started.estimate.prompt_tokens == counted
        assert started.estimate.method == "counted by the server"
        assert started.estimate.exact
        usage = [event for event in events if isinstance(event, UsageUpdated)]
        assert usage[0].prompt_tokens == counted
