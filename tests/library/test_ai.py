"""A conversation step by step, its messages in JSON, and what its steps used."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui import (
    AI,
    AIMessage,
    BaseChatModel,
    ChatMessage,
    create_chat_model,
    fallback_model,
    get_tokenizer,
)
from autocoder_tui.demo.script import Received, Reply, tokens
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.errors import UnknownModel
from autocoder_tui.library.messages import deserialize_messages, serialize_messages
from tests.library.test_generator import _own_folders  # noqa: F401 - a fixture
from tests.watched_server import WatchedServer


def echo(received: Received) -> Reply:
    return Reply(f"{len(received.messages)}: {received.messages[-1]['content']}")


async def in_a_thread(work: Any) -> Any:
    """The calls block, and the server is in this loop."""
    return await asyncio.to_thread(work)


async def test_steps_go_on_from_each_other_and_are_counted() -> None:
    heard: list[str] = []
    async with DemoServer(echo) as server:

        def steps() -> AI:
            ai = AI("m", 0.3, base_url=server.base_url, on_text=heard.append)
            first = ai.start("Be brief.", "Hello", step_name="greet")
            assert [each.role for each in first] == ["system", "user", "assistant"]
            assert first[-1].content == "2: Hello"
            second = ai.next(first, "And now?", step_name="go on")
            assert second[:3] == first
            assert second[-1].content == "4: And now?"
            return ai

        ai: AI = await in_a_thread(steps)
    assert "".join(heard) == "2: Hello4: And now?"
    assert server.requests[0].body["temperature"] == 0.3
    log = ai.token_usage_log
    assert [entry.step_name for entry in log] == ["greet", "go on"]
    assert log[0].in_step_completion_tokens == len(tokens("2: Hello"))
    assert log[1].cumulative_total_tokens == ai.cumulative_total_tokens
    assert ai.cumulative_total_tokens == sum(entry.in_step_total_tokens for entry in log)
    before = ai.cumulative_completion_tokens
    ai.update_token_usage_log([ai.fuser("x")], "one two", "elsewhere")
    assert ai.cumulative_completion_tokens == before + ai.num_tokens("one two")
    rows = list(csv.DictReader(io.StringIO(ai.format_token_usage_log())))
    assert [row["step_name"] for row in rows] == ["greet", "go on", "elsewhere"]
    assert int(rows[-1]["cumulative_total_tokens"]) == ai.cumulative_total_tokens


async def test_a_call_from_within_an_event_loop_runs_beside_it() -> None:
    results: list[str] = []

    def other_loop(base_url: str) -> None:
        async def inside() -> None:
            ai = AI("m", base_url=base_url)
            results.append(ai.start("s", "u")[-1].content)

        asyncio.run(inside())

    async with DemoServer(echo) as server:
        thread = Thread(target=other_loop, args=(server.base_url,))
        thread.start()
        await in_a_thread(thread.join)
    assert results == ["2: u"]


async def test_an_interruption_beside_a_loop_ends_the_request_itself() -> None:
    """As Ctrl+C does in a notebook, whose cells run in an event loop."""
    cell = """
import asyncio, sys
from autocoder_tui import AI
async def cell():
    AI("m", base_url=sys.argv[1], on_text=lambda text: print("heard", flush=True)).start("s", "u")
try:
    asyncio.new_event_loop().run_until_complete(cell())
except KeyboardInterrupt:
    print("interrupted")
"""
    async with WatchedServer([Reply("a b c d", stall="middle", cut_after=3)]) as server:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-c", cell, server.base_url, stdout=subprocess.PIPE
        )
        assert running.stdout is not None
        assert await asyncio.wait_for(running.stdout.readline(), 30) == b"heard\n"
        running.send_signal(signal.SIGINT)
        await asyncio.wait_for(server.wait_for_drop(), 20)
        rest, _ = await asyncio.wait_for(running.communicate(), 60)
    assert rest.splitlines()[-1] == b"interrupted"


_MESSAGES = st.lists(
    st.builds(ChatMessage, st.sampled_from(["system", "user", "assistant"]), st.text())
)


@given(_MESSAGES)
def test_messages_come_back_from_json_as_they_were(messages: list[ChatMessage]) -> None:
    assert deserialize_messages(serialize_messages(messages)) == messages
    # As LangChain writes them.
    types = {"system": "system", "user": "human", "assistant": "ai"}
    theirs = [{"type": types[m.role], "data": {"content": m.content}} for m in messages]
    assert deserialize_messages(json.dumps(theirs)) == messages


def test_messages_of_streams_and_of_parts_are_read() -> None:
    parts = [{"type": "text", "text": "Hello"}, " ", {"type": "text", "text": "you"}]
    listed = [
        {"type": "AIMessageChunk", "data": {"content": "Hi"}},
        {"role": "user", "content": parts},
    ]
    assert deserialize_messages(json.dumps(listed)) == [
        ChatMessage("assistant", "Hi"),
        ChatMessage("user", "Hello you"),
    ]
    with pytest.raises(TypeError, match="Message 2"):
        serialize_messages([ChatMessage("user", "x"), "y"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '[{"role": "x", "content": "a"}]', '[{"role": "user"}]', "[", "[" * 9000,
             '[{"role": "user", "content": [{"type": "image_url"}]}]', '[{"role": ["user"]}]',
             '[{"role": "user", "content": []}]', "null", ""]
)  # fmt: skip
def test_what_is_no_list_of_messages_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        deserialize_messages(text)


def test_tokens_are_counted_and_models_found_without_a_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    ai = create_chat_model("gpt-4o-mini", 0.5)
    text = "def f():\n    return 1\n"
    assert ai.num_tokens(text) == len(get_tokenizer("gpt-4o-mini").encode_ordinary(text))
    assert ai.num_tokens_from_messages([ai.fuser(text)]) > ai.num_tokens(text)
    assert fallback_model("gpt-4o-mini") == "gpt-4o-mini"
    assert fallback_model("nobody-knows") == fallback_model("neither")
    with pytest.raises(UnknownModel):
        AI("nobody-knows")


async def test_a_chat_model_answers_and_knows_the_others() -> None:
    async with DemoServer(echo) as server:
        model = BaseChatModel("sk-a", "first", base_url=server.base_url)
        answer = await model.send_message("Hi")
        assert answer.content == "1: Hi"
        assert answer.total_tokens == len(tokens("1: Hi"))
        other = model.get_chat_model("second")
        await other.send_messages([ChatMessage("user", "Hi"), answer, ChatMessage("user", "c")])
    assert server.requests[1].messages[1] == {"role": "assistant", "content": "1: Hi"}
    assert [request.body["model"] for request in server.requests] == ["first", "second"]
    assert AIMessage.from_json(answer.to_json()) == answer
    assert "gpt-4o-mini" in BaseChatModel.get_chat_model_names()
    assert len(BaseChatModel.get_chat_models()) == len(BaseChatModel.get_chat_model_names())
    for broken in ("[]", '{"content": 1}', '{"content": "a", "total_tokens": -1}', "{",
                   '{"content": "a", "model": null}', '{"a":' * 9000):  # fmt: skip
        with pytest.raises(ValueError):
            AIMessage.from_json(broken)


def test_a_key_is_not_shown(tmp_path: Path) -> None:
    model = BaseChatModel("sk-canary-123456789", "m", base_url="http://127.0.0.1:9/v1")
    assert "canary" not in repr(vars(model._generator))
