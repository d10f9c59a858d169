"""Replies that came some other way than over a connection of this run: out of a batch file."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import field
from types import TracebackType
from typing import Any, Final, TypeAlias

from autocoder_tui.engine.errors import RequestError
from autocoder_tui.engine.provider.capabilities import Capabilities
from autocoder_tui.engine.trace import Trace
from autocoder_tui.values import dataclass

_OF_STREAMS: Final = ("stream", "stream_options", "return_progress")


@dataclass(frozen=True, slots=True)
class StoredReply:
    """The answer to one request: its HTTP status, and its body as JSON text."""

    status_code: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    async def iter_bytes(self) -> AsyncGenerator[bytes]:
        yield self.body.encode("utf-8", "surrogatepass")


FindReply: TypeAlias = Callable[[str], StoredReply | None]
"""The reply to the request of this id (see `request_id`), None where there is none yet."""


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """Answers to a whole run: what has them, and what was known of the endpoint when its first
    request was made. Each run learns the same anew, from a copy."""

    find: FindReply
    known: Mapping[str, Any]

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities.from_dict(dict(self.known))


class ReplyAwaited(RequestError):
    """The run has come to a request that nobody has answered yet: `request_id`, and its `body`
    as it is to be sent."""

    kind = "reply_awaited"

    def __init__(self, request_id: str, body: dict[str, Any]) -> None:
        super().__init__("The reply to this request has not come yet.")
        self.request_id = request_id
        self.body = body


class StoredReplies:
    """A session that sends nothing: each request is answered by what `find` has for it.

    A run that is played from its beginning asks the same requests in the same order, so it comes
    as far as there are replies, and then to `awaited`: the request that is to be answered next.
    The same body asked a second time is another request.
    """

    def __init__(self, find: FindReply, trace: Trace | None = None) -> None:
        self.trace = trace
        self.awaited: ReplyAwaited | None = None
        self._find = find
        self._asked: Counter[str] = Counter()

    async def __aenter__(self) -> StoredReplies:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is open."""

    async def reach(self) -> None:
        """Nobody has to be reached."""

    @asynccontextmanager
    async def send(self, body: dict[str, Any], *, beta: bool = False) -> AsyncIterator[StoredReply]:
        """The stored reply. Raises ReplyAwaited where there is none."""
        whole = {name: value for name, value in body.items() if name not in _OF_STREAMS}
        digest = body_digest(whole)
        name = request_id(digest, self._asked[digest])
        self._asked[digest] += 1
        reply = self._find(name)
        if reply is None:
            self.awaited = ReplyAwaited(name, whole)
            raise self.awaited
        yield reply


def body_digest(body: Mapping[str, Any]) -> str:
    """Twenty hexadecimal digits that tell `body` from every other."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def request_id(digest: str, times: int) -> str:
    """The id of a request within its run: what it asks, and how often it was asked before."""
    return f"{digest}-{times}"
