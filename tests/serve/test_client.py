"""`autocoder-tui client` as a process, against a real server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from autocoder_tui.demo.script import Reply, error_reply
from tests.serve.served import Served, serving
from tests.serve.test_generate_code import ANSWER


async def client(
    served: Served, *flags: str, typed: str = "", token: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"AUTOCODER_TUI_SERVE_TOKEN": token} if token else {})}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "autocoder_tui", "client", served.url, *flags],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )


async def test_one_question_and_several(tmp_path: Path) -> None:
    async with serving([Reply(ANSWER), Reply("one"), Reply("two")], tmp_path) as served:
        done = await client(served, "-r", "Greet.", "-m", "some-model")
        assert (done.returncode, done.stdout) == (0, f"{ANSWER}\n")
        done = await client(served, typed="first\n\nsecond\nexit\nthird\n")
        assert (done.returncode, done.stdout) == (0, "one\ntwo\n")
        asked = [request.messages[-1]["content"] for request in served.model.requests]
        assert ["first" in asked[1], "second" in asked[2]] == [True, True]


async def test_the_three_trials(tmp_path: Path) -> None:
    async with serving(lambda received: Reply(ANSWER), tmp_path) as served:
        done = await client(served, "--trials")
    assert done.returncode == 0, done.stdout
    assert "timed out, as it should" in done.stdout
    assert "400: body.prompt" in done.stdout


async def test_failures_are_sentences(tmp_path: Path) -> None:
    replies = [error_reply(401, "no")] + [Reply("a\x1b[31mb", cut="close", delay=0.01)] * 9
    async with serving(replies, tmp_path, "--max-attempts", "1") as served:
        done = await client(served, "-r", "x")
        assert done.returncode == 1
        assert done.stderr.startswith("401: ")
        done = await client(served, "-r", "x")
        assert done.returncode == 1
        assert "\x1b" not in done.stdout
        url = served.url
    served.url = url
    done = await client(served, "-r", "x")
    assert done.returncode == 1
    assert "autocoder-tui serve" in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_token_is_taken_from_the_environment(tmp_path: Path) -> None:
    token = "a-token-of-some-length"
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": token}
    async with serving([Reply("ok")], tmp_path, environ=environ) as served:
        assert (await client(served, "-r", "x")).stderr.startswith("401: ")
        assert (await client(served, "-r", "x", token=token)).stdout == "ok\n"
