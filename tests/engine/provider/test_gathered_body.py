"""A body whose pieces are taken together where they came together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.engine.provider import gathered_body
from autocoder_tui.engine.provider.gathered_body import gathered


class Body:
    """Yields `pieces`; before each None it waits until it is told to go on."""

    def __init__(self, pieces: list[bytes | None], error: Exception | None = None) -> None:
        self.go = asyncio.Event()
        self.read = 0
        self.closed = False
        self._pieces, self._error = pieces, error

    async def __call__(self) -> AsyncGenerator[bytes]:
        try:
            for piece in self._pieces:
                if piece is None:
                    await self.go.wait()
                    self.go.clear()
                else:
                    self.read += 1
                    yield piece
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


async def test_what_came_together_is_one_piece_and_nothing_waits_for_more() -> None:
    body = Body([b"a", b"b", None, b"c", None, b"d"])
    pieces = gathered(body())
    assert await anext(pieces) == b"ab"
    waiting = asyncio.ensure_future(anext(pieces))
    await asyncio.sleep(0)
    assert not waiting.done()
    body.go.set()
    assert await waiting == b"c"
    body.go.set()
    assert [piece async for piece in pieces] == [b"d"]
    assert body.closed


@given(st.lists(st.none() | st.binary(max_size=3), max_size=20))
def test_all_of_it_comes_in_order(came: list[bytes | None]) -> None:
    async def read() -> bytes:
        body = Body(came)

        async def push() -> None:
            while not body.closed:
                body.go.set()
                await asyncio.sleep(0)

        pushing = asyncio.create_task(push())
        got = [piece async for piece in gathered(body())]
        await pushing
        return b"".join(got)

    assert asyncio.run(read()) == b"".join(piece for piece in came if piece is not None)


async def test_an_error_comes_after_what_came_before_it() -> None:
    body = Body([b"a", b"b"], OSError("gone"))
    pieces = gathered(body())
    assert await anext(pieces) == b"ab"
    with pytest.raises(OSError, match="gone"):
        await anext(pieces)
    assert body.closed


async def test_who_gives_up_closes_the_body() -> None:
    body = Body([b"a", None, b"b"])
    pieces = gathered(body())
    assert await anext(pieces) == b"a"
    waiting = asyncio.ensure_future(anext(pieces))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert body.closed
    other = Body([b"a", None])
    pieces = gathered(other())
    await anext(pieces)
    await pieces.aclose()
    assert other.closed


async def test_no_more_is_read_ahead_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathered_body, "_MOST_AHEAD", 10)
    body = Body([b"12345"] * 100)
    pieces = gathered(body())
    lengths = []
    async for piece in pieces:
        lengths.append(len(piece))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert body.read * 5 <= sum(lengths) + 15
    assert sum(lengths) == 500
    assert max(lengths) <= 15
