"""Whether http was written for a server that speaks TLS, or https for one that does not.

Asked only when a connection does not come about; nothing of a request is sent.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import Final

from autocoder_tui.engine.base_url import shown_url
from autocoder_tui.engine.errors import TlsFailed

WAIT_FOR_TLS: Final = 0.25
"""Seconds a handshake may take before it is asked whether the server speaks plain HTTP."""
_ANSWER_SECONDS: Final = 3.0
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] (\d{3})")
_SAYS_TLS: Final = re.compile(
    r"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server|plain HTTP to an SSL"
    r"|HTTPS port|requires TLS",
    re.IGNORECASE,
)


async def speaks_plain_http(host: str, port: int) -> bool:
    """Whether an HTTP server answers without TLS. A 400 tells nothing: servers with TLS send it
    in plain text to those who forgot TLS."""
    asked = f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(asked.encode("ascii", "replace"))
                said = _STATUS_LINE.match(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError):
        return False
    return said is not None and said[1] != b"400"


async def speaks_tls(host: str, port: int) -> bool:
    """Whether a TLS handshake comes about, whatever the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.close()
    except (OSError, ValueError, TimeoutError):
        return False
    return True


def says_tls(text: str) -> bool:
    """Whether the answer to plain HTTP is that TLS is wanted."""
    return _SAYS_TLS.search(text[:2000]) is not None


def plain_server(base_url: str) -> TlsFailed:
    return TlsFailed(
        f"The server at {shown_url(base_url)} speaks plain HTTP, not TLS. Write http:// in the "
        "base URL."
    )


def tls_server(base_url: str) -> TlsFailed:
    return TlsFailed(
        f"The server at {shown_url(base_url)} speaks TLS, not plain HTTP. Write https:// in the "
        "base URL."
    )
