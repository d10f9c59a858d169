"""What a page of another site that a person has open can do to this server: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autocoder_tui.demo.script import Reply
from tests.browser.browser import WAIT, browsing, expect
from tests.browser.test_terminal import NO_CARD
from tests.serve.served import Served
from tests.serve.test_protection import TOKEN

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

SITE = "other.example"
REBOUND = "rebound.example"
RESOLVED = f"--host-resolver-rules=MAP {SITE} 127.0.0.1, MAP {REBOUND} 127.0.0.1"


@asynccontextmanager
async def other_site() -> AsyncIterator[int]:
    """The port of a server with an empty page at every address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b"<!doctype html><title>other</title><body></body>"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def visiting(
    tmp_path: Path, site: str, **more: Any
) -> AsyncIterator[tuple[Served, BrowserContext, Page]]:
    """A person who uses the server and its terminal has a page of `site` open in another tab."""
    environ = {"AUTOCODER_TUI_SERVE_TOKEN": TOKEN}
    async with (
        other_site() as port,
        browsing(
            [Reply("ok")], tmp_path, "--app", switches=[RESOLVED, *NO_CARD], environ=environ, **more
        ) as (served, watched),
    ):
        assert watched.browser is not None
        context = await watched.browser.new_context()
        page = await context.new_page()
        await page.goto(f"{served.url}/?token={TOKEN}")
        await page.goto(f"{served.url}/app?token={served.links[-1]}")
        await expect(page.locator(".xterm-rows")).to_contain_text("Files", timeout=2 * WAIT)
        await page.goto(f"http://{site}:{port}/")
        yield served, context, page
        assert not served.model.requests


FORM = """([url, text]) => new Promise((done) => {
  const frame = Object.assign(document.createElement("iframe"), { name: "into" });
  const form = document.createElement("form");
  const field = document.createElement("input");
  Object.assign(form, { method: "post", action: url, enctype: "text/plain", target: "into" });
  Object.assign(field, { name: text.slice(0, -1), value: text.slice(-1) });
  form.append(field);
  document.body.append(frame, form);
  frame.onload = () => frame.contentWindow.length >= 0 && done();
  form.submit();
})"""
FETCH = """async ([url, text, type]) => {
  const options = { method: "POST", body: text, credentials: "include", mode: "no-cors",
                    headers: { "content-type": type } };
  try { return (await fetch(url, options)).type } catch { return "failed" }
}"""
READ = """async (url) => {
  try { return (await fetch(url, { credentials: "include" })).status } catch { return "failed" }
}"""
SOCKET = """(url) => new Promise((done) => {
  const socket = new WebSocket(url);
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})"""
FRAME = """(url) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.onload = () => {
    try { done(frame.contentDocument ? "empty" : "shown") } catch { done("shown") }
  };
  frame.src = url;
  document.body.append(frame);
})"""
ASKED = '{"prompt": "x"}'


@pytest.mark.parametrize("site", [SITE, "127.0.0.1", "localhost"])
async def test_forms_scripts_and_sockets_of_other_sites_get_nowhere(
    tmp_path: Path, site: str
) -> None:
    async with visiting(tmp_path, site) as (served, context, page):
        statuses: list[tuple[str, int]] = []
        context.on("response", lambda answer: statuses.append((answer.url, answer.status)))
        await page.evaluate(FORM, [f"{served.url}/generate-code/", ASKED])
        for media_type in ("text/plain", "application/json"):
            await page.evaluate(FETCH, [f"{served.url}/generate-code/", ASKED, media_type])
        for place in ("/snippets", "/models", "/app", f"/app?token={served.links[-1]}"):
            assert await page.evaluate(READ, f"{served.url}{place}") == "failed"
        address = served.url.replace("http", "ws")
        for place in ("/ws", "/app/socket"):
            assert await page.evaluate(SOCKET, address + place) == "refused"
        asked = [status for url, status in statuses if url.startswith(served.url)]
        assert asked
        assert set(asked) == {403}
        # The link that a script of theirs would have used up still works.
        assert len(served.links) == 2


async def test_no_other_site_has_it_in_a_frame(tmp_path: Path) -> None:
    async with visiting(tmp_path, SITE) as (served, context, page):
        for place in ("/", "/app", "/docs"):
            await page.evaluate(FRAME, f"{served.url}{place}")
            framed = [frame for frame in page.frames if frame != page.main_frame]
            assert not [frame for frame in framed if frame.url.startswith(served.url)]


async def test_a_name_that_was_made_to_point_here_is_refused(tmp_path: Path) -> None:
    async with visiting(tmp_path, SITE) as (served, _, page):
        port = served.url.rpartition(":")[2]
        answer = await page.goto(f"http://{REBOUND}:{port}/")
        assert answer is not None
        assert answer.status == 403
        await expect(page.locator("body")).to_contain_text("does not go by that name")
        for place in ("/models", "/app", "/health"):
            status = await page.evaluate(READ, f"http://{REBOUND}:{port}{place}")
            assert status in (403, "failed")
        for place in ("/ws", "/app/socket"):
            address = f"ws://{REBOUND}:{port}{place}"
            assert await page.evaluate(SOCKET, address) == "refused"
