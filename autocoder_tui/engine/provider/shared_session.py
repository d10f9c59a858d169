"""HTTP clients that many runs of one event loop share, so that open connections serve again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from types import TracebackType
from typing import Any, Final

from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.provider.chat import HttpSession
from autocoder_tui.engine.provider.session import Response
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.trace import Trace

_MOST: Final = 16
"""Clients that are kept; keys and addresses of one program are few."""
_MOST_AHEAD: Final = 65_536
"""Bytes of a body that are read before somebody wants them."""


class SharedSessions:
    """The sessions of the endpoints that are asked. A run that ends closes what it has open itself
    and nothing else. They are for one event loop."""

    def __init__(self) -> None:
        self._opened: dict[tuple[Endpoint, float], asyncio.Task[HttpSession]] = {}

    def of(self, endpoint: Endpoint, limits: Limits) -> SharedSession:
        """The session for this endpoint. Raises RequestError as `HttpSession` does."""
        name = (endpoint, limits.connect_timeout)
        opened = self._opened.get(name)
        if opened is None or _failed(opened):
            session = HttpSession(endpoint, limits, most_connections=None)
            opened = asyncio.ensure_future(session.__aenter__())
            if len(self._opened) >= _MOST:
                # Runs that use it go on, and with the last of them it is gone.
                self._opened.pop(next(iter(self._opened)))
            self._opened[name] = opened
        return SharedSession(opened)


def _failed(opened: asyncio.Task[HttpSession]) -> bool:
    return opened.done() and (opened.cancelled() or opened.exception() is not None)


class SharedSession:
    """An `engine.provider.session.ReplySession` of one run."""

    def __init__(self, opened: asyncio.Task[HttpSession]) -> None:
        self.trace: Trace | None = None
        self._opened = opened
        self._session: HttpSession | None = None

    async def __aenter__(self) -> SharedSession:
        # Others wait for it, too: whoever gives up does so alone.
        self._session = await asyncio.shield(self._opened)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Others go on with it."""

    async def reach(self) -> None:
        """Find the server's address. Raises OSError, TimeoutError included."""
        assert self._session is not None
        await self._session.reach()

    def send(
        self, body: dict[str, Any], *, beta: bool = False
    ) -> AbstractAsyncContextManager[Response]:
        """As `HttpSession.send`."""
        assert self._session is not None
        return _answered(self._session.send(body, beta=beta))


@asynccontextmanager
async def _answered(sent: AbstractAsyncContextManager[Response]) -> AsyncIterator[Response]:
    async with sent as response:
        yield _Gathered(response)


class _Gathered:
    """A response whose body comes in fewer pieces: what has arrived together is one. Where many
    runs are under way several tokens of each have come before its turn."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self._came: list[bytes] = []
        self._bytes = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def status_code(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    async def iter_bytes(self) -> AsyncGenerator[bytes]:
        reading = asyncio.create_task(self._read())
        reading.add_done_callback(lambda _: self._news.set())
        try:
            while self._came or not reading.done():
                if not self._came:
                    self._news.clear()
                    await self._news.wait()
                    continue
                data, self._came, self._bytes = b"".join(self._came), [], 0
                self._room.set()
                yield data
            reading.result()
        finally:
            reading.cancel()
            await asyncio.wait({reading})

    async def _read(self) -> None:
        async with aclosing(self._response.iter_bytes()) as body:
            async for data in body:
                self._came.append(data)
                self._bytes += len(data)
                self._news.set()
                while self._bytes > _MOST_AHEAD:
                    self._room.clear()
                    await self._room.wait()
