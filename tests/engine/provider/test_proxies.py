"""Which proxy a request goes through, and what is said of one that can't be used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocoder_tui.demo.server import DemoServer
from autocoder_tui.engine import errors
from autocoder_tui.engine.errors import ProxyUnusable
from autocoder_tui.engine.provider.proxies import proxy_for
from tests.engine.conversation import QUICK, ask, check, endpoint_at
from tests.ui.driving import framed

PASSWORD = "hunter2-canary"
MODEL_URL = "http://model.example/v1"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "environ", "expected"),
    [
        ("https://a.example/v1", {}, None),
        ("https://a.example/v1", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://a.example/v1", {"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ("https://a.example/v1", {"HTTP_PROXY": "http://p:1"}, None),
        ("https://a.example/v1", {"ALL_PROXY": "socks://p:1/"}, "socks5://p:1"),
        ("https://a.example/v1", {"ALL_PROXY": "SOCKS5H://p:1"}, "socks5h://p:1"),
        ("https://a.example/v1", {"ALL_PROXY": "x://y", "https_proxy": "http://p:1"}, "http://p:1"),
        ("https://a.example/v1", {"https_proxy": "", "HTTPS_PROXY": "http://p:1"}, None),
        ("https://a.example/v1", {"HTTPS_PROXY": " http://p:1 "}, "http://p:1"),
        ("http://a.example/v1", {"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, None),
        ("http://localhost:8080/v1", {"ALL_PROXY": "http://p:1"}, None),
        ("http://127.0.0.1:8080/v1", {"HTTP_PROXY": "garbage://"}, None),
        ("https://a.example/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("https://a.example/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "b, .example"}, None),
        ("https://a.example/v1", {"ALL_PROXY": "http://p:1", "no_proxy": "a.example:443"}, None),
        (
            "https://a.example/v1",
            {"ALL_PROXY": "http://p:1", "NO_PROXY": "a.example:80"},
            "http://p:1",
        ),
        (
            "https://ba.example/v1",
            {"ALL_PROXY": "http://p:1", "NO_PROXY": "a.example"},
            "http://p:1",
        ),
        ("http://10.1.2.3/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, None),
        ("http://10.1.2.3/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "10.9.9.9/8"}, None),
        ("http://a.example./v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "a.example"}, None),
        ("http://[fd00::1]:8/v1", {"ALL_PROXY": "http://p:1", "NO_PROXY": "[fd00::1]"}, None),
    ],
)
def test_the_proxy_the_environment_means(
    url: str, environ: dict[str, str], expected: str | None
) -> None:
    found = proxy_for(url, environ)
    assert (found and found.url) == expected


@pytest.mark.parametrize(
    "value",
    [
        f"http://user:{PASSWORD}@",
        f"http://user:{PASSWORD}@host:port",
        f"http://user:{PASSWORD}@host:99999",
        f"http://user:{PASSWORD}@[::1",
        f"ftp://user:{PASSWORD}@host:1",
        f"socks4://user:{PASSWORD}@host:1",
        f"http://user:{PASSWORD}@ho st:1",
        f"{PASSWORD}\x1b[2J",
        "://",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
async def test_a_value_that_is_no_proxy_is_named_by_its_variable_only(
    value: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    error = check(await ask(endpoint_at("https://a.example/v1")), ProxyUnusable, variable)
    assert "hunter2" not in error.message
    assert "unset the variable" in error.message


@given(st.text(min_size=1, max_size=40))
def test_any_value_is_a_proxy_or_refused_in_a_sentence_without_it(value: str) -> None:
    message = "HTTPS_PROXY "
    try:
        proxy_for("https://a.example/v1", {"HTTPS_PROXY": f"http://u:{PASSWORD}@{value}"})
    except ProxyUnusable as error:
        message = error.message
    assert message.startswith("HTTPS_PROXY ")
    assert PASSWORD not in message


# ---------------------------------------------------------------------- proxies that are there

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def proxy(answer: Answer) -> AsyncIterator[int]:
    """A proxy on a free port that does `answer` with each connection."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await answer(reader, writer)
        writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


class Socks5:
    """A SOCKS5 server that leads every request to one server; `asked` are the hosts."""

    def __init__(self, target: str, login: tuple[bytes, bytes] | None = None) -> None:
        parts = urlsplit(target)
        self._target = parts.hostname or "", parts.port or 0
        self._login = login
        self.asked: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        method = 0 if self._login is None else 2
        if method not in methods:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes((5, method)))
        if self._login is not None and not await self._accepts(reader, writer):
            return
        _, _, _, kind = await reader.readexactly(4)
        size = 4 if kind == 1 else (await reader.readexactly(1))[0]
        self.asked.append(await reader.readexactly(size))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        inner, outer = await asyncio.open_connection(*self._target)
        try:
            await asyncio.gather(_carry(reader, outer), _carry(inner, writer))
        finally:
            outer.close()

    async def _accepts(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, size = await reader.readexactly(2)
        name = await reader.readexactly(size)
        word = await reader.readexactly((await reader.readexactly(1))[0])
        right = (name, word) == self._login
        writer.write(b"\x01\x00" if right else b"\x01\x01")
        return right


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


@pytest.mark.parametrize("scheme", ["socks", "socks5", "socks5h"])
async def test_a_reply_comes_through_a_socks_proxy(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with DemoServer([framed("a.txt", "x\n")]) as server:
        socks = Socks5(server.base_url, (b"user", PASSWORD.encode()))
        async with proxy(socks) as port:
            monkeypatch.setenv("ALL_PROXY", f"{scheme}://user:{PASSWORD}@127.0.0.1:{port}/")
            outcome = await ask(endpoint_at(MODEL_URL))
    assert outcome.error is None
    assert outcome.text == framed("a.txt", "x\n").text
    assert socks.asked == [b"model.example"]


async def _refuses_login(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")


async def _is_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _hangs_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    pass


async def _speaks_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(3)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("url", ["https://model.example/v1", MODEL_URL])
async def test_a_proxy_that_wants_a_login(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy(_refuses_login) as port:
        monkeypatch.setenv("ALL_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{port}")
        outcome = await ask(endpoint_at(url))
    assert outcome.error is not None
    assert "proxy in ALL_PROXY wants another user name and password" in outcome.error.message
    assert PASSWORD not in outcome.error.message
    if url == MODEL_URL:
        assert isinstance(outcome.error, errors.StatusError)
        assert outcome.error.status == 407


async def test_a_socks_proxy_that_refuses_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy(Socks5(MODEL_URL, (b"user", b"another"))) as port:
        monkeypatch.setenv("ALL_PROXY", f"socks5://user:{PASSWORD}@127.0.0.1:{port}")
        outcome = await ask(endpoint_at(MODEL_URL))
    error = check(outcome, ProxyUnusable, "SOCKS proxy in ALL_PROXY", "user name and password")
    assert PASSWORD not in error.message


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_where_nothing_listens(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with proxy(_hangs_up) as port:
        pass
    monkeypatch.setenv("HTTP_PROXY", f"{scheme}://user:{PASSWORD}@127.0.0.1:{port}")
    outcome = await ask(endpoint_at(MODEL_URL))
    error = check(outcome, errors.ConnectFailed, "proxy in HTTP_PROXY refused the connection")
    assert PASSWORD not in error.message


@pytest.mark.parametrize("answer", [_hangs_up, _speaks_http, _is_silent])
@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_what_comes_of_a_broken_proxy_names_the_variable(
    scheme: str, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = replace(QUICK, connect_timeout=0.3, first_byte_timeout=0.3)
    async with proxy(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://user:{PASSWORD}@127.0.0.1:{port}")
        outcome = await ask(endpoint_at("https://model.example/v1"), limits=limits)
    assert outcome.error is not None
    assert "HTTPS_PROXY" in outcome.error.message
    assert PASSWORD not in outcome.error.message
