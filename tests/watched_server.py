"""The loopback server of the demo, and what its clients do while it answers."""

from __future__ import annotations

import asyncio
from typing import Any

from autocoder_tui.demo.script import Received
from autocoder_tui.demo.server import DemoServer


class WatchedServer(DemoServer):
    """`connections` is how many were opened, `dropped` how many replies the client did not wait
    for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.connections = self.dropped = 0
        self._client_left = asyncio.Event()

    async def wait_for_drop(self) -> None:
        """Return when a client has left in the middle of a reply."""
        await self._client_left.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await super()._connected(reader, writer)

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        left = True
        try:
            goes_on = await super()._answer(received, reader, writer)
            left = not goes_on and reader.at_eof()
        except asyncio.CancelledError:
            left = False
            raise
        finally:
            if left:
                self.dropped += 1
                self._client_left.set()
        return goes_on
