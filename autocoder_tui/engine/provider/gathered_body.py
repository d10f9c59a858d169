"""The body of a reply in fewer pieces: what has arrived together is one.

Servers send each token as a chunk of its own, and every layer between the socket and the screen
takes its time for each. A token that comes alone is handed on alone, at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

_MOST_AHEAD: Final = 65_536
"""Bytes of a body that are read before somebody wants them."""


async def gathered(body: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """What `body` yields, joined as far as it came before it was asked for. Raises what `body`
    raises, after what came before that; `body` is closed with it."""
    ahead = _Ahead(body)
    reading = asyncio.create_task(ahead.read())
    reading.add_done_callback(lambda _: ahead.news.set())
    try:
        while ahead.came or not reading.done():
            if ahead.came:
                yield ahead.take()
            else:
                ahead.news.clear()
                await ahead.news.wait()
        reading.result()
    finally:
        reading.cancel()
        await asyncio.wait({reading})


class _Ahead:
    """Reads `body` ahead in a task of its own, which runs until it has to wait for the network."""

    def __init__(self, body: AsyncGenerator[bytes]) -> None:
        self.came: list[bytes] = []
        self.news = asyncio.Event()
        self._body = body
        self._bytes = 0
        self._room = asyncio.Event()

    def take(self) -> bytes:
        data, self.came, self._bytes = b"".join(self.came), [], 0
        self._room.set()
        return data

    async def read(self) -> None:
        async with aclosing(self._body) as body:
            async for data in body:
                self.came.append(data)
                self._bytes += len(data)
                self.news.set()
                while self._bytes > _MOST_AHEAD:
                    self._room.clear()
                    await self._room.wait()
