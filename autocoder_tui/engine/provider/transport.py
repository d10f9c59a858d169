"""The HTTP client under the openai SDK, with what the SDK would do for us undone.

Importing this module imports httpx2; only an open `HttpSession` does.
"""

from __future__ import annotations

import asyncio
import functools
import os
import ssl
from typing import Any, Final

import httpx2

from autocoder_tui.engine.base_url import is_azure, is_openai
from autocoder_tui.engine.errors import TlsFailed
from autocoder_tui.engine.provider.paced_network import pace
from autocoder_tui.engine.provider.proxies import proxy_for
from autocoder_tui.engine.provider.wrong_scheme import (
    WAIT_FOR_TLS,
    plain_server,
    speaks_plain_http,
    speaks_tls,
    tls_server,
)
from autocoder_tui.safety.sanitize import visible

AZURE_KEY_HEADER: Final = "api-key"
_MAX_REDIRECTS = 5
_MAX_ERROR_BYTES = 65_536
_REDIRECTS = (301, 302, 307, 308)
_THIRD_PARTY_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)


def key_header(base_url: str, key: str) -> tuple[str, str]:
    """Name and value of the header in which the server at `base_url` wants its key."""
    return (AZURE_KEY_HEADER, key) if is_azure(base_url) else ("Authorization", f"Bearer {key}")


class RedirectRefused(Exception):
    """A redirect that would carry prompt and key elsewhere. `location`: where, as the server put
    it; `too_many`: it stayed on the host but did not end."""

    def __init__(self, status: int, location: str, *, too_many: bool = False) -> None:
        super().__init__(location)
        self.status = status
        self.location = location
        self.too_many = too_many


def _tls_context(base_url: str) -> ssl.SSLContext:
    """With the certificates the environment names. Raises TlsFailed where these can't be read,
    and `base_url` needs any."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        return _made_once(file, folder)
    except OSError as error:
        if not base_url.startswith("https:"):
            return _made_once(None, None, environment=False)
        # OpenSSL reads a file without any certificate, and then says so in its own words.
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise TlsFailed(
            f"The certificates in {visible(file or '')}, which SSL_CERT_FILE names, can't be "
            f"read: {(why or 'unknown error').lower()}. Name another file, or unset the variable."
        ) from error


@functools.lru_cache(maxsize=4)
def _made_once(*_named: str | None, environment: bool = True) -> ssl.SSLContext:
    """What httpx2 would make for each client; reading the certificates takes 20 ms each time.

    `_named`: what the environment says of where they are, which may change.
    """
    return httpx2.create_ssl_context(trust_env=environment)


class _TlsWatch:
    """Watches one request: a handshake that does not come about may be no handshake at all, for a
    server without TLS waits for the end of a line and says nothing."""

    def __init__(self, url: httpx2.URL, limit: asyncio.Timeout) -> None:
        self._place = (url.host, url.port or 443)
        self._limit = limit
        self._asking: asyncio.Task[None] | None = None

    async def trace(self, event: str, _info: object) -> None:
        if event == "connection.start_tls.started":
            self._asking = asyncio.create_task(self._ask())
        elif event.startswith("connection.start_tls."):
            self.close()

    async def _ask(self) -> None:
        await asyncio.sleep(WAIT_FOR_TLS)
        if await speaks_plain_http(*self._place):
            self._limit.reschedule(asyncio.get_running_loop().time())

    def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()


class GuardedClient(httpx2.AsyncClient):
    """Sends to one base URL and nowhere else.

    Redirects are followed on the same host only. A third party gets the headers HTTP needs,
    not those the SDK takes from OPENAI_ORG_ID, OPENAI_PROJECT_ID or OPENAI_CUSTOM_HEADERS. The
    body of an error is cut, for the SDK reads it whole. The proxy is the
    one of `proxy_for`. Raises TlsFailed for certificates that can't be read, ProxyUnusable for a
    proxy that can't be used.
    """

    def __init__(
        self, base_url: str, *, connect_timeout: float, most_connections: int | None = 4
    ) -> None:
        self._checked_url = base_url
        self._named_proxy = proxy_for(base_url)
        super().__init__(
            # Without the environment's proxies, but with the certificates it names.
            verify=_tls_context(base_url),
            timeout=httpx2.Timeout(None, connect=connect_timeout),
            limits=httpx2.Limits(max_connections=most_connections, keepalive_expiry=30.0),
            trust_env=False,
            proxy=None if self._named_proxy is None else self._named_proxy.url,
        )
        pace(self)
        self._is_openai = is_openai(base_url)
        self._is_azure = is_azure(base_url)

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **_options: Any
    ) -> httpx2.Response:
        """Raises RedirectRefused, TlsFailed where the scheme is the wrong one, and what httpx2
        raises."""
        if self._named_proxy is not None:
            response = await self._send_within_host(request)
        elif request.url.scheme == "https":
            response = await self._send_watched(request)
        else:
            response = await self._send_plain(request)
        # The SDK looks into its own request's headers for how to hand the response over.
        response.request = request
        if response.status_code >= 300:
            return await _shortened(request, response)
        if not stream:
            await response.aread()
        return response

    async def _send_watched(self, request: httpx2.Request) -> httpx2.Response:
        limit = asyncio.timeout(None)
        watch = _TlsWatch(request.url, limit)
        request.extensions = {**request.extensions, "trace": watch.trace}
        try:
            async with limit:
                return await self._send_within_host(request)
        except TimeoutError:
            if limit.expired():
                raise plain_server(self._checked_url) from None
            raise
        finally:
            watch.close()

    async def _send_plain(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._send_within_host(request)
        except (httpx2.RemoteProtocolError, httpx2.ReadError):
            if await speaks_tls(request.url.host, request.url.port or 80):
                raise tls_server(self._checked_url) from None
            raise

    async def _sent(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await super().send(request, stream=True, follow_redirects=False)
        except Exception as error:
            # What is no SOCKS reply is an error of a library beneath, which httpx2 lets through.
            if type(error).__module__.startswith("socksio"):
                raise httpx2.ProxyError("no SOCKS reply", request=request) from error
            raise

    async def _send_within_host(self, original: httpx2.Request) -> httpx2.Response:
        request = self._cleaned(original)
        response = await self._sent(request)
        for _ in range(_MAX_REDIRECTS):
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                break
            await response.aclose()
            request = self._redirected(request, response)
            response = await self._sent(request)
        else:
            if response.status_code in _REDIRECTS:
                await response.aclose()
                raise RedirectRefused(response.status_code, "", too_many=True)
        return response

    def _cleaned(self, request: httpx2.Request) -> httpx2.Request:
        if self._is_openai:
            return request
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in _THIRD_PARTY_HEADERS or (name == AZURE_KEY_HEADER and self._is_azure)
        }
        return httpx2.Request(
            request.method,
            request.url,
            headers=headers,
            content=request.content,
            extensions=request.extensions,
        )

    def _redirected(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Request:
        """The same request to where the server points. Unlike a browser's, it stays a POST."""
        location = response.headers["location"]
        try:
            target = request.url.join(location)
        except (httpx2.InvalidURL, ValueError):
            raise RedirectRefused(response.status_code, location) from None
        if not _is_same_place(request.url, target):
            raise RedirectRefused(response.status_code, location)
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in ("host", "content-length")
        }
        return httpx2.Request(
            request.method,
            target,
            headers=headers,
            content=request.content,
            extensions=request.extensions,
        )


def _is_same_place(old: httpx2.URL, new: httpx2.URL) -> bool:
    if old.host != new.host:
        return False
    if old.scheme == new.scheme:
        return old.port == new.port
    return (old.scheme, new.scheme, old.port, new.port) == ("http", "https", None, None)


async def _shortened(request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
    """The response with its body read, up to a cap; what arrived of a broken one is kept."""
    body = bytearray()
    try:
        async for data in response.aiter_bytes():
            body += data
            if len(body) >= _MAX_ERROR_BYTES:
                break
    except httpx2.HTTPError:
        pass
    finally:
        await response.aclose()
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("content-encoding", "content-length", "transfer-encoding")
    }
    return httpx2.Response(
        response.status_code,
        headers=headers,
        content=bytes(body[:_MAX_ERROR_BYTES]),
        request=request,
    )
