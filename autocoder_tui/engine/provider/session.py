"""What a run asks its requests of: an HTTP session, or replies that are at hand already."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Protocol

from autocoder_tui.engine.trace import Trace


class Response(Protocol):
    """One answer: its status and headers, and the body as it comes."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def iter_bytes(self) -> AsyncGenerator[bytes]: ...


class ReplySession(Protocol):
    """`async with session`; left, it has nothing open any more.

    `trace` is told what is on the wire.
    """

    trace: Trace | None

    async def __aenter__(self) -> ReplySession: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    async def reach(self) -> None:
        """Find the server's address. Raises OSError where it has none."""

    def send(
        self, body: dict[str, Any], *, beta: bool = False
    ) -> AbstractAsyncContextManager[Response]:
        """The answer to one chat completion. `beta`: below DeepSeek's other address."""
