"""A terminal over a WebSocket: what the program writes goes out as fast as the browser shows it,
what is typed comes in as fast as the program takes it.

Binary frames are the terminal's bytes, in both directions. Text frames are JSON. In: `size`
(columns, rows), `shown` (bytes the browser is done with). Out: `taken` (bytes the program has
read of what was typed), `ended` and `refused` (message).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final, Literal, TypeAlias

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autocoder_tui.serve.terminal.program import TerminalProgram, TerminalSize

Ending: TypeAlias = Literal["complete", "client_gone", "idle", "misuse"]

MOST_UNSHOWN: Final = 524_288
"""Bytes the browser may have before it has shown them; then the program is left to wait."""
MOST_UNTAKEN: Final = 262_144
"""Bytes a client may have sent before the program has read them."""
_LEFT_FOR_LAST_WORDS: Final = 2.0
"""Seconds a client is given to take the last that is said to it."""


class ClientSays(BaseModel):
    """A text frame from the browser."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["size", "shown"]
    columns: int = Field(0, ge=0, le=100_000)
    rows: int = Field(0, ge=0, le=100_000)
    bytes: int = Field(0, ge=0)


class TerminalSession:
    """One socket and one program, for as long as both are there. `idle_seconds` is how long a
    session may go without a key, None for ever."""

    def __init__(
        self, socket: WebSocket, program: TerminalProgram, idle_seconds: float | None
    ) -> None:
        self._socket = socket
        self._program = program
        self._idle = idle_seconds
        self._typed = bytearray()
        self._has_typed = asyncio.Event()
        self._unshown = 0
        self._room = asyncio.Event()
        self._last_key = time.monotonic()

    async def serve(self) -> Ending:
        """Pass on what comes until one of the two has ended; how that was. The program is left
        to whoever started it."""
        parts: list[Coroutine[Any, Any, Ending]] = [self._show(), self._type(), self._hear()]
        if self._idle is not None:
            parts.append(self._wait_for_keys(self._idle))
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        endings = [task.result() for task in done]
        ending: Ending = "client_gone" if "client_gone" in endings else endings[0]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._say_the_end(ending), _LEFT_FOR_LAST_WORDS)
        return ending

    async def _show(self) -> Ending:
        """What the program writes, to the browser."""
        with suppress(WebSocketDisconnect, RuntimeError):
            while data := await self._program.read():
                await self._socket.send_bytes(data)
                self._unshown += len(data)
                while self._unshown > MOST_UNSHOWN:
                    self._room.clear()
                    await self._room.wait()
            return "complete"
        return "client_gone"

    async def _type(self) -> Ending:
        """What was typed, to the program."""
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._has_typed.wait()
                data = bytes(self._typed)
                await self._program.write(data)
                del self._typed[: len(data)]
                if not self._typed:
                    self._has_typed.clear()
                await self._say("taken", bytes=len(data))
        return "client_gone"

    async def _hear(self) -> Ending:
        """What the browser sends."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return "client_gone"
            data, text = message.get("bytes"), message.get("text")
            if data is not None:
                self._typed += data
                if len(self._typed) > MOST_UNTAKEN:
                    return "misuse"
                self._has_typed.set()
                self._last_key = time.monotonic()
                continue
            try:
                said = ClientSays.model_validate_json(text or "")
            except ValidationError:
                return "misuse"
            if said.type == "size":
                self._program.resize(TerminalSize.within_reason(said.columns, said.rows))
            else:
                self._unshown = max(0, self._unshown - said.bytes)
                if self._unshown <= MOST_UNSHOWN:
                    self._room.set()

    async def _wait_for_keys(self, most: float) -> Ending:
        while True:
            left = self._last_key + most - time.monotonic()
            if left <= 0:
                return "idle"
            await asyncio.sleep(left)

    async def _say_the_end(self, ending: Ending) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            if ending == "complete":
                await self._say("ended", message="The program has ended.")
            elif ending == "idle":
                await self._say(
                    "ended",
                    message="The program was ended after a long time without a key. What it had "
                    "is kept.",
                )
            await self._socket.close(1008 if ending == "misuse" else 1000)

    async def _say(self, kind: str, **values: Any) -> None:
        await self._socket.send_text(json.dumps({"type": kind, **values}))
