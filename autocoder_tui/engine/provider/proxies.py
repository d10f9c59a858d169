"""The proxy the environment names for a base URL, and whether it can be used.

No message ever holds the value of a variable: proxies are given with their passwords.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from autocoder_tui.engine.base_url import is_loopback
from autocoder_tui.engine.errors import ProxyUnusable
from autocoder_tui.values import dataclass

_SYSTEM: Final = "the system's settings"
_SCHEMES: Final = {
    "http": "http",
    "https": "https",
    # GNOME writes "socks" for a proxy of either version; nearly all of them speak 5.
    "socks": "socks5",
    "socks5": "socks5",
    "socks5h": "socks5h",
}


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """`variable` names where it comes from and may be shown; `url` may hold a password."""

    variable: str
    url: str

    @property
    def kind(self) -> str:
        return "SOCKS proxy" if self.url.startswith("socks") else "proxy"

    @property
    def words(self) -> str:
        """ "the SOCKS proxy in ALL_PROXY", for messages."""
        return f"the {self.kind} in {self.variable}"


def proxy_for(base_url: str, environ: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy to use for `base_url`, None for a direct connection. None for loopback addresses.

    A name in small letters goes before the same in capitals, also when it is empty; the scheme's
    own before ALL_PROXY. Raises ProxyUnusable for a value that is no proxy URL, for a protocol
    nobody here speaks, and where SOCKS support is not installed.
    """
    found = _named(base_url, os.environ if environ is None else environ)
    return None if found is None else _checked(*found)


def has_proxy(base_url: str) -> bool:
    """Whether a proxy is named for `base_url`, usable or not."""
    return _named(base_url, os.environ) is not None


def _named(base_url: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    try:
        parts = urlsplit(base_url.strip())
        _ = parts.port
    except ValueError:
        return None
    if is_loopback(base_url) or _is_excepted(parts, environ):
        return None
    for scheme in (parts.scheme, "all"):
        for variable in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            if variable == "HTTP_PROXY" and "REQUEST_METHOD" in environ:
                continue  # in a CGI program that is a header of the request
            value = environ.get(variable)
            if value is not None and value.strip():
                return variable, value.strip()
            if value is not None:
                break
    if environ is os.environ and not any(name.lower().endswith("_proxy") for name in environ):
        value = getproxies().get(parts.scheme)
        return (_SYSTEM, value) if value else None
    return None


def _checked(variable: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
        parts = SplitResult("", "", "", "", "")
    scheme = parts.scheme.lower()
    if scheme.startswith("socks4"):
        raise ProxyUnusable(
            f"{variable} names a SOCKS4 proxy, which can't be used. Name its SOCKS5 address "
            "(socks5://HOST:PORT) or an HTTP proxy, or unset the variable."
        )
    if not host or port == 0 or scheme not in _SCHEMES or not value.isprintable() or " " in value:
        raise ProxyUnusable(
            f"{variable} does not hold the address of a proxy. Write it as http://HOST:PORT or "
            "socks5://HOST:PORT, with a number for the port, or unset the variable."
        )
    proxy = Proxy(variable, f"{_SCHEMES[scheme]}://{parts.netloc}")
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise ProxyUnusable(
            f"{variable} names a SOCKS proxy, which needs the Python package socksio. Install it "
            "beside this program (pip install socksio), name an HTTP proxy, or unset the variable."
        )
    return proxy


def _is_excepted(parts: SplitResult, environ: Mapping[str, str]) -> bool:
    """Whether NO_PROXY names the host: itself, a domain above it, its address or network, `*`."""
    listed = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return any(_excepts(entry.strip().lower(), host, port) for entry in listed.split(","))


def _excepts(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    entry = entry.partition("://")[2] or entry
    try:
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
        return ipaddress.ip_address(host) in network
    except ValueError:
        pass
    if entry.startswith("["):
        name, _, only = entry[1:].partition("]")
        only = only.removeprefix(":")
    else:
        name, _, only = entry.partition(":")
    name = name.removeprefix("*").strip(".")
    if not name or (only and only != str(port)):
        return False
    return host == name or host.endswith(f".{name}")
