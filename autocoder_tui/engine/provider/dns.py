"""Waiting for a host's address in a way that can be given up."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from autocoder_tui.engine.base_url import is_loopback
from autocoder_tui.engine.provider.proxies import has_proxy


async def wait_for_name(base_url: str) -> None:
    """Return when the system knows the address of the host. Raises OSError where it has none.

    The system's resolver can't be interrupted and may take half a minute. asyncio asks it in
    a thread that the program waits for before it ends; this one is left behind when cancelled.
    Where a proxy is set for it the proxy looks the name up.
    """
    host = urlsplit(base_url).hostname or ""
    if is_loopback(base_url) or _is_address(host) or has_proxy(base_url):
        return
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[None] = loop.create_future()

    def settle(error: Exception | None) -> None:
        if answered.done():
            return
        if error is None:
            answered.set_result(None)
        else:
            answered.set_exception(error)

    def look_up() -> None:
        error: Exception | None = None
        try:
            socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as failed:
            error = failed if isinstance(failed, OSError) else socket.gaierror(str(failed))
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=look_up, name="look up a name", daemon=True).start()
    await answered


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
