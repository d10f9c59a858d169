"""Who may ask: by which name, from which page, with which token, and how much at once.

A page of another site that a person has open can send requests to this machine. It cannot send
them by our name with an Origin of ours, nor read a token; a name that it made point here (DNS
rebinding) is none of ours.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from html import escape
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autocoder_tui.serve.settings import LOOPBACK, ServeSettings
from autocoder_tui.serve.statuses import FORBIDDEN, TOO_LARGE, UNAUTHORIZED, error_body

COOKIE: Final = "autocoder_token"
_OPEN: Final = ("/health",)
"""What a health check asks without a token."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_THROWN_AWAY: Final = 8
"""Times the largest body that are read of one that is larger."""
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Protection:
    """Refuses before anything is read of a request that has no business here."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = {name.lower() for name in (*LOOPBACK, settings.host, *settings.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(scope, receive, send, *refusal)
            return
        fresh = self._fresh_token(scope)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        most = self._settings.most_body_bytes
        body = await _body(headers, receive, most)
        if body is None:
            said = f"The body is larger than {most / 1_048_576:.3g} MB."
            await _refuse(scope, receive, send, TOO_LARGE, "body_too_large", said)
            return
        await self._app(scope, _replayed(body, receive), _with_headers(send, fresh))

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        """The status, kind and sentence for a request that is refused."""
        host = _name_of(headers.get("host", ""))
        if host not in self._hosts:
            return (
                FORBIDDEN,
                "host",
                (
                    "This server does not go by that name. Ask by the name it was started for, or "
                    "start it with --allow-host NAME."
                ),
            )
        origin = headers.get("origin")
        if origin is not None and not _is_of(origin, headers.get("host", "")):
            return FORBIDDEN, "origin", "A page of another site may not use this server."
        if origin is None and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return FORBIDDEN, "origin", "A page of another site may not use this server."
        if self._settings.token is None or scope["path"] in _OPEN or self._has_own_token(scope):
            return None
        if any(self._is_token(shown) for shown in _tokens(scope, headers)):
            return None
        return (
            UNAUTHORIZED,
            "token",
            (
                "This server asks for its token: open the address it printed at its start, or send "
                "the header Authorization: Bearer TOKEN."
            ),
        )

    def _has_own_token(self, scope: Scope) -> bool:
        """Whether this is of `/app`, which always asks for a token of its own."""
        path = scope["path"]
        return self._settings.terminal is not None and f"{path}/".startswith("/app/")

    def _fresh_token(self, scope: Scope) -> bytes | None:
        """The token of a page that was opened with it in its address: kept in a cookie."""
        for shown in _queried(scope):
            if self._is_token(shown):
                return shown.encode()
        return None

    def _is_token(self, shown: str) -> bool:
        token = self._settings.token
        return token is not None and hmac.compare_digest(shown.encode(), token.encode())


async def _body(headers: Headers, receive: Receive, most: int) -> bytes | None:
    """The body of a request, None where it is larger than `most` bytes. Of a larger one some more
    is read and thrown away: a client that is still sending would not see the answer."""
    length = headers.get("content-length", "")
    body, seen = b"", 0
    too_large = length.isdigit() and int(length) > most
    while seen <= _THROWN_AWAY * most:
        message = await receive()
        piece = message.get("body", b"")
        seen += len(piece)
        too_large = too_large or seen > most
        body = b"" if too_large else body + piece
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return None if too_large else body


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, and then what comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _is_of(origin: str, host: str) -> bool:
    """Whether a page of `origin` is one of the server asked as `host`. Another port of the same
    machine is another server; one that is left out is the scheme's own."""
    scheme, netloc = urlsplit(origin)[:2]
    usual = {"http": ":80", "https": ":443"}.get(scheme.lower(), "")
    own = host.strip().lower().removesuffix(usual)
    return bool(netloc) and netloc.lower().removesuffix(usual) == own


def _name_of(host: str) -> str:
    """The name in a Host header or an address, without its port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _tokens(scope: Scope, headers: Headers) -> Iterable[str]:
    scheme, _, shown = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield shown.strip()
    cookie = SimpleCookie()
    try:
        cookie.load(headers.get("cookie", ""))
    except CookieError:
        cookie = SimpleCookie()
    if COOKIE in cookie:
        yield cookie[COOKIE].value
    yield from _queried(scope)


def _queried(scope: Scope) -> list[str]:
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [])


def _with_headers(send: Send, fresh: bytes | None) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            more = [*HEADERS, (b"content-security-policy", _POLICY.encode())]
            if fresh is not None:
                flags = b"; Path=/; HttpOnly; SameSite=Strict"
                more.append((b"set-cookie", COOKIE.encode() + b"=" + fresh + flags))
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await send(message)

    return with_headers


async def _refuse(
    scope: Scope, receive: Receive, send: Send, status: int, kind: str, message: str
) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": kind})
        return
    as_page = "text/html" in Headers(scope=scope).get("accept", "")
    media = b"text/html; charset=utf-8" if as_page else b"application/json"
    headers = [(b"content-type", media), (b"connection", b"close"), *HEADERS]
    headers.append((b"content-security-policy", b"default-src 'none'"))
    body = refusal_page(message) if as_page else error_body(kind, message)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def refusal_page(message: str) -> bytes:
    """A refusal for whoever opened a page."""
    title = "<!doctype html><html lang=en><meta charset=utf-8><title>autocoder-tui</title>"
    return f"{title}<p>{escape(message)}</p></html>\n".encode()
