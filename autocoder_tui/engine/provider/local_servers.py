"""Model servers that answer on this machine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from autocoder_tui.engine.provider.chunks import load_object
from autocoder_tui.values import dataclass

KNOWN_SERVERS: Final = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("vLLM", "http://127.0.0.1:8000/v1"),
)
_MAX_BYTES: Final = 1_048_576
_LENGTH: Final = re.compile(r"^content-length:\s*(\d{1,9})\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LocalServer:
    """`name` is who usually listens on that port. `models` as the server names them: untrusted."""

    name: str
    base_url: str
    models: tuple[str, ...]


async def probe_local(
    timeout: float = 0.5,  # noqa: ASYNC109 - one deadline for all, in the interface's words
    servers: Sequence[tuple[str, str]] = KNOWN_SERVERS,
) -> list[LocalServer]:
    """The servers that list their models within `timeout` seconds, asked all at once.

    No key and nothing of the user's is sent. Never raises for a server that misbehaves.
    """
    found = await asyncio.gather(*(_probe(name, url, timeout) for name, url in servers))
    return [server for server in found if server is not None]


async def _probe(name: str, base_url: str, seconds: float) -> LocalServer | None:
    try:
        async with asyncio.timeout(seconds):
            body = await _get(base_url + "/models")
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return None
    data = load_object(body)
    entries = data.get("data") if data is not None else None
    if not isinstance(entries, list):
        return None
    ids = [entry.get("id") for entry in entries if isinstance(entry, dict)]
    return LocalServer(name, base_url, tuple(id for id in ids if isinstance(id, str) and id))


async def _get(url: str) -> str:
    """The body at `url`, "" for any status but 200.

    HTTP/1.0 by hand: no chunks, no proxy of the environment, no redirect, nothing to import.
    """
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        lines = [f"GET {parts.path} HTTP/1.0", f"Host: {parts.netloc}", "Connection: close"]
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii"))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if head.split(" ")[1:2] != ["200"]:
            return ""
        length = _LENGTH.search(head)
        wanted = min(int(length.group(1)), _MAX_BYTES) if length else _MAX_BYTES
        body = bytearray()
        while len(body) < wanted:
            data = await reader.read(65_536)
            if not data:
                break
            body += data
    finally:
        writer.close()
    return body.decode("utf-8", "replace")
