"""Conversations over a WebSocket: {messages, feedback, model, custom_url} in; frames `token`,
`feedback`, `exit_token` and `error` out, and `start` where it is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from autocoder_tui.engine.events import Failure, RunFailed, RunStarted, TextDelta, TextRetracted
from autocoder_tui.errors import AutocoderError
from autocoder_tui.runs.preparation import Prepared
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.serve.exchange import Ended, answer_within, exchange_of
from autocoder_tui.serve.payloads import SocketMessage, SocketRequest
from autocoder_tui.serve.rates import ClientRates
from autocoder_tui.serve.requests import conversation_request, instruction_request
from autocoder_tui.serve.served_run import RunsTogether, ServedRun
from autocoder_tui.serve.settings import ServeSettings
from autocoder_tui.serve.statuses import FAILED, status_of
from autocoder_tui.serve.threads import Place, Threads


class Conversation:
    """One socket: a request at a time. "stop" ends the one under way, and so does leaving."""

    def __init__(
        self,
        socket: WebSocket,
        settings: ServeSettings,
        rates: ClientRates,
        threads: Threads,
        together: RunsTogether,
        say: Callable[[str], object],
    ) -> None:
        self._socket = socket
        self._settings = settings
        self._rates = rates
        self._threads = threads
        self._together = together
        self._say = say
        self._client = socket.client.host if socket.client else "?"
        self._answering: asyncio.Task[None] | None = None
        self._exchange = exchange_of(socket.scope)
        self._ended_as: Ended = "client_gone"

    async def serve(self) -> None:
        """Answer until the client leaves."""
        await self._socket.accept()
        try:
            while True:
                await self._heard(await self._socket.receive_text())
        except (WebSocketDisconnect, KeyError):
            pass  # left, or sent what is no text
        finally:
            await self._stop("client_gone")

    async def _heard(self, text: str) -> None:
        if len(text.encode("utf-8", "replace")) > self._settings.most_body_bytes:
            await self._error("body_too_large", "The message is too large.")
            return
        if text.strip() == "stop":
            await self._stop("stopped")
            return
        if self._answering is not None and not self._answering.done():
            await self._error("busy", 'An answer is under way: wait for it, or send "stop".')
            return
        try:
            asked = SocketRequest.model_validate_json(text)
        except ValidationError as error:
            await self._error("payload", why_invalid(error.errors()))
            return
        self._answering = asyncio.create_task(self._answer(asked))

    async def _answer(self, asked: SocketRequest) -> None:
        self._exchange = answer_within(self._socket.scope)
        ended: Ended | None = None
        try:
            ended = await self._tried(asked)
        finally:
            exchange = self._exchange
            if ended == "failed" and not exchange.has_run and exchange.status < FAILED:
                ended = "refused"
            exchange.end(ended or self._ended_as)

    async def _tried(self, asked: SocketRequest) -> Ended:
        try:
            await self._rates.count(self._client)
            with self._rates.under_way(self._client):
                return await self._answered(asked)
        except AutocoderError as error:
            self._exchange.error = error.kind
            self._exchange.status = status_of(Failure(error.kind, error.message))
            await self._error(error.kind, error.message)
            return "failed"
        except asyncio.CancelledError:
            with suppress(Exception):
                await self._send("exit_token", reason="stopped")
            raise

    async def _answered(self, asked: SocketRequest) -> Ended:
        messages, place = list(asked.messages), self._threads.place_of(asked.messages)
        chosen = (asked.model, asked.custom_url)
        if asked.feedback:
            made = instruction_request(self._settings, messages, place, *chosen)
            instruction = await self._run(self._served(made), "feedback")
            if instruction is None:
                return "failed"
            messages[-1] = SocketMessage(role="user", content=instruction)
        served = self._served(conversation_request(self._settings, messages, place, *chosen))
        try:
            done = await self._run(served, "token", asked.announce)
        finally:
            state = served.state
            if state.run_id and state.text.strip():
                follows = Place(place.thread or state.run_id, state.run_id)
                self._threads.answered(messages, state.text, follows)
        return "failed" if done is None else "complete"

    def _served(self, make: Callable[[], Prepared]) -> ServedRun:
        return ServedRun(self._settings.setup, make, self._say, self._together)

    async def _run(self, served: ServedRun, frame: str, announce: bool = False) -> str | None:
        """Send what a run brings as frames of this name; its text, None where it failed."""
        try:
            failure = await self._stream(served, frame, announce)
        finally:
            self._exchange.note_run(served.state)
        state = served.state
        if failure is not None or state.status != "completed":
            failure = failure or Failure("cancelled", "The run was stopped.")
            self._exchange.status = status_of(failure)
            await self._error(failure.kind, failure.message)
            return None
        if frame == "feedback":
            await self._send("feedback", content=state.text.strip())
        else:
            await self._send("exit_token", reason="done", run_id=state.run_id)
        self._exchange.status = 200
        return state.text.strip()

    async def _stream(self, served: ServedRun, frame: str, announce: bool) -> Failure | None:
        """Send the words of a run; why it failed, where it did."""
        failure: Failure | None = None
        async with aclosing(served.batches()) as batches:  # type: ignore[type-var]
            async for batch in batches:
                for event in batch:
                    match event:
                        case RunStarted(run_id) if announce:
                            await self._send("start", run_id=run_id)
                        case TextDelta(text) if frame == "token":
                            await self._send("token", content=text)
                        case TextRetracted(count) if frame == "token":
                            await self._send("token", content="", retract=count)
                        case RunFailed(error):
                            failure = error
        return failure

    async def _stop(self, ended: Ended) -> None:
        self._ended_as = ended
        task, self._answering = self._answering, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait({task})

    async def _error(self, kind: str, message: str) -> None:
        await self._send("error", kind=kind, message=safe_line(message))

    async def _send(self, frame: str, **values: Any) -> None:
        if frame in ("token", "feedback"):
            self._exchange.first_byte()
        await self._socket.send_text(json.dumps({"type": frame, **values}))


def why_invalid(errors: Sequence[Any]) -> str:
    """What is wrong with a payload, by pydantic's `errors()`, as a sentence that quotes none of
    it."""
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"]) or "the payload"
    also = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return safe_line(f"{place}: {first['msg']}{also}.")
