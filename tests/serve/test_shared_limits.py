"""Limits that several servers count together, in a real Redis."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply
from tests.serve.served import serving

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="no redis-server is installed"
)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            break
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}"
    server.kill()
    server.wait()


async def test_two_servers_count_together(tmp_path: Path, redis: str) -> None:
    flags = ("--rate", "3/hour", "--limit-store", redis)
    (tmp_path / "two").mkdir()
    async with (
        serving(lambda received: Reply("ok"), tmp_path, *flags) as one,
        serving(lambda received: Reply("ok"), tmp_path / "two", *flags) as two,
    ):
        statuses = []
        for served in (one, two, one, two, one):
            answer = await served.client.post("/generate-code/", json={"prompt": "x"})
            statuses.append(answer.status_code)
    assert statuses == [200, 200, 200, 429, 429]
    assert int(answer.headers["retry-after"]) > 0


async def test_a_store_that_is_gone_is_said(tmp_path: Path) -> None:
    async with serving([Reply("ok")], tmp_path, "--limit-store", "redis://127.0.0.1:9") as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
        assert answer.status_code == 500
        assert answer.json()["error"]["kind"] == "limit_store"
        assert not served.model.requests
    assert any("127.0.0.1:9" not in said and "store" in said for said in served.said)
