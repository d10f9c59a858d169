"""HTTP clients that many runs of one event loop share, so that open connections serve again."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Final

from autocoder_tui.engine.catalog import Endpoint
from autocoder_tui.engine.provider.chat import HttpSession
from autocoder_tui.engine.provider.session import Response
from autocoder_tui.engine.request import Limits
from autocoder_tui.engine.trace import Trace

_MOST: Final = 16
"""Clients that are kept; keys and addresses of one program are few."""


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
        return self._session.send(body, beta=beta)
