"""POST /generate-code/ over real connections, in front of a scripted model."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from autocoder_tui.demo.script import Received, Reply, error_reply
from autocoder_tui.store.history.history import History
from tests.engine.test_run import echoing
from tests.serve.served import EVENTS, JSON, events_of, serving

ANSWER = (
    "Here it is:\n\n```python\n"
    + "".join(f"print('line {number}')\n" for number in range(30))
    + "```\n\nIt prints lines.\n"
)


async def until(condition: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_text_comes_as_it_is_written(tmp_path: Path) -> None:
    async with serving([Reply(ANSWER)], tmp_path) as served:
        pieces = []
        async with served.client.stream("POST", "/generate-code/", json={"prompt": "Greet."}) as r:
            assert r.status_code == 200
            assert r.headers["content-type"] == "text/plain; charset=utf-8"
            async for piece in r.aiter_text():
                pieces.append(piece)
        run_id = r.headers["x-run-id"]
    assert "".join(pieces) == ANSWER
    kept = History(served.state).get(run_id)
    assert (kept.reply, kept.status) == (ANSWER, "finished")
    assert kept.snapshot.requirements == "Greet."


async def test_typed_events_tell_of_usage_and_of_the_end(tmp_path: Path) -> None:
    async with serving(echoing([150], whole=ANSWER), tmp_path) as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"}, headers=EVENTS)
    events = events_of(answer.text)
    names = [name for name, _ in events]
    assert names[0] == "start"
    assert names[-1] == "done"
    assert "continuation" in names
    assert "usage" in names
    text = ""
    for name, data in events:
        if name == "delta":
            text += json.loads(data)["text"]
        elif name == "retract":
            text = text[: len(text) - json.loads(data)["count"]]
    assert text == ANSWER
    assert json.loads(events[-1][1])["usage"]["completion_tokens"] > 100


async def test_the_whole_at_once_as_json(tmp_path: Path) -> None:
    async with serving([Reply(ANSWER)], tmp_path) as served:
        answer = await served.client.post(
            "/generate-code/", json={"prompt": "x"}, headers={"accept": "application/json"}
        )
    assert answer.json()["text"] == ANSWER
    assert answer.json()["model"] == "some-model"


async def test_a_cut_answer_is_one_answer(tmp_path: Path) -> None:
    async with serving(echoing([120, 333], whole=ANSWER), tmp_path) as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
    assert answer.text == ANSWER


async def test_files_are_given_to_the_model_and_not_read_from_the_disk(tmp_path: Path) -> None:
    async with serving([Reply("ok")], tmp_path) as served:
        (tmp_path / "project/secret.py").write_text("SECRET = 1\n")
        files = [{"path": "a.py", "text": "x = 1\n"}, {"path": "secret.py", "text": "theirs\n"}]
        await served.client.post("/generate-code/", json={"prompt": "x", "files": files})
    sent = served.model.requests[0].messages[1]["content"]
    assert "x = 1" in sent
    assert "theirs" in sent
    assert "SECRET" not in sent


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "{}",
        '{"prompt": ""}',
        '{"prompt": "  "}',
        '{"prompt": 3}',
        '{"prompt": null}',
        '{"prompt": "x", "model": 3}',
        '{"prompt": "x", "files": "a.py"}',
        '{"prompt": "x", "files": [{"path": "a"}]}',
        '{"prompt": "x", "unknown": 1}',
        '{"prompt": "x", "files": [{"path": "", "text": ""}]}',
    ],
)
async def test_an_invalid_payload_is_400_and_nothing_is_sent(tmp_path: Path, payload: str) -> None:
    async with serving([], tmp_path) as served:
        answer = await served.client.post("/generate-code/", content=payload, headers=JSON)
        assert answer.status_code == 400
        assert answer.json()["error"]["kind"] == "payload"
        assert answer.json()["error"]["message"].endswith(".")
        assert not served.model.requests


async def test_a_body_that_is_too_large_is_413(tmp_path: Path) -> None:
    async with serving([], tmp_path, most_body_bytes=1000) as served:
        body = json.dumps({"prompt": "x" * 2000}).encode()
        answer = await served.client.post("/generate-code/", content=body, headers=JSON)
        assert answer.status_code == 413

        async def pieces() -> Any:  # without a length said beforehand
            for start in range(0, len(body), 100):
                yield body[start : start + 100]

        answer = await served.client.post("/generate-code/", content=pieces(), headers=JSON)
        assert answer.status_code == 413


@pytest.mark.parametrize(
    ("reply", "status", "kind"),
    [
        (error_reply(401, "bad key"), 401, "key_rejected"),
        (error_reply(404, "no such model"), 400, "model_not_found"),
        (error_reply(500, "broken"), 500, "server_failed"),
        (error_reply(429, "slow down", headers={"retry-after": "900"}), 429, "rate_limited"),
        (Reply("", "content_filter"), 500, "content_filtered"),
        (Reply("x", stall="accept"), 504, "timed_out"),
    ],
)
@pytest.mark.parametrize("accept", ["text/plain", "text/event-stream", "application/json"])
async def test_a_failure_before_the_first_byte_has_a_status(
    tmp_path: Path, reply: Reply, status: int, kind: str, accept: str
) -> None:
    flags = ["--max-attempts", "1", "--first-byte-timeout", "0.3"]
    async with serving([reply] * 9, tmp_path, *flags) as served:
        answer = await served.client.post(
            "/generate-code/", json={"prompt": "x"}, headers={"accept": accept}
        )
    assert answer.status_code == status
    assert answer.json()["error"]["kind"] == kind
    if status == 429:
        assert int(answer.headers["retry-after"]) > 0


async def test_a_failure_after_the_first_byte_is_said(tmp_path: Path) -> None:
    broken = Reply(ANSWER, cut="close", cut_after=60, delay=0.01)
    flags = ["--max-attempts", "1"]
    async with serving([broken] * 9, tmp_path, *flags) as served:
        answer = await served.client.post("/generate-code/", json={"prompt": "x"})
        assert answer.status_code == 200
        assert answer.text.startswith(ANSWER[:40])
        assert answer.text.splitlines()[-1].startswith("[error: ")
        answer = await served.client.post("/generate-code/", json={"prompt": "x"}, headers=EVENTS)
        assert events_of(answer.text)[-1][0] == "error"


@pytest.mark.parametrize("accept", ["text/plain", "text/event-stream", "application/json"])
@pytest.mark.parametrize("stall", ["accept", "middle"])
async def test_a_client_that_leaves_ends_the_upstream_request(
    tmp_path: Path, accept: str, stall: Any
) -> None:
    reply = Reply(ANSWER, stall=stall, cut_after=60)
    async with serving([reply], tmp_path) as served:
        asking = asyncio.create_task(
            served.client.post("/generate-code/", json={"prompt": "x"}, headers={"accept": accept})
        )
        await until(lambda: served.model.requests)
        if stall == "middle":
            await asyncio.sleep(0.2)
        asking.cancel()
        await asyncio.wait_for(served.model.wait_for_drop(), 20)
        (run,) = await _kept(served.state)
    assert run.status == "cancelled"
    assert run.characters == (0 if stall == "accept" else 60)


async def _kept(state: Path) -> Any:
    history = History(state)
    async with asyncio.timeout(30):
        while not (runs := await asyncio.to_thread(history.list)):
            await asyncio.sleep(0.02)
    return runs


async def test_a_slow_reader_holds_back_its_own_stream_only(tmp_path: Path) -> None:
    lines = "".join(f"{number} is a number\n" for number in range(40_000))

    def answer(received: Received) -> Reply:
        return Reply(lines, chunk_size=2000)

    asked = {"json": {"prompt": "x"}}
    async with (
        serving(answer, tmp_path) as served,
        served.client.stream("POST", "/generate-code/", **asked) as slow,  # type: ignore[arg-type]
    ):
        quick = await served.client.post("/generate-code/", json={"prompt": "quick"})
        assert quick.text == lines
        count = 0
        async for piece in slow.aiter_text():
            count += len(piece)
        assert count == len(lines)


async def test_clients_are_limited_in_rate_and_number(tmp_path: Path) -> None:
    async with serving([Reply("ok")] * 9, tmp_path, "--rate", "2/hour") as served:
        for expected in (200, 200, 429):
            answer = await served.client.post("/generate-code/", json={"prompt": "x"})
            assert answer.status_code == expected
        assert 0 < int(answer.headers["retry-after"]) <= 3600
    stalled = Reply(ANSWER, stall="middle", cut_after=60)
    async with serving([stalled, Reply("ok")], tmp_path, "--at-once", "1") as served:
        async with served.client.stream("POST", "/generate-code/", json={"prompt": "x"}) as first:
            await anext(first.aiter_text())
            answer = await served.client.post("/generate-code/", json={"prompt": "x"})
            assert answer.status_code == 429
        async with asyncio.timeout(30):
            while (await served.client.post("/generate-code/", json={"prompt": "x"})).text != "ok":
                await asyncio.sleep(0.02)
