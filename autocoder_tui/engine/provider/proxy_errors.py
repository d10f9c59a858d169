"""What went wrong on the way to a proxy or in it, in plain sentences without its address.

The address may hold a password: the variable it comes from is named in its place.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Sequence

from autocoder_tui.engine.errors import ConnectFailed, ProviderError, ProxyUnusable, TimedOut
from autocoder_tui.engine.provider.address import Address
from autocoder_tui.engine.provider.proxies import Proxy, proxy_for


def named_proxy(address: Address) -> Proxy | None:
    """The proxy on the way to `address`, None without one and for one that can't be used."""
    try:
        return proxy_for(address.endpoint.provider.base_url)
    except ProxyUnusable:
        return None


def through_proxy(address: Address) -> str:
    """ " through the proxy in HTTPS_PROXY", "" where there is none."""
    proxy = named_proxy(address)
    return f" through {proxy.words}" if proxy is not None else ""


def proxy_error(
    proxy: Proxy,
    causes: Sequence[BaseException],
    names: Collection[str],
    address: Address,
    seconds: float,
) -> ProviderError | None:
    """What went wrong on the way to the proxy or in it; None for what the server did."""
    words = proxy.words[:1].upper() + proxy.words[1:]
    check = f"Check that it runs, correct {proxy.variable}, or name the host in NO_PROXY."
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ProxyUnusable(f"{words} has a name that is not found (DNS). {check}")
    if any(type(cause).__module__.startswith("socksio") for cause in causes):
        return ConnectFailed(f"{words} hung up or does not speak SOCKS5. {check}")
    if "ProxyError" in names:
        said = " ".join(str(cause) for cause in causes)
        if "407" in said or "auth" in said.lower() or "username" in said.lower():
            return proxy_login_error(words, proxy.variable)
        return ConnectFailed(f"{words} did not connect to {address.url}. {check}")
    if "ConnectTimeout" in names:
        return TimedOut(
            f"{words} did not accept a connection to {address.url} within {seconds:g} s "
            f"(connect_timeout). {check}"
        )
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
    if "ConnectError" in names and not any(isinstance(cause, ssl.SSLError) for cause in causes):
        why = "refused the connection" if refused else "cannot be reached"
        return ConnectFailed(f"{words} {why}. {check}")
    return None


def proxy_login_error(words: str, variable: str) -> ProxyUnusable:
    """`words`: which proxy, as a sentence begins."""
    return ProxyUnusable(
        f"{words} wants another user name and password (407). Put them into {variable}, as in "
        "http://USER:PASSWORD@HOST:PORT."
    )
