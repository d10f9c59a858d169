"""The answer to a request for text: a status once it is known, then what comes as it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from typing import Any, Final, Literal, TypeAlias

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from autocoder_tui.engine.delivered_text import DeliveredText
from autocoder_tui.engine.events import (
    ContinuationStarted,
    Event,
    Failure,
    ReasoningDelta,
    RetryScheduled,
    RunCancelled,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    TextRetracted,
    UsageUpdated,
)
from autocoder_tui.engine.run_state import RunState
from autocoder_tui.safety.redaction import safe_line
from autocoder_tui.serve.exchange import exchange_of
from autocoder_tui.serve.served_run import ServedRun
from autocoder_tui.serve.statuses import TOO_MANY, error_body, status_of

Form: TypeAlias = Literal["text", "events", "json"]
_TYPES: Final[dict[Form, str]] = {
    "text": "text/plain; charset=utf-8",
    "events": "text/event-stream; charset=utf-8",
    "json": "application/json",
}
_QUIET: Final = 15.0
"""Seconds of silence after which a stream of events says that it is alive."""
_RETRY_AFTER: Final = "30"


def form_of(accept: str) -> Form:
    """The form a client asks for by its Accept header."""
    accepted = accept.lower()
    if "text/event-stream" in accepted:
        return "events"
    return "json" if "application/json" in accepted and "text/plain" not in accepted else "text"


class RunAnswer(Response):
    """Sends what a run brings. Nothing is sent before its first word or its failure is there, so
    that the status is true; a client that leaves ends the run, whenever that is. `slot` is left
    when all is over."""

    def __init__(self, served: ServedRun, form: Form, slot: ExitStack) -> None:
        super().__init__(media_type=_TYPES[form])
        self._served = served
        self._slot = slot
        self._form = form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._slot:
            try:
                await self._answer(receive, send)
            finally:
                exchange_of(scope).note_run(self._served.state)

    async def _answer(self, receive: Receive, send: Send) -> None:
        answer = asyncio.ensure_future(self._send(send))
        left = asyncio.ensure_future(_disconnected(receive))
        try:
            await asyncio.wait({answer, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left.cancel()
            if not answer.done():
                answer.cancel()
            await asyncio.wait({answer})
            await self._served.close()
        if not answer.cancelled() and (error := answer.exception()) is not None:
            raise error

    async def _send(self, send: Send) -> None:
        body = _Body(self._form)
        begun = self._form == "json"
        quiet = _QUIET if self._form == "events" else None
        async with aclosing(self._served.batches(quiet)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                if not batch:
                    if begun:
                        await send(_part(b": still at work\n\n"))
                    continue
                data = body.of(batch)
                if not begun:
                    failure = body.failure
                    if failure is not None:
                        break
                    if not body.has_text:
                        body.keep(data)
                        continue
                    await send(self._start(200))
                    data, begun = body.kept() + data, True
                if data and self._form != "json":
                    await send(_part(data))
        state = self._served.state
        if self._form == "json" or not begun:
            status, data = _whole(state, body.failure)
            if status == 200 and self._form == "text":
                data = state.text.encode("utf-8", "replace")
            elif status == 200 and self._form == "events":
                data = body.kept() + body.end(state)
            await send(self._start(status, None if status == 200 else "application/json"))
            await send(_part(data, last=True))
            return
        await send(_part(body.end(state), last=True))

    def _start(self, status: int, media_type: str | None = None) -> Message:
        headers = [
            (b"content-type", (media_type or _TYPES[self._form]).encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"x-run-id", (self._served.state.run_id or "").encode("ascii", "ignore")),
        ]
        if status == TOO_MANY:
            headers.append((b"retry-after", _RETRY_AFTER.encode()))
        return {"type": "http.response.start", "status": status, "headers": headers}


class _Body:
    """The bytes that say what came. In plain text what was sent cannot be taken back: where a
    continuation writes a line otherwise, the end says so."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._kept = b""
        self.failure: Failure | None = None
        self.has_text = False
        self._delivered = DeliveredText()

    def keep(self, data: bytes) -> None:
        """Hold back what comes before the status is known."""
        self._kept += data

    def kept(self) -> bytes:
        kept, self._kept = self._kept, b""
        return kept

    def of(self, events: Sequence[Event]) -> bytes:
        """What these events add."""
        for event in events:
            self.has_text |= isinstance(event, TextDelta) and bool(event.text)
            if isinstance(event, RunFailed):
                self.failure = event.error
            elif isinstance(event, RunCancelled):
                self.failure = Failure("cancelled", "The run was stopped.")
        if self._form == "events":
            return b"".join(map(_sse, events))
        return self._plain(events) if self._form == "text" else b""

    def _plain(self, events: Sequence[Event]) -> bytes:
        said: list[str] = []
        for event in events:
            if isinstance(event, TextRetracted):
                self._delivered.retract(event.count)
            elif isinstance(event, TextDelta):
                said.append(self._delivered.append(event.text))
        return "".join(said).encode("utf-8", "replace")

    def end(self, state: RunState) -> bytes:
        """How it ended."""
        if self._form == "events":
            if self.failure is not None:
                return b""
            return _named("done", {"run_id": state.run_id, **_usage(state)})
        if self.failure is not None:
            return f"\n[error: {safe_line(self.failure.message)}]\n".encode()
        if not self._delivered.exact:
            return f"\n[a line was written anew: GET /snippets/{state.run_id} has it]\n".encode()
        return b""


def _sse(event: Event) -> bytes:
    match event:
        case RunStarted(run_id, model):
            return _named("start", {"run_id": run_id, "model": model})
        case TextDelta(text):
            return _named("delta", {"text": text})
        case TextRetracted(count):
            return _named("retract", {"count": count})
        case ReasoningDelta(text):
            return _named("reasoning", {"text": text})
        case UsageUpdated():
            return _named("usage", _counts(event))
        case ContinuationStarted(part):
            return _named("continuation", {"part": part, "cause": event.cause})
        case RetryScheduled(delay, reason, attempt):
            said = {"seconds": round(delay, 3), "reason": safe_line(reason), "attempt": attempt}
            return _named("retry", said)
        case RunFailed(error):
            return _named("error", {"kind": error.kind, "message": safe_line(error.message)})
        case RunCancelled():
            return _named("error", {"kind": "cancelled", "message": "The run was stopped."})
        case RunFinished():
            return b""
    return b""


def _named(name: str, data: object) -> bytes:
    """An event of the stream. Source: WHATWG HTML, section 9.2 (server-sent events)."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _counts(usage: UsageUpdated) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cached_tokens": usage.cached_tokens,
        "cost_usd": None if usage.cost_usd is None else float(usage.cost_usd),
        "estimated": usage.estimated,
    }


def _usage(state: RunState) -> dict[str, Any]:
    return {} if state.usage is None else {"usage": _counts(state.usage)}


def _whole(state: RunState, failure: Failure | None) -> tuple[int, bytes]:
    """The answer in one piece: its status and body."""
    if failure is not None:
        return status_of(failure), error_body(failure.kind, failure.message)
    said = {"run_id": state.run_id, "model": state.model, "text": state.text, **_usage(state)}
    return 200, json.dumps(said).encode()


def _part(data: bytes, *, last: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": not last}


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
