"""One request to a scripted server, for the tests of the provider."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from autocoder_tui.demo.script import Script
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.catalog import Endpoint, Model, Provider, Secret
from autocoder_tui.engine.errors import EngineError
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.provider.chat import stream_reply
from autocoder_tui.engine.provider.chunks import Finish, Piece, Reasoning, Text, Usage
from autocoder_tui.engine.request import Limits

CANARY = "sk-canary-0123456789abcdef"
MODEL = Model("some-model", "test")
QUICK = Limits(connect_timeout=5, first_byte_timeout=5, idle_timeout=5)
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]


def endpoint_at(base_url: str, **provider: Any) -> Endpoint:
    return Endpoint(Provider("test", base_url, **provider), Secret(CANARY), "TEST_API_KEY")


@dataclass
class Outcome:
    pieces: list[Piece] = field(default_factory=list)
    error: EngineError | None = None
    server: DemoServer | None = None

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Text))

    @property
    def reasoning(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Reasoning))

    @property
    def finishes(self) -> list[str | None]:
        return [piece.reason for piece in self.pieces if isinstance(piece, Finish)]

    @property
    def usages(self) -> list[Usage]:
        return [piece for piece in self.pieces if isinstance(piece, Usage)]


async def ask(endpoint: Endpoint, **options: Any) -> Outcome:
    """Stream one reply to its end or its error."""
    outcome = Outcome()
    options = {"limits": QUICK, "capabilities": Capabilities(), **options}
    messages = options.pop("messages", MESSAGES)
    try:
        async with aclosing(stream_reply(endpoint, MODEL, messages, **options)) as pieces:
            async for piece in pieces:
                outcome.pieces.append(piece)
    except EngineError as error:
        outcome.error = error
    return outcome


async def converse(script: Script, **options: Any) -> Outcome:
    """`ask` a server that follows `script`."""
    limits = replace(QUICK, **options.pop("limits", {}))
    provider = options.pop("provider", {})
    async with DemoServer(script) as server:
        outcome = await ask(endpoint_at(server.base_url, **provider), limits=limits, **options)
    outcome.server = server
    return outcome


def check(outcome: Outcome, kind: type[EngineError], *words: str) -> EngineError:
    """The error is of this very kind, is a sentence, and shows no key."""
    error = outcome.error
    assert error is not None
    assert type(error) is kind, error
    for word in words:
        assert word in error.message
    assert "canary" not in error.message
    assert "\n" not in error.message
    assert "\x1b" not in error.message
    assert len(error.message) < 700
    return error
