"""Network exceptions -> engine.errors, in plain sentences: no server answered at all."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from autocoder_tui.engine.base_url import is_loopback
from autocoder_tui.engine.errors import (
    ConnectFailed,
    ConnectionLost,
    NameNotFound,
    NotAReply,
    ProviderError,
    TimedOut,
    TlsFailed,
)
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.proxy_errors import named_proxy, proxy_error, through_proxy

_DATES = "Check this machine's clock; if it is right, the server needs a new certificate."
_NAMES = "It is for another name: check the base URL."
_TRUST = "If the server is yours, name its certificate, or that of its signer, in SSL_CERT_FILE."
_CERTIFICATE_ADVICE = {9: _DATES, 10: _DATES, 62: _NAMES, 64: _NAMES}


def connection_error(
    error: BaseException, address: Address, connect_timeout: float
) -> ProviderError:
    """The error for a request that never got its status line. `connect_timeout` in seconds."""
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    named = next((cause for cause in causes if isinstance(cause, ProviderError)), None)
    if named is not None:
        return named
    proxy = named_proxy(address)
    if proxy is not None:
        failed = proxy_error(proxy, causes, names, address, connect_timeout)
        if failed is not None:
            return failed
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return NameNotFound(_name_message(causes, address))
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return TlsFailed(_tls_message(tls, address))
    if "ConnectTimeout" in names:
        return TimedOut(
            f"{address.url} did not accept a connection within {connect_timeout:g} s "
            f"(connect_timeout). Check the address, the network and any proxy{_or_plain(address)}."
        )
    if "ConnectError" in names:
        return ConnectFailed(_refused_message(address))
    if "RemoteProtocolError" in names and not _is_disconnect(causes):
        return NotAReply(
            f"What answers at {address.url} does not speak HTTP as it should. "
            "Check the base URL and its port."
        )
    return ConnectionLost(
        f"{address.url} closed the connection{through_proxy(address)} before it answered for "
        f"{address.model_name}. "
        "Try again; if it stays so, look at the server's log."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and everything it came from, exception groups included."""
    todo: list[BaseException] = [error]
    seen: set[int] = set()
    while todo:
        cause = todo.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        todo += [inner for inner in (cause.__cause__, cause.__context__) if inner is not None]
        if isinstance(cause, BaseExceptionGroup):
            todo += cause.exceptions


def _tls_message(error: ssl.SSLError, address: Address) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        why = address.quote(error.verify_message).rstrip(".")
        advice = _CERTIFICATE_ADVICE.get(error.verify_code, _TRUST)
        return f"The certificate of {address.url} was not accepted (TLS: {why}). {advice}"
    reason = address.quote(error.reason or "handshake failed")
    return (
        f"No secure connection to {address.url} (TLS: {reason}). If the server speaks plain "
        "HTTP, write http:// in the base URL."
    )


def _name_message(causes: list[BaseException], address: Address) -> str:
    if any(getattr(cause, "errno", None) == socket.EAI_AGAIN for cause in causes):
        return (
            f"The name in {address.url} could not be looked up: no name server answered (DNS). "
            "Check that this machine is online, and try again."
        )
    return (
        f"There is no host with the name in {address.url} (DNS). Check the base URL, and that "
        "this machine is online."
    )


def _or_plain(address: Address) -> str:
    if not address.endpoint.provider.base_url.startswith("https:"):
        return ""
    return "; if the server speaks plain HTTP, write http:// in the base URL"


def _refused_message(address: Address) -> str:
    if is_loopback(address.endpoint.provider.base_url):
        return f"Nothing answers at {address.url} (connection refused). Is the server running?"
    return f"{address.url} cannot be reached. Check the base URL, the network and any proxy."


def _is_disconnect(causes: list[BaseException]) -> bool:
    return any("disconnected" in str(cause) or "peer closed" in str(cause) for cause in causes)
