"""A headless browser in front of a real server: Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autocoder_tui.demo.script import Script
from tests.serve.served import Served, serving

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Locator, LocatorAssertions, Page

WAIT = 20_000
"""Milliseconds for what has to come."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str:
    """Where the browser is. Skips the test where there is none."""
    pytest.importorskip("playwright", reason="Playwright is not installed: the extra [browser].")
    found = os.environ.get("AUTOCODER_TUI_BROWSER") or next(
        filter(None, map(shutil.which, _NAMES)), None
    )
    if not found:
        pytest.skip("There is no Chromium here; AUTOCODER_TUI_BROWSER names one.")
    return found


@asynccontextmanager
async def browsing(
    script: Script, tmp_path: Path, *flags: str, switches: Sequence[str] = (), **more: Any
) -> AsyncIterator[tuple[Served, BrowserContext]]:
    """A server in front of a scripted model, and a browser, started with `switches`. What the
    page's console says, asks of other sites or opens as a dialog fails the test."""
    path = chromium()
    from playwright.async_api import async_playwright

    async with (
        serving(script, tmp_path, *flags, **more) as served,
        async_playwright() as playwright,
    ):
        arguments = [*switches, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser: Browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(WAIT)
            wrong = _watched(context, served.url)
            yield served, context
            assert wrong == []
        finally:
            await browser.close()


def _watched(context: BrowserContext, url: str) -> list[str]:
    wrong: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith((f"{url}/", "data:")):
            wrong.append(f"asked for {request.url}")

    async def opened(dialog: Any) -> None:
        wrong.append(f"opened a dialog: {dialog.message}")
        await dialog.dismiss()

    def told(message: Any) -> None:
        # A failed request is told by the browser, and by the page itself; a text that
        # was refused as markup is an error of the script as well.
        expected = ("Failed to load", "WebSocket connection", "This document requires 'Trusted")
        if message.type == "error" and not message.text.startswith(expected):
            wrong.append(message.text)

    context.on("request", asked)
    context.on("dialog", opened)
    context.on("weberror", lambda failed: wrong.append(str(failed.error)))
    context.on("console", told)
    return wrong


async def opened(served: Served, context: BrowserContext) -> Page:
    """The page in a tab of its own, its models loaded."""
    page = await context.new_page()
    await page.goto(served.url)
    await page.locator("#model option").first.wait_for(state="attached")
    return page


async def ask(page: Page, prompt: str) -> None:
    """Send a question by the keyboard."""
    await page.get_by_role("textbox", name="What").fill(prompt)
    await page.keyboard.press("Control+Enter")


def expect(found: Locator) -> LocatorAssertions:
    """Playwright's assertions, which wait."""
    from playwright.async_api import expect

    return expect(found)


async def said(page: Page, text: str) -> None:
    """Wait until the page says this."""
    await expect(page.locator("#status")).to_have_text(text, timeout=WAIT)


async def complains(page: Page, text: str) -> None:
    """Wait until the page says that this went wrong."""
    await expect(page.locator("#problem")).to_contain_text(text, timeout=WAIT)
