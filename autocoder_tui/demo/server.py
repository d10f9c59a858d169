"""A loopback server that speaks just enough of the OpenAI API, over real HTTP/1.1.

It serves the demo, and it is what the tests talk to. It invents nothing: every answer is a
`Reply` that somebody wrote down.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from typing import Final, Self

from autocoder_tui.demo.script import Received, Reply, Script, error_reply, stream_payloads

DEMO_TOKENS_PER_SECOND: Final = 120.0
_MAX_REQUEST_BYTES: Final = 64 * 1024 * 1024


class DemoServer:
    """`async with DemoServer(script) as server:` answers at `server.base_url` on a free port.

    A sequence of replies is used up one per chat request; when none is left the answer is a
    400 that says so. `models` are names, or whole entries of the list.
    `tokens_per_second` is the pace of streams; 0 sends as fast as it can.
    `refuses_tls`: answers a TLS handshake with a 400, as most servers do, where others wait for
    a request that never comes. `requests` records the chat requests.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        models: Sequence[str | Mapping[str, object]] = ("demo",),
        tokens_per_second: float = 0.0,
        refuses_tls: bool = True,
    ) -> None:
        self.requests: list[Received] = []
        self.base_url = ""
        self._refuses_tls = refuses_tls
        self._script = script
        self._models = models
        self._delay = 1.0 / tokens_per_second if tokens_per_second > 0 else 0.0
        self._server: asyncio.Server | None = None
        self._handlers: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for handler in self._handlers:
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handlers.add(task)
        task.add_done_callback(self._handlers.discard)
        try:
            while received := await _read_request(reader, writer, self._refuses_tls):
                keep_open = await self._answer(received, reader, writer)
                if not keep_open or received.headers.get("connection", "").lower() == "close":
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # Cancelled by __aexit__ only, which waits for this to end.
            pass
        finally:
            writer.close()

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection can take another request."""
        if received.method == "GET" and received.path.endswith("/models"):
            entries = [
                {"id": model, "object": "model"} if isinstance(model, str) else dict(model)
                for model in self._models
            ]
            reply = Reply(body=json.dumps({"object": "list", "data": entries}))
        elif received.method == "POST" and received.path.endswith("/chat/completions"):
            self.requests.append(received)
            reply = self._next_reply(received)
        else:
            reply = error_reply(404, f"nothing at {received.path}")
        return await _Answer(reply, received, reader, writer, self._delay).send()

    def _next_reply(self, received: Received) -> Reply:
        if callable(self._script):
            return self._script(received)
        index = len(self.requests) - 1
        if index < len(self._script):
            return self._script[index]
        return error_reply(400, f"the script has only {len(self._script)} replies")


class _Answer:
    """Sends one reply over one connection."""

    def __init__(
        self,
        reply: Reply,
        received: Received,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        delay: float,
    ) -> None:
        self._reply = reply
        self._received = received
        self._reader = reader
        self._writer = writer
        self._delay = delay if reply.delay is None else reply.delay

    async def send(self) -> bool:
        reply = self._reply
        if reply.stall == "accept":
            return await self._stall()
        if reply.raw is not None:
            await self._write(reply.raw)
            return False
        if reply.body is not None:
            body = reply.body.encode() if isinstance(reply.body, str) else reply.body
            await self._write(self._head("application/json", f"content-length: {len(body)}") + body)
            return True
        if reply.cut is not None and not reply.text and reply.frames is None:
            return self._cut()
        await self._write(self._head("text/event-stream", "transfer-encoding: chunked"))
        if reply.stall == "headers":
            return await self._stall()
        return await self._stream()

    async def _stream(self) -> bool:
        reply, begun = self._reply, time.monotonic()
        for count, (payload, is_finish) in enumerate(stream_payloads(reply, self._received), 1):
            await self._write_chunk(self._event(payload))
            if is_finish and reply.stall == "finish":
                return await self._stall()
            await self._keep_pace(begun, count)
            if self._reader.at_eof():
                return False
        if reply.cut is not None:
            return self._cut()
        if reply.stall == "middle":
            return await self._stall()
        await self._write(b"0\r\n\r\n")
        return True

    async def _keep_pace(self, begun: float, count: int) -> None:
        """Wait until `count` pieces are due: kept up over the stream, whatever one sleep takes."""
        ahead = begun + count * self._delay - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)

    def _event(self, payload: str) -> bytes:
        newline = self._reply.newline
        lines = [f"data: {line}{newline}" for line in payload.split("\n")]
        return ("".join(lines) + newline).encode("utf-8", "surrogatepass")

    def _head(self, content_type: str, framing: str) -> bytes:
        headers = {"content-type": content_type, **self._reply.headers}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(
            [f"HTTP/1.1 {self._reply.status} demo", framing, *lines, "", ""]
        ).encode()

    async def _write_chunk(self, data: bytes) -> None:
        size = self._reply.write_size or len(data)
        for start in range(0, len(data), size):
            part = data[start : start + size]
            await self._write(b"%x\r\n%s\r\n" % (len(part), part))

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def _stall(self) -> bool:
        """Say nothing (or only comments) until the client leaves."""
        while True:
            try:
                async with asyncio.timeout(self._reply.comment_every):
                    await self._reader.read(1)
                return False
            except TimeoutError:
                await self._write_chunk(b": still here\n\n")

    def _cut(self) -> bool:
        if self._reply.cut == "short":
            self._writer.write(b"ff\r\ndata: {")
        elif self._reply.cut == "reset":
            # Zero linger makes closing send a reset instead of an orderly end.
            connection = self._writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


_TLS_HELLO = b"\x16"
"""How a client begins that takes this for a server with TLS: it need not wait to learn."""


async def _read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, refuses_tls: bool
) -> Received | None:
    """The next request on a connection; None when the client has closed it."""
    try:
        first_byte = await reader.readexactly(1)
        if first_byte == _TLS_HELLO and refuses_tls:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
            return None
        head = first_byte + await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, *_ = [*first.split(" "), "", ""]
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length", "0")
    size = int(length) if length.isdigit() else 0
    data = await reader.readexactly(min(size, _MAX_REQUEST_BYTES))
    try:
        body = json.loads(data) if data else None
    except ValueError:
        body = None
    return Received(method, path, headers, body)
