"""The full-screen program in a tab: what a person does with it, and what the tab does for it."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
import unicodedata
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.cells import cell_len

from autocoder_tui.demo.script import Reply
from autocoder_tui.serve.settings import TerminalSettings
from tests.browser.browser import WAIT, browsing, expect
from tests.browser.test_accessibility import _axe, _violations
from tests.serve.served import Served
from tests.serve.terminal.test_program import ENVIRON, gone, is_alive
from tests.serve.terminal.test_session import PRELUDE

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Locator, Page

SEQUENCES = (
    *("👨‍👩‍👧", "👍🏽", "❤️", "🇩🇪", "é", "ก็", "한글", "👩‍💻", "☺︎", "☺️"),
    *("1️⃣", "🏳️‍🌈", "ﷺ", "क्षि", "🧑🏿‍🚀", "⚠️", "✔️", "⬛", "🫩", "e\u0301\u0323"),
)

NO_CARD = ("--disable-3d-apis",)
"""A Chromium whose terminal is made of elements, which can be read."""


async def opened(served: Served, context: BrowserContext) -> Page:
    """A tab that came in by the link that has not been used."""
    page = await context.new_page()
    await page.goto(f"{served.url}/app?token={served.links[-1]}")
    return page


def screen(page: Page) -> Locator:
    return page.locator(".xterm-rows")


async def shows(page: Page, *texts: str) -> None:
    for text in texts:
        await expect(screen(page)).to_contain_text(text, timeout=2 * WAIT)


@asynccontextmanager
async def small(
    tmp_path: Path, code: str, *, switches: Sequence[str] = NO_CARD, **more: Any
) -> AsyncIterator[tuple[Served, BrowserContext, Page]]:
    """A tab with a program of a few lines, which has its terminal in raw mode."""
    command = (sys.executable, "-I", "-c", PRELUDE + code)
    settings = TerminalSettings(command, ENVIRON, **more)
    async with browsing([], tmp_path, "--app", switches=switches, terminal=settings) as (
        served,
        context,
    ):
        yield served, context, await opened(served, context)


SAYS_WHAT_COMES = """
put(b"ready")
while True: put(b"<" + os.read(0, 4096).hex().encode() + b">")
"""


async def test_the_program_runs_its_demo_by_keys(tmp_path: Path) -> None:
    elsewhere = ("--app", "--base-url", "https://models.example/v1")
    async with browsing([], tmp_path, *elsewhere, switches=NO_CARD) as (served, context):
        page = await opened(served, context)
        await shows(page, "Try the demo")
        assert page.url == f"{served.url}/app"
        await page.keyboard.press("Enter")
        await shows(page, "DEMO", "Add a --json flag")
        await page.keyboard.press("Control+r")
        await shows(page, "running")
        await shows(page, "0 of 9 accepted")
        await page.keyboard.press("A")
        await shows(page, "9 of 9 accepted")
        # In colours of their own, and in more than one.
        colours = await page.evaluate(
            "new Set([...document.querySelectorAll('.xterm-rows span')]"
            ".map((each) => getComputedStyle(each).color)).size"
        )
        assert colours > 5
        await page.keyboard.press("Control+q")
        await expect(page.locator("#over")).to_contain_text("The program has ended", timeout=WAIT)
        await page.keyboard.press("Enter")  # the button has the focus
        await shows(page, "Try the demo")


async def test_it_takes_the_size_of_the_window(tmp_path: Path) -> None:
    async with browsing([Reply("ok")], tmp_path, "--app", switches=NO_CARD) as (served, context):
        page = await opened(served, context)
        last = screen(page).locator("> div").last
        await expect(last).to_contain_text("Commands", timeout=WAIT)
        before = await screen(page).locator("> div").count()
        await page.set_viewport_size({"width": 900, "height": 500})
        await expect(last).to_contain_text("Commands", timeout=WAIT)
        assert await screen(page).locator("> div").count() < before
        for width in (390, 1600):
            await page.set_viewport_size({"width": width, "height": 844})
            await expect(last).to_contain_text("Commands", timeout=WAIT)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
        before = await screen(page).locator("> div").count()
        for _ in range(4):
            await page.get_by_role("button", name="larger letters").click()
        await expect(last).to_contain_text("Commands", timeout=WAIT)
        assert await screen(page).locator("> div").count() < before


async def test_a_tab_that_is_loaded_anew_or_closed_ends_its_program(tmp_path: Path) -> None:
    code = "put(b'pid %d.' % os.getpid())\nwhile True: time.sleep(1)"
    async with small(tmp_path, code) as (_, context, page):
        first = await _pid(page)
        assert is_alive(first)
        await page.reload()
        await gone(first)
        second = await _pid(page)
        assert second != first
        other = await context.new_page()  # the cookie lets it in
        await other.goto(page.url)
        third = await _pid(other)
        await page.close()
        await gone(second)
        assert is_alive(third)
        await context.close()
        await gone(third)


async def _pid(page: Page) -> int:
    await shows(page, "pid ")
    return int((await screen(page).inner_text()).partition("pid ")[2].partition(".")[0])


async def test_two_tabs_are_two_programs(tmp_path: Path) -> None:
    async with browsing([Reply("ok")], tmp_path, "--app", switches=NO_CARD) as (served, context):
        one = await opened(served, context)
        two = await context.new_page()
        await two.goto(f"{served.url}/app")
        for page, text in ((one, "first words"), (two, "second words")):
            await shows(page, "Requirements", "Files")
            await page.bring_to_front()
            await page.locator("#terminal").click(position={"x": 600, "y": 60})
            await page.keyboard.type(text)
            await shows(page, text)
        await expect(screen(one)).not_to_contain_text("second")
        await expect(screen(two)).not_to_contain_text("first")


async def test_one_more_than_there_may_be_is_told_and_may_try_again(tmp_path: Path) -> None:
    code = "put(b'ready')\nwhile True: time.sleep(1)"
    async with small(tmp_path, code, sessions=1) as (_, context, page):
        await shows(page, "ready")
        other = await context.new_page()
        await other.goto(page.url)
        await expect(other.locator("#over")).to_contain_text("in use", timeout=WAIT)
        await page.close()
        await asyncio.sleep(0.5)
        await other.get_by_role("button", name="Start again").click()
        await shows(other, "ready")
        await expect(other.locator("#over")).to_be_hidden()


async def test_a_link_that_was_used_is_told_to_be(tmp_path: Path) -> None:
    async with browsing([], tmp_path, "--app") as (served, context):
        assert context.browser is not None
        used = served.links[0]
        await (await opened(served, context)).close()
        stranger = await context.browser.new_context()
        page = await stranger.new_page()
        answer = await page.goto(f"{served.url}/app?token={used}")
        assert answer is not None
        assert answer.status == 401
        await expect(page.locator("body")).to_contain_text("This link has been used")
        await page.goto(f"{served.url}/app")
        await expect(page.locator("body")).to_contain_text("the link that the server printed")


async def test_a_program_that_is_killed_is_told(tmp_path: Path) -> None:
    code = "put(b'pid %d.' % os.getpid())\nwhile True: time.sleep(1)"
    async with small(tmp_path, code) as (_, _, page):
        pid = await _pid(page)
        os.kill(pid, signal.SIGKILL)
        await gone(pid)
        await expect(page.locator("#over")).to_contain_text("The program has ended", timeout=WAIT)


async def test_keys_arrive_as_a_terminal_sends_them(tmp_path: Path) -> None:
    async with small(tmp_path, SAYS_WHAT_COMES) as (_, _, page):
        await shows(page, "ready")
        pressed = {
            "a": "61", "Control+r": "12", "Escape": "1b", "Tab": "09", "Shift+Tab": "1b5b5a",
            "ArrowUp": "1b5b41", "F5": "1b5b31357e", "Control+s": "13", "Control+p": "10",
            "Alt+x": "1b78", "PageDown": "1b5b367e", "Enter": "0d", "Backspace": "7f",
        }  # fmt: skip
        for key, sent in pressed.items():
            await page.keyboard.press(key)
            await shows(page, f"<{sent}>")
        await page.keyboard.insert_text("é漢🧑‍🚀")
        await shows(page, f"<{'é漢🧑‍🚀'.encode().hex()}>")
        await page.get_by_role("button", name="Keys", exact=True).click()
        for name, sent in {"Ctrl+N": "0e", "Esc": "1b", "F9": "1b5b32307e", "Up": "1b5b41"}.items():
            await page.get_by_role("button", name=name, exact=True).click()
            await shows(page, f"<{sent}>")
        await page.get_by_role("button", name="Ctrl", exact=True).click()
        await page.keyboard.press("g")
        await shows(page, "<07>")
        await page.keyboard.press("g")
        await shows(page, "<67>")


async def test_what_is_pasted_is_marked_as_that(tmp_path: Path) -> None:
    code = "put(b'\\x1b[?2004h')" + SAYS_WHAT_COMES
    async with small(tmp_path, code) as (_, context, page):
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        await shows(page, "ready")
        await page.evaluate("navigator.clipboard.writeText('one\\ntwo ü')")
        await page.keyboard.press("Control+v")
        pasted = b"\x1b[200~one\rtwo \xc3\xbc\x1b[201~"
        await shows(page, f"<{pasted.hex()}>")


async def test_the_mouse_is_told(tmp_path: Path) -> None:
    code = "put(b'\\x1b[?1000h\\x1b[?1006h')" + SAYS_WHAT_COMES
    async with small(tmp_path, code) as (_, _, page):
        await shows(page, "ready")
        await page.locator("#terminal").click(position={"x": 3, "y": 3})
        pressed = b"\x1b[<0;1;1M"
        await shows(page, pressed.hex())


async def test_the_program_fills_the_clipboard_and_does_not_read_it(tmp_path: Path) -> None:
    text = "copied: ü 漢 🧑‍🚀\nline two" + "x" * 70_000
    put = base64.b64encode(text.encode()).decode()
    code = f"put(b'ready'); os.read(0, 1); data = b'\\x1b]52;c;{put}\\x07'\n"
    code += "while data: data = data[os.write(1, data):]\n"
    code += "put(b'\\x1b]52;c;?\\x07')" + SAYS_WHAT_COMES
    async with small(tmp_path, code) as (_, context, page):
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        await shows(page, "ready")
        await page.keyboard.press("y")
        await expect(page.locator("#status")).to_have_text("Copied.", timeout=WAIT)
        assert await page.evaluate("navigator.clipboard.readText()") == text
        await page.keyboard.press("z")
        await shows(page, "<7a>")
        assert "<1b5d" not in await screen(page).inner_text()


async def test_a_title_is_the_tabs(tmp_path: Path) -> None:
    code = "put(b'\\x1b]2;A <b>title</b>\\x07ready'); os.read(0, 1)"
    async with small(tmp_path, code) as (_, _, page):
        await shows(page, "ready")
        assert await page.title() == "A <b>title</b>"
        await page.keyboard.press("x")
        await expect(page.locator("#over")).to_be_visible(timeout=WAIT)
        assert await page.title() == "autocoder-tui"


async def test_a_flood_is_shown_to_its_end(tmp_path: Path) -> None:
    code = """
line = b"".join(b"\\x1b[38;2;%d;9;9m%d" % (n % 250, n) for n in range(400)) + b"\\r\\n"
data = line * 3000
while data: data = data[os.write(1, data):]
put(b"THE END"); time.sleep(60)
"""
    async with small(tmp_path, code) as (_, _, page):
        await expect(screen(page)).to_contain_text("THE END", timeout=60_000)


async def test_a_graphics_card_draws_the_same(tmp_path: Path) -> None:
    """Where there is one; here the processor plays it."""
    code = "put(b'\\x1b[48;2;200;30;40m\\x1b[2J\\x1b[Hready'); put(os.read(0, 9)); time.sleep(60)"
    switches = ["--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
    async with small(tmp_path, code, switches=switches) as (_, _, page):
        if not await page.evaluate("!!document.createElement('canvas').getContext('webgl2')"):
            pytest.skip("This Chromium does not play a graphics card.")
        await page.locator("#terminal canvas").first.wait_for(state="attached")
        assert await screen(page).count() == 0
        async with asyncio.timeout(20):
            while await _pixel(page, 640, 400) != (200, 30, 40):
                await asyncio.sleep(0.1)
        # A screen reader is given the text all the same.
        await page.get_by_role("button", name="Reader").click()
        read = page.locator(".xterm-accessibility")
        await expect(read).to_contain_text("ready", timeout=WAIT)
        await page.keyboard.press("k")
        await expect(read).to_contain_text("readyk", timeout=WAIT)


async def _pixel(page: Page, x: int, y: int) -> tuple[int, ...]:
    """Its colour on the screen. The first one of a PNG is the same with every filter."""
    picture = await page.screenshot(clip={"x": x, "y": y, "width": 2, "height": 2})
    data = picture[picture.index(b"IDAT") + 4 :]
    return tuple(zlib.decompressobj().decompress(data, 4)[1:4])


async def test_every_character_takes_the_cells_the_program_thinks(tmp_path: Path) -> None:
    left_out = ("Cc", "Cn", "Cs", "Co", "Cf", "Mn", "Mc", "Me", "Sk")
    characters = [
        sign
        for sign in map(chr, range(0x20, 0x32000))
        if cell_len(sign) == 2 or (unicodedata.category(sign) not in left_out and cell_len(sign))
    ]
    measure = """async (texts) => {
      const { Terminal } = await import("/app/files/xterm.mjs");
      const { measureAsTheProgram } = await import("/app/files/widths.js");
      const terminal = new Terminal({ allowProposedApi: true, cols: 80, rows: 2 });
      measureAsTheProgram(terminal);
      const found = [];
      for (const text of texts)
        terminal.write("\\r\\x1b[2K" + text, () => found.push(terminal.buffer.active.cursorX));
      await new Promise((done) => terminal.write("", done));
      return found;
    }"""
    code = "put(b'ready'); time.sleep(60)"
    async with small(tmp_path, code) as (_, _, page):
        await shows(page, "ready")
        for texts in (characters, SEQUENCES):
            found = await page.evaluate(measure, texts)
            wrong = [
                (text, hex(ord(text[0])), cells, cell_len(text))
                for text, cells in zip(texts, found, strict=True)
                if cells != cell_len(text)
            ]
            assert not wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_axe_finds_nothing(tmp_path: Path, scheme: Any, width: int) -> None:
    axe = _axe()
    code = "put(b'ready'); os.read(0, 1)"
    async with small(tmp_path, code) as (_, _, page):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({"width": width, "height": 844})
        await shows(page, "ready")
        await page.get_by_role("button", name="Keys", exact=True).click()
        assert await _violations(page, axe) == []
        await page.keyboard.press("x")
        await expect(page.locator("#over")).to_be_visible(timeout=WAIT)
        assert await _violations(page, axe) == []
