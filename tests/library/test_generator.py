"""Streaming with callbacks, many requests at once, against a real loopback server."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import autocoder_tui
from autocoder_tui import (
    APIError,
    ChatMessage,
    StreamingCodeGenerator,
    StreamingError,
    StreamProcessError,
    StreamStats,
    StreamStatus,
)
from autocoder_tui.demo.script import Received, Reply, chunk, error_reply, tokens
from autocoder_tui.demo.server import DemoServer
from tests.engine.test_run import echoing
from tests.watched_server import WatchedServer

ANSWER = (
    "Here it is:\n\n```python\n"
    + "".join(f"print('line {number} of the greeting')\n" for number in range(12))
    + "```\n\nIt prints a greeting.\n"
)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOCODER_TUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("AUTOCODER_TUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def generator(server: DemoServer, **options: Any) -> StreamingCodeGenerator:
    settings = {"timeout": 5.0, "retry_delay": 0.01, **options}
    return StreamingCodeGenerator("sk-test-key", "some-model", base_url=server.base_url, **settings)


async def test_the_text_is_streamed_and_given_with_what_it_came_to() -> None:
    heard: list[str] = []
    stats = StreamStats()
    assert stats.status.value == "initializing"
    async with DemoServer([Reply(ANSWER, delay=0.002)]) as server:
        done = await generator(server).generate_code_with_explanation(
            "Greet.", heard.append, stats=stats
        )
    assert done.text == "".join(heard) == ANSWER
    assert done.streamed
    assert done.stats is stats
    assert stats.status is StreamStatus.COMPLETED
    # The server's own count of tokens, and not of words.
    assert done.total_tokens == stats.total_tokens == len(tokens(ANSWER))
    assert stats.total_chunks >= len(heard) > 5
    assert 0 < done.completion_time == stats.seconds
    assert server.requests[0].headers["authorization"] == "Bearer sk-test-key"


async def test_an_async_callback_is_waited_for_and_gets_small_pieces() -> None:
    heard: list[str] = []

    async def callback(text: str) -> None:
        await asyncio.sleep(0)
        heard.append(text)

    async with DemoServer([Reply(ANSWER)]) as server:
        await generator(server, chunk_size=3).generate_code_with_explanation("Greet.", callback)
    assert "".join(heard) == ANSWER
    assert max(map(len, heard)) == 3


@pytest.mark.parametrize("cuts", [[60], [110, 230, 350]])
async def test_a_cut_answer_reaches_the_callback_once(cuts: list[int]) -> None:
    heard: list[str] = []
    async with DemoServer(echoing(cuts, whole=ANSWER)) as server:
        done = await generator(server).generate_code_with_explanation("Greet.", heard.append)
    assert done.text == ANSWER
    assert done.streamed == ("".join(heard) == ANSWER)
    assert done.stats.parts == len(cuts) + 1


async def test_what_fails_for_a_moment_is_tried_again_as_often_as_said() -> None:
    busy = error_reply(503, "later")
    async with DemoServer([busy, busy, Reply(ANSWER)]) as server:
        done = await generator(server, max_retries=2).generate_code_with_explanation("Greet.")
    assert (done.text, done.stats.retries) == (ANSWER, 2)
    async with DemoServer([busy] * 9) as server:
        with pytest.raises(APIError) as caught:
            await generator(server, max_retries=1).generate_code_with_explanation("Greet.")
        assert len(server.requests) == 2
    assert caught.value.kind == "server_failed"


async def test_errors_say_whose_side_they_are_on() -> None:
    async with DemoServer([error_reply(401, "no sk-test-key")]) as server:
        stats = StreamStats()
        with pytest.raises(APIError) as caught:
            await generator(server).generate_code_with_explanation("Greet.", stats=stats)
    assert caught.value.kind == "key_rejected"
    assert "sk-test-key" not in str(caught.value)
    assert stats.status is StreamStatus.ERROR
    assert stats.error is caught.value
    async with DemoServer([Reply("bad words", "content_filter")]) as server:
        with pytest.raises(StreamProcessError) as filtered:
            await generator(server).generate_code_with_explanation("Greet.")
    assert filtered.value.text == "bad words"
    assert issubclass(APIError, StreamingError)
    assert issubclass(StreamProcessError, StreamingError)
    async with DemoServer([]) as server:
        with pytest.raises(ValueError, match="empty"):
            await generator(server).generate_code_with_explanation("")


async def test_stats_can_be_used_again() -> None:
    stats = StreamStats()
    async with DemoServer([error_reply(401, "no"), Reply("Yes.")]) as server:
        maker = generator(server)
        with pytest.raises(APIError):
            await maker.generate_code_with_explanation("Greet.", stats=stats)
        done = await maker.generate_code_with_explanation("Greet.", stats=stats)
    assert done.stats is stats
    assert (stats.status, stats.error) == (StreamStatus.COMPLETED, None)
    assert stats.total_tokens == len(tokens("Yes."))


async def test_silence_ends_a_request_in_time() -> None:
    async with DemoServer([Reply(ANSWER, stall="accept")]) as server:
        with pytest.raises(APIError) as caught:
            await generator(server, timeout=0.2, max_retries=0).generate_code_with_explanation("x")
    assert caught.value.kind == "timed_out"


async def test_fifty_requests_at_once_and_a_callback_that_fails_alone() -> None:
    waiting = asyncio.Barrier(50)

    def answer(received: Received) -> Reply:
        number = received.messages[-1]["content"].split()[-1]
        return Reply(f"Number {number}.\n" * 40)

    async def one(number: int, maker: StreamingCodeGenerator) -> str:
        heard: list[str] = []
        begun = False

        async def callback(text: str) -> None:
            nonlocal begun
            if not begun:
                begun = True
                # All fifty have begun before any of them goes on.
                await asyncio.wait_for(waiting.wait(), 20)
            if number == 17:
                raise RuntimeError("mine")
            heard.append(text)

        done = await maker.generate_code_with_explanation(f"Say {number}", callback)
        assert "".join(heard) == done.text
        return done.text

    async with DemoServer(answer) as server:
        maker = generator(server)
        results = await asyncio.gather(
            *(one(number, maker) for number in range(50)), return_exceptions=True
        )
    failed = results.pop(17)
    assert isinstance(failed, StreamProcessError)
    assert failed.kind == "callback"
    assert isinstance(failed.__cause__, RuntimeError)
    numbers = [number for number in range(50) if number != 17]
    assert results == [f"Number {number}.\n" * 40 for number in numbers]


async def test_fifty_requests_share_a_loop_and_one_gather() -> None:
    """A callback that is cancelled by itself ends its own request as failed, and not the others
    as cancelled."""

    async def one(number: int, maker: StreamingCodeGenerator) -> str:
        def callback(text: str) -> None:
            if number == 31:
                raise asyncio.CancelledError

        try:
            done = await maker.generate_code_with_explanation(f"Say {number}", callback)
        except StreamProcessError as error:
            return error.kind
        return done.text

    def answer(received: Received) -> Reply:
        return Reply(received.messages[-1]["content"].split()[-1])

    async with DemoServer(answer) as server:
        maker = generator(server)
        results = await asyncio.gather(*(one(number, maker) for number in range(50)))
    assert results.pop(31) == "callback"
    assert results == [str(number) for number in range(50) if number != 31]


async def test_whoever_cancels_a_request_sees_it_cancelled() -> None:
    begun = asyncio.Event()

    async def callback(text: str) -> None:
        begun.set()
        await asyncio.sleep(60)

    stats = StreamStats()
    async with WatchedServer([Reply(ANSWER, stall="middle", cut_after=40)]) as server:
        asked = generator(server).generate_code_with_explanation("x", callback, stats=stats)
        task = asyncio.create_task(asked)
        await asyncio.wait_for(begun.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.wait_for_drop(), 20)
    assert stats.status is StreamStatus.ERROR


async def _of_generator(text: str) -> Any:
    yield text


@pytest.mark.parametrize(
    ("callback", "reason"),
    [
        ("no function", "TypeError"),
        (lambda: None, "TypeError"),
        (lambda text: (letter for letter in text), "generator"),
        (_of_generator, "generator"),
        (lambda text: asyncio.sleep(60), "total time-out"),
        (lambda text: next(iter(())), "StopIteration"),
    ],
)
async def test_a_callback_that_is_none_ends_its_request(callback: Any, reason: str) -> None:
    seconds = 1 if "time-out" in reason else 60
    async with DemoServer([Reply(ANSWER)]) as server:
        with pytest.raises(StreamProcessError, match=reason) as caught:
            await generator(server, total_timeout=seconds).generate_code_with_explanation(
                "x", callback
            )
    assert caught.value.kind == "callback"
    assert ANSWER.startswith(caught.value.text)


async def test_all_chunks_are_counted_and_tokens_of_those_with_text() -> None:
    frames = [chunk({"role": "assistant", "content": ""})]
    for piece in ("one two", "", " three", None, ""):
        frames.append(chunk({"content": piece}))
    frames += [chunk({}), '{"choices": []}', chunk({}, "stop"), "[DONE]"]
    async with DemoServer([Reply(frames=frames)]) as server:
        heard: list[str] = []
        done = await generator(server).generate_code_with_explanation("x", heard.append)
    assert "".join(heard) == done.text == "one two three"
    assert done.stats.total_chunks == len(frames) - 1
    assert done.total_tokens == 3
    async with DemoServer([Reply(frames=[chunk({"content": ""})] * 5 + ["[DONE]"])] * 9) as server:
        stats = StreamStats()
        with pytest.raises(StreamingError):
            await generator(server, max_retries=0).generate_code_with_explanation("x", stats=stats)
    assert stats.total_chunks >= 5
    assert stats.total_tokens == 0


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": float("nan")},
        {"timeout": "5"},
        {"timeout": 0},
        {"total_timeout": float("inf")},
        {"retry_delay": -1},
        {"retry_delay": float("nan")},
        {"chunk_size": 0},
        {"chunk_size": 1.5},
        {"max_retries": True},
        {"max_retries": None},
        {"temperature": float("nan")},
        {"temperature": 3},
    ],
)
def test_numbers_that_cannot_be_are_refused_at_once(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="number"):
        StreamingCodeGenerator("k", "m", base_url="http://127.0.0.1:9/v1", **options)


@pytest.mark.parametrize("prompt", [None, 3, b"x", "", "  \n"])
async def test_what_is_no_prompt_is_not_sent(prompt: Any) -> None:
    async with DemoServer([]) as server:
        maker = generator(server)
        with pytest.raises((TypeError, ValueError), match="prompt"):
            await maker.generate_code_with_explanation(prompt)
        refused: list[Any] = [[], [{"role": "user", "content": "x"}], [ChatMessage("user", prompt)]]
        for messages in refused:
            with pytest.raises((TypeError, ValueError)):
                await maker.send(messages)
        with pytest.raises(ValueError, match="role"):
            await maker.send([ChatMessage("tool", "x"), ChatMessage("user", "x")])  # type: ignore[arg-type]
        assert not server.requests


async def test_messages_are_sent_word_for_word() -> None:
    asked = [
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "Hello"),
        ChatMessage("assistant", "Yes?"),
        ChatMessage("user", "What is 2 + 2?"),
    ]
    async with DemoServer([Reply("4")]) as server:
        done = await generator(server).send(asked)
    assert done.text == "4"
    sent = server.requests[0].messages
    assert sent == [{"role": each.role, "content": each.content} for each in asked]
    with pytest.raises(ValueError, match="user"):
        await generator(server).send(asked[:3])


def test_every_name_that_is_listed_is_there() -> None:
    for name in autocoder_tui.__all__:
        assert getattr(autocoder_tui, name) is not None
    with pytest.raises(AttributeError):
        autocoder_tui.nothing  # noqa: B018
