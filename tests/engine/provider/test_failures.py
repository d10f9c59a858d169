"""The network misbehaves: each way of going wrong ends in one error that says what to do.

Each row: what the server does, the error, and whether the same request may be tried again.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import ssl
import subprocess
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from autocoder_tui.demo.script import Reply, chunk
from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine import errors
from autocoder_tui.engine.provider import wrong_scheme
from autocoder_tui.engine.provider.server_errors import ServerError
from tests.engine.conversation import CANARY, MODEL, QUICK, ask, check, converse, endpoint_at
from tests.engine.provider.test_statuses import CONTEXT

TEXT = "some text of the reply"


STREAM_START = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"

NO_REPLY = [
    (Reply(cut="reset"), errors.ConnectionLost, True),
    (Reply(cut="close"), errors.ConnectionLost, True),
    (Reply(raw=b"garbage that is no HTTP\r\n\r\n"), errors.NotAReply, False),
    (Reply(raw=b"HTTP/1.1 200 OK\r\nx: " + b"y" * 2_000_000), errors.NotAReply, False),
    (Reply(raw=STREAM_START), errors.ConnectionLost, True),
    (Reply(body="<!doctype html><title>Log in</title>"), errors.NotAReply, False),
    (Reply(body=""), errors.NotAReply, False),
    (Reply(body="Service is sleeping"), errors.NotAReply, False),
    (Reply(body="{"), errors.NotAReply, False),
    (Reply(body="[1, 2]"), errors.NotAReply, False),
    (Reply(body="{}"), errors.NotAReply, False),
    (Reply(frames=["[DONE]"]), errors.NotAReply, False),
    (Reply(frames=[]), errors.NotAReply, False),
    (Reply(frames=["null", "{}", "[DONE]"]), errors.NotAReply, False),
    (Reply(raw=STREAM_START + b"content-encoding: gzip\r\n\r\nnot gzip"), errors.NotAReply, False),
]


@pytest.mark.parametrize(("reply", "kind", "retryable"), NO_REPLY)
async def test_what_is_no_reply_at_all(
    reply: Reply, kind: type[errors.ProviderError], retryable: bool
) -> None:
    outcome = await converse([reply])
    check(outcome, kind, "127.0.0.1")
    assert kind.retryable is retryable
    assert outcome.text == ""
    assert outcome.finishes == []


ERROR_OBJECTS = [
    ({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, errors.RateLimited),
    ({"error": {"message": "slow down", "code": 429}}, errors.RateLimited),
    ({"error": {"message": "pay", "code": "insufficient_quota"}}, errors.PaymentRequired),
    ({"error": {"message": CONTEXT[0][0]}}, errors.ContextExceeded),
    ({"error": {"message": "who?", "code": "model_not_found"}}, errors.ModelNotFound),
    ({"error": {"message": "busy", "type": "overloaded_error"}}, errors.ServerFailed),
    ({"error": {"message": "something else"}}, errors.StreamError),
    ({"error": "something else"}, errors.StreamError),
    ({"object": "error", "message": "broken", "code": 500}, errors.ServerFailed),
    ({"choices": [{"delta": {}, "error": {"message": "up", "code": 502}}]}, errors.ServerFailed),
]


@pytest.mark.parametrize(("body", "kind"), ERROR_OBJECTS)
@pytest.mark.parametrize("as_stream", [True, False])
async def test_an_error_object_with_status_200(
    body: dict[str, object], kind: type[errors.ProviderError], as_stream: bool
) -> None:
    payload = json.dumps(body)
    reply = Reply(frames=[payload, "[DONE]"]) if as_stream else Reply(body=payload)
    check(await converse([reply]), kind)


@pytest.mark.parametrize("body", [body for body, _ in ERROR_OBJECTS])
async def test_an_error_object_after_text_keeps_the_text(body: dict[str, object]) -> None:
    outcome = await converse([Reply(frames=[chunk({"content": TEXT}), json.dumps(body)])])
    check(outcome, errors.StreamError)
    assert outcome.text == TEXT


@pytest.mark.parametrize("cut", ["reset", "close", "short"])
async def test_a_connection_lost_in_mid_reply_keeps_the_text(cut: str) -> None:
    outcome = await converse([Reply(TEXT, cut=cut, cut_after=9)])  # type: ignore[arg-type]
    check(outcome, errors.ConnectionLost, "in mid-reply")
    # A reset may overtake what was sent just before it.
    assert TEXT[:9].startswith(outcome.text)
    assert outcome.text == TEXT[:9] or cut == "reset"
    assert outcome.finishes == []


async def test_a_connection_lost_after_the_finish_is_no_loss() -> None:
    frames = [chunk({"content": TEXT}), chunk({}, "stop")]
    outcome = await converse([Reply(frames=frames, cut="close")])
    assert (outcome.error, outcome.text, outcome.finishes) == (None, TEXT, ["stop"])


@pytest.mark.parametrize(
    ("reply", "limits", "words"),
    [
        (Reply(stall="accept"), {"first_byte_timeout": 0.1}, "first_byte_timeout"),
        (Reply(stall="headers"), {"first_byte_timeout": 0.1}, "first_byte_timeout"),
        (Reply(TEXT, stall="middle", cut_after=0), {"first_byte_timeout": 0.1}, "first_byte"),
        (Reply(TEXT, stall="middle", cut_after=9), {"idle_timeout": 0.1}, "idle_timeout"),
        (
            Reply(TEXT, stall="middle", cut_after=9, comment_every=0.02),
            {"first_byte_timeout": 0.1, "idle_timeout": 0.1, "keepalive_timeout": 0.1},
            "keepalive_timeout",
        ),
        (
            Reply(stall="headers", comment_every=0.02),
            {"first_byte_timeout": 0.1, "idle_timeout": 0.1, "keepalive_timeout": 0.1},
            "_timeout",
        ),
    ],
)
async def test_silence_ends_in_the_time_out_that_is_named(
    reply: Reply, limits: dict[str, float], words: str
) -> None:
    outcome = await converse([reply], limits=limits)
    kind = errors.NoText if reply.comment_every else errors.TimedOut
    check(outcome, kind, words, "0.1 s")
    assert outcome.text == TEXT[: reply.cut_after or 0]


async def test_a_connection_that_is_not_accepted_times_out() -> None:
    # A full backlog of a socket nobody accepts from is silent, like a host that is away.
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        outcome = await ask(endpoint_at(url), limits=replace(QUICK, connect_timeout=0.2))
    check(outcome, errors.TimedOut, "connect_timeout", "0.2 s")


async def test_a_refused_connection_asks_whether_the_server_runs() -> None:
    outcome = await ask(endpoint_at("http://127.0.0.1:1/v1"))
    check(outcome, errors.ConnectFailed, "Is the server running?")


async def test_a_host_that_has_no_address() -> None:
    outcome = await ask(endpoint_at("http://no-such-host.invalid/v1"))
    check(outcome, errors.NameNotFound, "DNS")
    assert not errors.NameNotFound.retryable


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (socket.EAI_AGAIN, "no name server answered"),
        (socket.EAI_NONAME, "There is no host with the name"),
    ],
)
async def test_a_name_server_that_is_away_is_told_from_a_name_that_is_not_there(
    code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(code, "no")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    outcome = await ask(endpoint_at("http://no-such-host.invalid/v1"))
    check(outcome, errors.NameNotFound, words)


@asynccontextmanager
async def without_tls() -> AsyncIterator[str]:
    """The https URL of a server that speaks plain HTTP."""

    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def test_tls_that_is_not_tls() -> None:
    async with without_tls() as url:
        outcome = await ask(endpoint_at(url))
    check(outcome, errors.TlsFailed, "http://")


@pytest.fixture
def unsigned(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate that it signed itself."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl is not at hand to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_nobody_signed(unsigned: ssl.SSLContext) -> None:
    async def never(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=unsigned)
    async with server:
        port = server.sockets[0].getsockname()[1]
        outcome = await ask(endpoint_at(f"https://127.0.0.1:{port}/v1"))
    check(outcome, errors.TlsFailed, "certificate")


async def test_text_over_the_cap_is_cut_and_said() -> None:
    delta = chunk({"content": "é" * 40})
    outcome = await converse([Reply(frames=[delta] * 5)], limits={"max_reply_bytes": 101})
    check(outcome, errors.OutputTooLarge, "max_reply_mb")
    assert outcome.text == "é" * 50


async def test_one_huge_delta_and_a_bomb_stay_within_memory() -> None:
    huge = Reply(frames=[chunk({"content": "x" * 10_000_000})])
    packer = zlib.compressobj(wbits=31)
    bomb = packer.compress(b'data: {"choices": [{"delta": {"content": "')
    bomb += b"".join(packer.compress(b"x" * 1_000_000) for _ in range(400)) + packer.flush()
    raw = STREAM_START + b"content-encoding: gzip\r\n\r\n" + bomb
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for reply in (huge, Reply(raw=raw)):
        check(await converse([reply], limits={"first_byte_timeout": 60}), errors.OutputTooLarge)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 250_000


async def test_fifty_thousand_deltas_arrive() -> None:
    outcome = await converse([Reply("ab" * 50_000, chunk_size=2)], limits={"idle_timeout": 60})
    assert (outcome.error, outcome.text) == (None, "ab" * 50_000)


def redirect(location: str, status: int = 307) -> Reply:
    return Reply(status=status, headers={"location": location}, body="")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_on_the_same_host_is_followed_with_the_body(status: int) -> None:
    async with DemoServer([redirect("/v2/chat/completions", status), Reply("x")]) as server:
        outcome = await ask(endpoint_at(server.base_url))
    assert outcome.text == "x"
    first, second = server.requests
    assert second.path == "/v2/chat/completions"
    assert second.body == first.body
    assert second.headers["authorization"] == f"Bearer {CANARY}"


async def test_endless_redirects_stop() -> None:
    outcome = await converse([redirect("/v1/chat/completions")] * 9)
    error = check(outcome, errors.StatusError, "again and again")
    assert isinstance(error, errors.StatusError)
    assert error.status == 307
    assert outcome.server is not None
    assert len(outcome.server.requests) == 6


async def test_neither_prompt_nor_key_follow_a_redirect_elsewhere() -> None:
    async with DemoServer([Reply("stolen")]) as other:
        port = other.base_url.removesuffix("/v1").rpartition(":")[2]
        places = [f"http://localhost:{port}/v1/chat/completions"]
        places += [f"http://127.0.0.1:{port}/v1/chat/completions", "http://[", "file:///etc"]
        for place in places:
            outcome = await converse([redirect(place)])
            check(outcome, errors.StatusError, "not sent there")
    assert other.requests == []


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("https://h/v1", "https://h/v2", True),
        ("https://h/v1", "http://h/v1", False),
        ("https://h/v1", "https://h:8443/v1", False),
        ("https://h/v1", "https://h.evil/v1", False),
        ("http://h/v1", "https://h/v1", True),
        ("http://h:80/v1", "http://h:81/v1", False),
    ],
)
def test_a_redirect_never_leaves_the_port_or_tls(old: str, new: str, same: bool) -> None:
    import httpx2

    from autocoder_tui.engine.provider.transport import _is_same_place

    assert _is_same_place(httpx2.URL(old), httpx2.URL(new)) is same


def test_the_model_name_of_an_error_is_made_safe() -> None:
    from autocoder_tui.engine.provider.address import Address
    from autocoder_tui.engine.provider.http_errors import status_error

    address = Address(endpoint_at("http://u:pass@h:1/v1"), replace(MODEL, name="a\x1b[2Jb"))
    message = status_error(500, ServerError("x"), address).message
    assert "\x1b" not in message
    assert "pass" not in message


async def test_a_server_that_says_nothing_is_not_waited_for_to_speak_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wrong_scheme, "_ANSWER_SECONDS", 0.1)
    silent = await asyncio.start_server(lambda reader, writer: asyncio.sleep(30), "127.0.0.1", 0)
    async with silent, asyncio.timeout(30):
        port = silent.sockets[0].getsockname()[1]
        assert not await wrong_scheme.speaks_tls("127.0.0.1", port)
        assert not await wrong_scheme.speaks_plain_http("127.0.0.1", port)
