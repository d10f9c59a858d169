"""The loopback server of the demo, and what its clients do while it answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from autocoder_tui.demo.script import Received
from autocoder_tui.demo.server import DemoServer, _Answer


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


class HeldServer(WatchedServer):
    """Stops in the middle of a stream where the text has `mark`, until `go_on` is called: the mark
    itself is not sent. Each mark holds once."""

    def __init__(self, *arguments: Any, mark: str = "\0", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.mark = mark
        self.holds = 0
        self._passed = asyncio.Semaphore(0)

    def go_on(self) -> None:
        """Send what comes next, up to the next mark."""
        self._passed.release()

    async def held(self) -> None:
        self.holds += 1
        await self._passed.acquire()

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        if not received.path.endswith("/chat/completions"):
            return await super()._answer(received, reader, writer)
        self.requests.append(received)
        reply = self._next_reply(received)
        return await _HeldAnswer(self, reply, received, reader, writer, 0.0).send()


class _HeldAnswer(_Answer):
    def __init__(self, server: HeldServer, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._server = server

    async def _write_chunk(self, data: bytes) -> None:
        payload = data.decode().strip().removeprefix("data: ")
        if json.dumps(self._server.mark)[1:-1] in payload:
            await self._server.held()
            return
        await super()._write_chunk(data)
