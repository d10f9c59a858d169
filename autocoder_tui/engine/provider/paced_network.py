"""Reads a connection on which much comes in small pieces at a steady pace, instead of for each.

A fast model sends a thousand tokens a second, each a packet of its own; nobody sees them one by
one, but to wait for each and to read it costs more than all that is done with it. What comes in
between lies in the kernel.
"""

# ruff: noqa: ASYNC109  (the signatures are httpcore2's)
from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterable
from typing import Any, Final

import httpx2
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream

PERIOD: Final = 1 / 30
"""Seconds between two reads: as often as a screen shows what came (`runs/event_batches`)."""
_STEADY: Final = 1.5 * PERIOD
"""Seconds within which one read follows the other as long as it is a flow."""
_BRIEF: Final = 8
"""Reads until it is one: a short reply is not held up, and neither is the first of a long one."""
_SMALL: Final = 16_384
"""Bytes from which on a read was worth it, and the next one may follow at once."""


class PacedStream(AsyncNetworkStream):
    """One connection. What comes after a pause is read at once, and what ends a flow at most
    `PERIOD` seconds after it came."""

    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._stream = stream
        self._last = 0.0
        self._in_flow = 0
        """Reads since the last pause."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._in_flow >= _BRIEF:
            left = self._last + PERIOD - time.monotonic()
            if left > 0:
                await asyncio.sleep(left)
        data = await self._stream.read(max_bytes, timeout)
        now = time.monotonic()
        flows = now - self._last < _STEADY and 0 < len(data) < _SMALL
        self._in_flow = self._in_flow + 1 if flows else 0
        self._last = now
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._in_flow = 0
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> AsyncNetworkStream:
        return PacedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PacedNetwork(AsyncNetworkBackend):
    """`network`, its connections paced."""

    def __init__(self, network: AsyncNetworkBackend) -> None:
        self._network = network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        stream = await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        return PacedStream(stream)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> AsyncNetworkStream:
        stream = await self._network.connect_unix_socket(path, timeout, socket_options)
        return PacedStream(stream)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


def pace(client: httpx2.AsyncClient) -> None:
    """Have all connections of `client` paced that it opens from now on.

    httpx2 takes no network, and httpcore2 does: where they keep it otherwise one day, they read
    for each packet again.
    """
    for transport in (client._transport, *client._mounts.values()):
        pool = getattr(transport, "_pool", None)
        network = getattr(pool, "_network_backend", None)
        if isinstance(network, AsyncNetworkBackend):
            pool._network_backend = PacedNetwork(network)  # type: ignore[union-attr]
