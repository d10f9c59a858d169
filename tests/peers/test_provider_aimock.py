"""The provider against aimock: a whole stream, a length cut, a 429, a drop in mid-stream."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

from autocoder_tui.engine.catalog import Endpoint, Model, Provider
from autocoder_tui.engine.errors import ConnectionLost, EngineError, RateLimited
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import stream_reply
from autocoder_tui.engine.provider.chunks import Finish, Text, Usage
from autocoder_tui.engine.request import Limits
from tests.peers.conftest import REPLY

FIRST = [{"role": "user", "content": "Write src/areas.py"}]


@dataclass
class Part:
    text: str = ""
    finish: str | None = None
    usage: Usage | None = None
    error: EngineError | None = None


async def ask(base_url: str, model: str, messages: list[dict[str, str]] = FIRST) -> Part:
    part = Part()
    pieces = stream_reply(
        Endpoint(Provider("aimock", base_url)),
        Model(model, "aimock"),
        messages,
        limits=Limits(connect_timeout=10, first_byte_timeout=30, idle_timeout=30),
        capabilities=Capabilities(),
    )
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                match piece:
                    case Text(text):
                        part.text += text
                    case Finish(reason):
                        part.finish = reason
                    case Usage():
                        part.usage = piece
    except EngineError as error:
        part.error = error
    return part


async def test_a_whole_stream(aimock: str) -> None:
    part = await ask(aimock, "whole")
    assert (part.error, part.text, part.finish) == (None, REPLY, "stop")
    assert part.usage is not None
    assert part.usage.completion_tokens


async def test_a_cut_by_length_and_the_plain_rest(aimock: str) -> None:
    first = await ask(aimock, "length-rest")
    assert first.finish == "length"
    messages = [
        *FIRST,
        {"role": "assistant", "content": first.text},
        {"role": "user", "content": "continue"},
    ]
    rest = await ask(aimock, "length-rest", messages)
    assert rest.finish == "stop"
    assert first.text + rest.text == REPLY


async def test_a_429_with_retry_after(aimock: str) -> None:
    first = await ask(aimock, "limited")
    assert isinstance(first.error, RateLimited)
    assert first.error.retry_after == 1
    assert (await ask(aimock, "limited")).text == REPLY


async def test_a_drop_in_mid_stream_keeps_the_text(aimock: str) -> None:
    part = await ask(aimock, "dropped")
    assert isinstance(part.error, ConnectionLost)
    assert part.finish is None
    assert 100 < len(part.text) < len(REPLY)
    assert REPLY.startswith(part.text)


async def test_an_unknown_model_is_an_error(aimock: str) -> None:
    part = await ask(aimock, "no-such-model")
    assert part.error is not None
    assert part.text == ""
