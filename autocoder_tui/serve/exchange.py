"""What is known of a request once it is over: for the access log and the metrics.

Nothing of what was asked or answered is in it, no query of an address and no token.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Final, Literal, Protocol, TypeAlias

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autocoder_tui.engine.run_state import RunState
from autocoder_tui.values import dataclass

Ended: TypeAlias = Literal["complete", "failed", "refused", "stopped", "client_gone"]

_KEY: Final = "autocoder_tui.exchange"
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WEBSOCKET: Final = "WEBSOCKET"
ANSWER: Final = "ANSWER"
"""The method of an answer within a conversation over a socket."""
_SWITCHED: Final = 101
_FORBIDDEN: Final = 403
_FAILED: Final = 500


class Listener(Protocol):
    """Hears of exchanges."""

    def began(self, exchange: Exchange) -> None: ...

    def ended(self, exchange: Exchange) -> None: ...


@dataclass(slots=True)
class Exchange:
    """A request and its answer. `route` is the pattern of its address, None where there is none;
    seconds count from its start."""

    client: str
    method: str
    route: str | None
    listeners: Sequence[Listener] = field(repr=False)
    started: float = field(default_factory=time.time)
    status: int = 0
    first_byte_seconds: float | None = None
    total_seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    model: str | None = None
    run_id: str | None = None
    error: str | None = None
    """The kind of the failure of its run, or of what kept it from having one."""
    has_run: bool = False
    ended: Ended = "complete"
    _clock: float = field(default_factory=time.perf_counter)

    def begin(self) -> None:
        for listener in self.listeners:
            listener.began(self)

    def first_byte(self) -> None:
        """Something goes to the client."""
        if self.first_byte_seconds is None:
            self.first_byte_seconds = time.perf_counter() - self._clock

    def note_run(self, state: RunState) -> None:
        """Add what a run came to; an answer may take more than one."""
        if state.run_id:  # else it was refused before it began
            self.has_run = True
            self.model, self.run_id = state.model, state.run_id
        if state.usage is not None:
            self.prompt_tokens += state.usage.prompt_tokens
            self.completion_tokens += state.usage.completion_tokens
            self.cost_usd += state.usage.cost_usd or 0
        if state.error is not None:
            self.error = state.error.kind

    def end(self, ended: Ended) -> None:
        self.ended = ended
        self.total_seconds = time.perf_counter() - self._clock
        for listener in self.listeners:
            listener.ended(self)


def exchange_of(scope: Mapping[str, object]) -> Exchange:
    """That of this request; one that nobody hears of where nobody listens."""
    found = scope.get(_KEY)
    return found if isinstance(found, Exchange) else Exchange("?", "?", None, ())


def answer_within(scope: Mapping[str, object]) -> Exchange:
    """One of the answers of a conversation, begun."""
    whole = exchange_of(scope)
    answer = Exchange(whole.client, ANSWER, whole.route, whole.listeners)
    answer.begin()
    return answer


class Watch:
    """Tells listeners of every request, those that are refused before anything is read too."""

    def __init__(
        self, app: ASGIApp, routes: Sequence[BaseRoute], listeners: Sequence[Listener]
    ) -> None:
        self._app = app
        self._routes = routes
        self._listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(
            (scope.get("client") or ("?",))[0],
            _method(scope),
            _pattern(self._routes, scope),
            self._listeners,
        )
        scope[_KEY] = exchange
        watched = _Watched(exchange, send)
        exchange.begin()
        ended: Ended = "stopped"
        try:
            await self._app(scope, receive, watched.send)
            ended = watched.ended()
        except Exception:
            exchange.status, ended = exchange.status or _FAILED, "failed"
            raise
        finally:
            exchange.end(ended)


class _Watched:
    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._whole = False
        """Whether all that was to be sent has been."""

    async def send(self, message: Message) -> None:
        exchange, kind = self._exchange, message["type"]
        if kind == "http.response.start":
            exchange.status = message["status"]
        elif kind == "websocket.accept":
            exchange.status = _SWITCHED
        elif kind == "websocket.close":
            exchange.status = exchange.status or _FORBIDDEN
        await self._send(message)
        if kind == "http.response.body":
            exchange.first_byte()
            self._whole = not message.get("more_body", False)
        elif kind == "websocket.send":
            exchange.first_byte()

    def ended(self) -> Ended:
        exchange = self._exchange
        if exchange.method == WEBSOCKET:
            return "complete" if exchange.status == _SWITCHED else "refused"
        if not self._whole:
            return "client_gone"
        if (exchange.has_run and exchange.error is not None) or exchange.status >= _FAILED:
            return "failed"
        return "refused" if exchange.status >= 400 else "complete"


def _method(scope: Scope) -> str:
    if scope["type"] == "websocket":
        return WEBSOCKET
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def _pattern(routes: Sequence[BaseRoute], scope: Scope) -> str | None:
    """The address of the route, which names what stands in it instead of saying it."""
    partly = None
    for route in routes:
        found = route.matches(scope)[0]
        if found == Match.FULL:
            return getattr(route, "path", None)
        if found == Match.PARTIAL and partly is None:
            partly = getattr(route, "path", None)
    return partly
