"""TLS that goes wrong, against real TLS servers: each fault names itself and is tried once, and
neither prompt nor key leaves it for plain http."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply, completion
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine.events import RequestStarted, RetryScheduled, RunFailed, RunFinished
from autocoder_tui.engine.run import run
from tests.engine.conversation import CANARY
from tests.engine.test_run import FRAMED, of
from tests.faults.test_network import request_to
from tests.watched_server import WatchedServer

NAMES = "subjectAltName=IP:127.0.0.1"


@dataclass
class Certificate:
    """Signed by itself: whoever trusts it names it in SSL_CERT_FILE."""

    file: Path
    key: Path

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def openssl(*arguments: object) -> None:
    try:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"openssl is not at hand to make a certificate: {error}")


def certificate(folder: Path, *, names: str = NAMES, days: int = 2) -> Certificate:
    key, wanted, file = (folder / name for name in ("key.pem", "wanted.pem", "certificate.pem"))
    extensions = folder / "extensions"
    extensions.write_text(names)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-new", *curve, "-subj", "/CN=test", "-keyout", key, "-out", wanted)
    signed = ("-in", wanted, "-signkey", key, "-days", days, "-extfile", extensions)
    openssl("x509", "-req", *signed, "-out", file)
    return Certificate(file, key)


@dataclass
class Heard:
    """What came in by one TLS server."""

    url: str = ""
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def tls_server(context: ssl.SSLContext, *replies: bytes) -> AsyncIterator[Heard]:
    """Answers with one of `replies` after the other."""
    heard = Heard()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                heard.requests.append(head + body)
                writer.write(replies[len(heard.requests) - 1])
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        heard.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        yield heard


def http(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = (f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}", "", "")
    return "\r\n".join(lines).encode() + body


def moved(location: str) -> bytes:
    return http("307 Temporary Redirect", f"location: {location}")


def failed_once(events: Sequence[object], kind: str, *words: str) -> None:
    end = events[-1]
    assert isinstance(end, RunFailed)
    assert end.error.kind == kind, end.error
    for word in words:
        assert word in end.error.message, end.error.message
    assert CANARY not in end.error.message
    assert len(of(RequestStarted, events)) == 1
    assert not of(RetryScheduled, events)


async def test_https_never_becomes_http(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    async with WatchedServer([Reply("stolen")]) as plain:
        location = f"{plain.base_url}/chat/completions"
        async with tls_server(trusted.context, moved(location)) as heard:
            events = [event async for event in run(request_to(heard.url))]
        failed_once(events, "status", "http://127.0.0.1", "were not sent there")
        assert len(heard.requests) == 1
        assert CANARY.encode() in heard.requests[0]
    assert plain.connections == 0


async def test_a_redirect_within_one_tls_server_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.file))
    body = json.dumps(completion(FRAMED)).encode()
    whole = http("200 OK", "content-type: application/json", body=body)
    async with tls_server(trusted.context, moved("/v2/chat/completions"), whole) as heard:
        events = [event async for event in run(request_to(heard.url))]
    assert isinstance(events[-1], RunFinished)
    first, second = heard.requests
    assert second.startswith(b"POST /v2/chat/completions ")
    assert CANARY.encode() in second
    assert first.partition(b"\r\n\r\n")[2] == second.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("names", "days", "is_trusted", "words"),
    [
        (NAMES, 2, False, ("self-signed certificate", "SSL_CERT_FILE")),
        (NAMES, -1, True, ("has expired", "clock")),
        ("subjectAltName=DNS:other.example", 2, True, ("mismatch", "base URL")),
    ],
)
async def test_a_certificate_that_is_not_right_says_why(
    names: str,
    days: int,
    is_trusted: bool,
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = certificate(tmp_path, names=names, days=days)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(shown.file))
    async with tls_server(shown.context) as heard:
        events = [event async for event in run(request_to(heard.url))]
    failed_once(events, "tls_failed", "TLS", heard.url, *words)
    assert heard.requests == []


@pytest.mark.parametrize(
    ("text", "why"), [(None, "no such file"), ("no certificate\n", "it holds no certificate")]
)
async def test_certificates_that_cannot_be_read_are_named_and_http_needs_none(
    text: str | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "certificates.pem"
    if text is not None:
        named.write_text(text)
    monkeypatch.setenv("SSL_CERT_FILE", str(named))
    events = [event async for event in run(request_to("https://127.0.0.1:9/v1"))]
    end = events[-1]
    assert isinstance(end, RunFailed)
    assert end.error.kind == "tls_failed"
    for word in (str(named), "SSL_CERT_FILE", why):
        assert word in end.error.message
    async with DemoServer([Reply(FRAMED)]) as plain:
        events = [event async for event in run(request_to(plain.base_url))]
    assert isinstance(events[-1], RunFinished)


@pytest.mark.parametrize(
    ("refuses_tls", "says"),
    [
        (True, "If the server speaks plain HTTP, write http://"),
        (False, "speaks plain HTTP, not TLS. Write http://"),
    ],
)
async def test_https_typed_for_a_plain_server_is_named_at_once(
    refuses_tls: bool, says: str
) -> None:
    """Or such a server waits for a request line, and the handshake for the server."""
    async with DemoServer(refuses_tls=refuses_tls) as plain:
        url = plain.base_url.replace("http:", "https:")
        events = [event async for event in run(request_to(url))]
    failed_once(events, "tls_failed", says)
    assert not plain.requests


async def test_http_typed_for_a_tls_server_is_named_at_once(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    async with tls_server(trusted.context, http("200 OK")) as heard:
        url = heard.url.replace("https:", "http:")
        events = [event async for event in run(request_to(url))]
    failed_once(events, "tls_failed", "speaks TLS", "Write https://")
    assert not heard.requests
