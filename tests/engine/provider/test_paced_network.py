"""A connection read at a steady pace while much comes in small pieces, over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from httpcore2 import AsyncNetworkStream

from autocoder_tui.engine.provider.paced_network import PERIOD, PacedNetwork, PacedStream
from autocoder_tui.engine.provider.transport import GuardedClient


class Peer:
    """What sends into a connection that the test reads."""

    def __init__(self) -> None:
        self.writer: asyncio.StreamWriter | None = None
        self.connected = asyncio.Event()

    def came(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.connected.set()

    async def send(self, data: bytes) -> None:
        assert self.writer is not None
        self.writer.write(data)
        await self.writer.drain()


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[AsyncNetworkStream, Peer]]:
    client = GuardedClient("http://127.0.0.1", connect_timeout=5)
    network = client._transport._pool._network_backend  # type: ignore[attr-defined]
    assert isinstance(network, PacedNetwork)
    peer = Peer()
    server = await asyncio.start_server(peer.came, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    stream = await network.connect_tcp(host, port)
    await peer.connected.wait()
    try:
        yield stream, peer
    finally:
        await stream.aclose()
        assert peer.writer is not None
        peer.writer.close()
        server.close()
        await client.aclose()


@pytest.mark.parametrize("proxy", [None, "http://127.0.0.1:1", "socks5://127.0.0.1:1"])
async def test_every_way_to_a_server_is_paced(
    proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if proxy is not None:
        monkeypatch.setenv("ALL_PROXY", proxy)
    async with GuardedClient("http://example.com", connect_timeout=5) as client:
        used = client._transport_for_url(httpx2.URL("http://example.com"))
        assert (used is client._transport) is (proxy is None)
        network = used._pool._network_backend  # type: ignore[attr-defined]
        assert isinstance(network, PacedNetwork)


async def test_a_flow_is_read_in_few_reads_and_nothing_is_lost() -> None:
    async with connection() as (stream, peer):
        assert isinstance(stream, PacedStream)
        sent = b"".join(b"token %d " % number for number in range(600))

        async def flow() -> None:
            for number in range(600):
                await peer.send(b"token %d " % number)
                await asyncio.sleep(0.001)

        flowing = asyncio.create_task(flow())
        got, reads = b"", 0
        while len(got) < len(sent):
            got += await stream.read(65_536)
            reads += 1
        await flowing
        assert got == sent
        # On a busy machine a read may come so late that the next ones follow at once.
        assert reads <= 300


async def test_few_pieces_and_those_after_a_pause_are_read_at_once() -> None:
    took = []
    async with connection() as (stream, peer):
        for _ in range(5):
            for number in range(8):
                begun = time.monotonic()
                await peer.send(b"%d" % number)
                assert await stream.read(65_536) == b"%d" % number
                took.append(time.monotonic() - begun)
            await asyncio.sleep(2 * PERIOD)
    # On a busy machine one or the other waits for a processor; none is made to.
    assert sum(seconds < PERIOD / 2 for seconds in took) > len(took) / 2


async def test_large_pieces_are_read_as_fast_as_they_come() -> None:
    async with connection() as (stream, peer):
        piece, took = b"x" * 65_536, []
        for _ in range(3):
            flowing = asyncio.create_task(peer.send(piece * 100))
            got, begun = 0, time.monotonic()
            while got < 100 * len(piece):
                got += len(await stream.read(65_536))
            await flowing
            took.append(time.monotonic() - begun)
        # The quickest: a busy machine keeps any of them waiting.
        assert min(took) < 50 * PERIOD


async def test_the_end_of_a_flow_is_heard() -> None:
    async with connection() as (stream, peer):
        for number in range(20):
            await peer.send(b"%d" % number)
            assert await stream.read(65_536)
        assert peer.writer is not None
        peer.writer.close()
        assert await stream.read(65_536) == b""
