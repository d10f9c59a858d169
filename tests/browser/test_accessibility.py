"""The page with a keyboard and with a screen reader. `AUTOCODER_TUI_AXE` is the path of axe-core's
`axe.min.js` (`npm install axe-core`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autocoder_tui.demo.script import Reply
from tests.browser.browser import ask, browsing, complains, opened, said

if TYPE_CHECKING:
    from playwright.async_api import Page

ANSWER = """\
# Title

Some **text**, `code` and [a link](https://example.org/).

```python
def greet():  # comment
    return "hello" + str(1)
```

- one
- two

| A | B |
|---|--:|
| 1 | 2 |

> quoted
"""


def _axe() -> str:
    path = os.environ.get("AUTOCODER_TUI_AXE")
    if not path:
        pytest.skip("axe-core is not at hand: AUTOCODER_TUI_AXE names its axe.min.js.")
    return Path(path).read_text(encoding="utf-8")


async def _violations(page: Page, axe: str) -> list[Any]:
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_axe_finds_nothing(tmp_path: Path, scheme: Any, width: int) -> None:
    axe = _axe()
    flags = ("--allow-url", "http://127.0.0.1:9/v1")
    stalled = Reply(ANSWER, stall="middle", cut_after=120)
    async with browsing([Reply(ANSWER), stalled], tmp_path, *flags) as (served, context):
        page = await opened(served, context)
        await page.set_viewport_size({"width": width, "height": 844})
        await page.emulate_media(color_scheme=scheme)
        assert await _violations(page, axe) == []
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        assert await _violations(page, axe) == []
        await page.get_by_role("radio", name="Feedback").check()
        await page.get_by_label("Model").select_option(label="Another model")
        if width == 390:
            await page.get_by_role("button", name="Snippets").click()
        await page.get_by_role("button", name="Delete Greet.").click()
        assert await _violations(page, axe) == []
        await page.keyboard.press("Escape")
        await page.get_by_label("Model").select_option("")
        await page.get_by_role("radio", name="Query").check()
        await ask(page, " ")
        await complains(page, "Write what you want")
        await ask(page, "Again.")
        await page.locator(".answer").nth(1).locator(".code").wait_for()
        assert await _violations(page, axe) == []


async def test_all_of_it_by_keyboard(tmp_path: Path) -> None:
    async with browsing([Reply(ANSWER)], tmp_path) as (served, context):
        page = await opened(served, context)

        async def next_name() -> str:
            await page.keyboard.press("Tab")
            return str(
                await page.evaluate(
                    "((at) => at.id || at.getAttribute('aria-label') || at.name ||"
                    " at.textContent.trim().slice(0, 20))(document.activeElement)"
                )
            )

        first = [await next_name() for _ in range(7)]
        assert first == [
            "Skip to the question", "new", "theme", "search", "conversation", "mode", "prompt",
        ]  # fmt: skip
        await page.keyboard.type("Greet.")
        assert await next_name() == "send"
        await page.keyboard.press("Enter")
        await said(page, "The answer is complete.")
        await page.reload()
        await said(page, "The conversation is here again.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("location.hash") == "#prompt"
        await page.locator("#prompt:focus").wait_for()


async def test_a_screen_reader_hears_of_the_answer_and_not_of_each_word(tmp_path: Path) -> None:
    async with browsing([Reply(ANSWER, chunk_size=3)], tmp_path) as (served, context):
        page = await opened(served, context)
        await page.evaluate(
            """() => {
              window.heard = [];
              for (const region of document.querySelectorAll("[role=status], [role=alert]"))
                new MutationObserver(() => window.heard.push(region.textContent))
                  .observe(region, { childList: true, subtree: true, characterData: true });
            }"""
        )
        await ask(page, "Greet.")
        await said(page, "The answer is complete.")
        live = await page.evaluate(
            """[...document.querySelectorAll(".answer, .answer *, #conversation, main")]
               .filter((each) => each.ariaLive || /status|alert|log/.test(each.role)).length"""
        )
        assert live == 0
        heard = [each for each in await page.evaluate("window.heard") if each]
        assert heard[:2] == ["The answer is on its way.", "The answer is complete."]
        assert len(heard) <= 4
        landmarks = "header, main, section[aria-label], section[aria-labelledby], form[aria-label]"
        assert await page.locator(landmarks).count() == 5
