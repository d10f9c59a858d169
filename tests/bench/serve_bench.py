"""The HTTP API under load, beside a bare proxy of the same streams: CPU, first byte, memory.

python -m tests.bench.serve_bench [STREAMS] [TOKENS]

The model, the server in the middle and the clients are processes of their own; the proxy passes
the model's bytes on (httpx2 to Starlette) and does nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

_ALONE = 15
"""Streams one after another, for the first byte."""
_DELAY = 0.02
"""Seconds between two tokens of a stream."""

MODEL = """
import asyncio, sys
from autocoder_tui.demo.script import Reply
from autocoder_tui.demo.server import DemoServer
tokens, delay = int(sys.argv[1]), float(sys.argv[2])
def answer(received):
    mark = received.messages[-1]["content"].split()[-1]
    return Reply("".join(f"{mark}:{n}\\n" for n in range(tokens)), chunk_size=8, delay=delay)
async def main():
    async with DemoServer(answer) as server:
        print(server.base_url, flush=True)
        await asyncio.sleep(86400)
asyncio.run(main())
"""
PROXY = """
import sys, httpx2, uvicorn, socket
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
client = httpx2.AsyncClient(timeout=None, trust_env=False,
                            limits=httpx2.Limits(max_connections=None))
async def ask(request):
    asked = await request.json()
    messages = [{"role": "user", "content": asked["prompt"]}]
    body = {"model": "m", "stream": True, "messages": messages}
    async def stream():
        async with client.stream("POST", sys.argv[1] + "/chat/completions", json=body) as answer:
            async for piece in answer.aiter_raw():
                yield piece
    return StreamingResponse(stream())
listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
listening.listen(2048)
print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
app = Starlette(routes=[Route("/generate-code/", ask, methods=["POST"])])
uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
"""


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


async def _stream(client: httpx2.AsyncClient, number: int) -> tuple[float, str]:
    """Seconds to the first byte of the model's text, and all that came."""
    begun, first, text = time.perf_counter(), 0.0, []
    asked = {"prompt": f"Say s{number}"}
    async with client.stream("POST", "/generate-code/", json=asked) as answer:
        async for piece in answer.aiter_text():
            text.append(piece)
            if not first and f"s{number}" in "".join(text):
                first = time.perf_counter() - begun
    return first, "".join(text)


async def _load(url: str, pid: int, streams: int, tokens: int, *, plain: bool) -> dict[str, float]:
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(
        base_url=url, timeout=120, trust_env=False, limits=limits
    ) as client:
        await _stream(client, 0)
        single = [(await _stream(client, 0))[0] for _ in range(_ALONE)]
        before, begun = _cpu(pid), time.perf_counter()
        came = await asyncio.gather(*(_stream(client, number) for number in range(streams)))
        seconds, used = time.perf_counter() - begun, _cpu(pid) - before
    if plain:
        wrong = [
            number
            for number, (_, text) in enumerate(came)
            if text != "".join(f"s{number}:{n}\n" for n in range(tokens))
        ]
    else:
        wrong = [number for number, (_, text) in enumerate(came) if f"s{number}:" not in text]
    pieces = sum(len(f"s{number}:{n}\n") for number in range(streams) for n in range(tokens)) / 8
    return {
        "lost or mixed up": len(wrong),
        "seconds": round(seconds, 1),
        "CPU ms a token": round(1000 * used / pieces, 3),
        "first byte alone, ms": round(1000 * statistics.median(single), 1),
        "first byte alone, least, ms": round(1000 * min(single), 1),
        "first byte under load, ms": round(1000 * statistics.median(f for f, _ in came), 1),
        "peak MB": round(_peak_mb(pid)),
    }


def main() -> int:
    streams = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    tokens = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "AUTOCODER_TUI_CONFIG_DIR": f"{folder}/config",
            "AUTOCODER_TUI_STATE_DIR": f"{folder}/state",
        }
        started = [sys.executable, "-c", MODEL, str(tokens), str(_DELAY)]
        model = subprocess.Popen(started, stdout=subprocess.PIPE, text=True)
        assert model.stdout is not None
        model_url = model.stdout.readline().strip()
        ours = [sys.executable, "-m", "autocoder_tui", "serve", folder, "--port", "0"]
        ours += ["-m", "m", "--base-url", model_url]
        ours += ["--rate", "100000/second", "--at-once", "1000"]
        report = {}
        try:
            for name, command in (
                ("proxy", [sys.executable, "-c", PROXY, model_url]),
                ("serve", ours),
            ):
                server = subprocess.Popen(
                    command,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    env=environment,
                )
                assert server.stdout is not None
                found = re.search(r"http://[\d.]+:\d+", server.stdout.readline())
                assert found
                plain = name == "serve"
                figures = _load(found[0], server.pid, streams, tokens, plain=plain)
                report[name] = asyncio.run(figures)
                server.terminate()
                server.wait()
        finally:
            model.kill()
    print(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
