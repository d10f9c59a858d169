"""A relay before a real server: cuts replies, refuses prefill, generates nothing twice."""

from __future__ import annotations

import hashlib
import json
import socket
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

REPLY_SECONDS = 1_800
WHOLE = 1_024
"""Tokens an uninterrupted reply may have."""


@dataclass(slots=True)
class Exchange:
    """One chat request as it went by: its messages and the text that came back."""

    messages: list[dict[str, str]]
    max_tokens: int | None
    text: str
    finish_reason: str | None

    @property
    def prefilled(self) -> bool:
        return self.messages[-1]["role"] == "assistant"


@dataclass(slots=True)
class Relay:
    """Forwards to `base_url`. `store` keeps replies by request, for a greedy model gives them
    again. `drop_after`: events after which the first reply's connection is closed. `prefill`:
    whether a trailing assistant message is let through, or answered with status 400.

    Where it is let through a part that is cut is generated anew, just before it is continued,
    and the server computes the prompt of a first part whole. A server goes on from what it has
    computed; a prompt, or a part of one, that it computes again, many tokens at a time, gives
    slightly other numbers, and now and then another next word.
    """

    base_url: str
    store: Path
    drop_after: int | None = None
    prefill: bool = True
    exchanges: list[Exchange] = field(default_factory=list)

    def events(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The reply's events, from the store or the server. The first part of a cut run is the
        beginning of the uninterrupted reply, which is not generated again for it."""
        limit = body.get("max_tokens")
        whole = self._kept({**body, "max_tokens": WHOLE})
        pieces = [event for event in whole or () if _text(event)]
        cut = isinstance(limit, int) and limit < WHOLE
        if whole is not None and not self._cuts(len(pieces), limit if cut else None):
            return whole
        if self.prefill and (cut or self.drop_after is not None):
            return self._ask(body)
        kept = self._kept(body)
        if kept is not None:
            return kept
        if whole is not None and isinstance(limit, int):
            return [*pieces[:limit], _ending("length", limit)]
        events = self._ask(body)
        self._path(body).write_text(json.dumps(events), encoding="utf-8")
        return events

    def _cuts(self, pieces: int, limit: int | None) -> bool:
        """Whether a whole reply of so many pieces is cut, by this limit or by a lost connection."""
        if limit is not None:
            return pieces > limit
        return self.drop_after is not None and not self.exchanges

    def _path(self, body: dict[str, Any]) -> Path:
        asked = {name: body.get(name) for name in ("model", "messages", "max_tokens")}
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        return self.store / f"{digest[:24]}.json"

    def _kept(self, body: dict[str, Any]) -> list[dict[str, Any]] | None:
        path = self._path(body)
        if not path.exists():
            return None
        events: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return events

    def _ask(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        if not self.exchanges:
            body = {**body, "cache_prompt": False}
        request = urllib.request.Request(
            self.base_url + "/chat/completions",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        events = []
        with urllib.request.urlopen(request, timeout=REPLY_SECONDS) as response:
            for line in response:
                data = line.decode().strip().removeprefix("data: ")
                if data and data != "[DONE]" and line.startswith(b"data:"):
                    events.append(json.loads(data))
        return events


def _text(event: dict[str, Any]) -> str:
    choices = event.get("choices") or [{}]
    return (choices[0].get("delta") or {}).get("content") or ""


def _reason(events: list[dict[str, Any]]) -> str | None:
    reasons = [(event.get("choices") or [{}])[0].get("finish_reason") for event in events]
    return next((reason for reason in reversed(reasons) if reason), None)


def _ending(reason: str, tokens: int) -> dict[str, Any]:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {}, "finish_reason": reason}],
        "usage": {"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens},
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    relay: Relay

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._forward(None)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self.path.endswith("/chat/completions"):
            self._forward(raw)
            return
        body = json.loads(raw)
        if body["messages"][-1]["role"] == "assistant" and not self.relay.prefill:
            message = "Conversation must end with a user message; prefill is not supported."
            self._answer(400, json.dumps({"error": {"message": message}}).encode())
            return
        self._stream(body)

    def _forward(self, raw: bytes | None) -> None:
        root = self.relay.base_url.removesuffix("/v1")
        request = urllib.request.Request(root + self.path, data=raw)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                self._answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            self._answer(error.code, error.read())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "llama.cpp"

    def _stream(self, body: dict[str, Any]) -> None:
        relay = self.relay
        events = relay.events(body)
        drop = relay.drop_after if not relay.exchanges else None
        if drop is not None:
            events = [event for event in events if _text(event)][:drop]
        relay.exchanges.append(
            Exchange(
                body["messages"],
                body.get("max_tokens"),
                "".join(map(_text, events)),
                None if drop is not None else _reason(events),
            )
        )
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for event in events:
            self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        self.close_connection = True
        if drop is not None:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.wfile.write(b"data: [DONE]\n\n")


def start(relay: Relay) -> ThreadingHTTPServer:
    """A server on a free port of this machine; the caller runs and shuts it down."""
    handler = type("Handler", (_Handler,), {"relay": relay})
    return ThreadingHTTPServer(("127.0.0.1", 0), handler)
