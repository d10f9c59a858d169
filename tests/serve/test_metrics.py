"""The figures at /metrics."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.serve.exchange import Exchange
from autocoder_tui.serve.metrics import Metrics
from tests.serve.served import Served, serving
from tests.serve.terminal.test_routes import enter
from tests.serve.terminal.test_routes import socket_of as terminal_of
from tests.serve.test_generate_code import ANSWER, until
from tests.serve.test_process import ask as ask_process
from tests.serve.test_process import process
from tests.serve.test_protection import TOKEN
from tests.serve.test_socket import ask, socket_of
from tests.watched_server import WatchedServer

Figures = dict[tuple[str, frozenset[str]], float]
CODE = "/generate-code/"


def figures_of(text: str) -> Figures:
    """Each sample by its name and the values of its labels."""
    return {
        (
            sample.name.removeprefix("autocoder_tui_"),
            frozenset(sample.labels.values()),
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def figures(served: Served) -> Figures:
    answer = await served.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return figures_of(answer.text)


def at(found: Figures, name: str, *labels: str) -> float:
    return found.get((name, frozenset(labels)), 0.0)


async def test_they_are_not_there_unless_they_are_asked_for(tmp_path: Path) -> None:
    async with serving([], tmp_path) as served:
        assert (await served.client.get("/metrics")).status_code == 404


async def test_they_ask_for_the_token_where_there_is_one(tmp_path: Path) -> None:
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": TOKEN}
    async with serving([], tmp_path, "--metrics", environ=environ) as served:
        assert (await served.client.get("/metrics")).status_code == 401
        bearer = {"authorization": f"Bearer {TOKEN}"}
        assert (await served.client.get("/metrics", headers=bearer)).status_code == 200


async def test_requests_tokens_times_and_failures_are_counted(tmp_path: Path) -> None:
    def answer(received: Received) -> Reply:
        said = str(received.messages)
        return error_reply(500, "canary") if "fails" in said else Reply(ANSWER)

    flags = ("--metrics", "--rate", "5/minute", "--max-attempts", "1")
    async with serving(answer, tmp_path, *flags) as served:
        for prompt, model in (("one", None), ("two", "gpt-4o-mini"), ("fails", "made-up-canary")):
            await served.client.post(CODE, json={"prompt": prompt, "model": model})
        await served.client.post(CODE, json={})
        async with socket_of(served) as socket:
            await ask(socket, "three")
            await ask(socket, "four")
            await ask(socket, "too many")
        await served.client.post(CODE, json={"prompt": "too many"})
        found = await figures(served)
        text = (await served.client.get("/metrics")).text
    assert at(found, "requests_total", "POST", CODE, "200", "complete") == 2
    assert at(found, "requests_total", "POST", CODE, "500", "failed") == 1
    assert at(found, "requests_total", "POST", CODE, "400", "refused") == 1
    assert at(found, "requests_total", "POST", CODE, "429", "refused") == 1
    assert at(found, "requests_total", "ANSWER", "/ws", "200", "complete") == 2
    assert at(found, "requests_total", "ANSWER", "/ws", "429", "refused") == 1
    assert at(found, "rate_limited_total", CODE) == 1
    assert at(found, "rate_limited_total", "/ws") == 1
    assert at(found, "upstream_errors_total", "server_failed") == 1
    assert at(found, "tokens_total", "gpt-4o-mini", "completion") > 50
    assert at(found, "tokens_total", "other", "completion") > 150
    assert at(found, "first_byte_seconds_count", CODE) == 5
    assert at(found, "duration_seconds_count", CODE) == 5
    assert 0 < at(found, "first_byte_seconds_sum", CODE) <= at(found, "duration_seconds_sum", CODE)
    # Nobody but the server makes labels.
    assert "canary" not in text
    assert "127.0.0.1" not in text


async def test_what_is_open_is_told_for_as_long_as_it_is(tmp_path: Path) -> None:
    stalled = Reply(ANSWER, stall="middle", cut_after=100)
    async with serving(lambda received: stalled, tmp_path, "--metrics", "--app") as served:
        cookie = await enter(served)
        async with terminal_of(served, cookie), socket_of(served) as socket:
            await socket.send('{"messages": [{"role": "user", "content": "x"}]}')
            asking = asyncio.create_task(served.client.post(CODE, json={"prompt": "x"}))
            await until(lambda: len(served.model.requests) == 2)
            found = await figures(served)
            for labels in (("POST", CODE), ("WEBSOCKET", "/ws"), ("ANSWER", "/ws"),
                           ("WEBSOCKET", "/app/socket")):  # fmt: skip
                assert at(found, "open_requests", *labels) == 1
            asking.cancel()
        async with asyncio.timeout(10):
            while await still_open(served) > 1:  # that is the one that asks
                await asyncio.sleep(0.02)
        found = await figures(served)
        left = [at(found, "requests_total", "POST", CODE, status, "client_gone")
                for status in ("0", "200")]  # fmt: skip
        assert sum(left) == 1


async def still_open(served: Served) -> float:
    found = await figures(served)
    return sum(value for (name, _), value in found.items() if name == "open_requests")


def test_costs_are_summed_by_the_models_of_the_table() -> None:
    metrics = Metrics(["known"])
    for model in ("known", "known", "made up"):
        exchange = Exchange("c", "POST", CODE, [metrics])
        exchange.begin()
        exchange.has_run, exchange.model, exchange.cost_usd = True, model, Decimal("0.25")
        exchange.end("complete")
    found = figures_of(metrics.text().decode())
    assert at(found, "cost_dollars_total", "known") == 0.5
    assert at(found, "cost_dollars_total", "other") == 0.25


@pytest.mark.parametrize("workers", [1, 3])
async def test_workers_are_counted_together(tmp_path: Path, workers: int) -> None:
    async with (
        WatchedServer(lambda received: Reply(ANSWER)) as model,
        process(tmp_path, model, "--metrics", "--workers", str(workers)) as (_, url),
    ):
        texts = await asyncio.gather(*(ask_process(url, number) for number in range(12)))
        assert texts == [ANSWER] * 12
        for _ in range(4):  # whichever answers
            async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:
                answer = await client.get("/metrics")
            assert answer.status_code == 200, answer.text
            found = figures_of(answer.text)
            assert at(found, "requests_total", "POST", CODE, "200", "complete") == 12
            assert at(found, "open_requests", "POST", CODE) == 0
